"""A project that mounts the API below a part of the path that varies."""

from django.urls import include, path

from edc_retinopathy.api.urls import urlpatterns as api_urls

urlpatterns = [path("trials/<slug:trial>/", include([path("api/", include(api_urls))]))]
