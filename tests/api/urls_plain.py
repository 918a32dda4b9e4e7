"""A project that includes the API's list of patterns."""

from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from edc_retinopathy.api.urls import urlpatterns as api_urls


def ping(request: HttpRequest) -> HttpResponse:
    """Somebody else's view of the same name."""
    return HttpResponse("pong")


urlpatterns = [path("ping/", ping, name="ping"), path("api/", include(api_urls))]
