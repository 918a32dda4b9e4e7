"""The demo's URLs, and the baseline's."""

from django.urls import path

from benchmarks.baseline import BaselineResolveView, BaselineStatusView, BaselineUploadView
from demo.urls import urlpatterns as demo_urlpatterns

urlpatterns = [
    path("baseline/resolve/", BaselineResolveView.as_view()),
    path("baseline/<str:subject_identifier>/status/", BaselineStatusView.as_view()),
    path("baseline/<str:subject_identifier>/<str:file_type>/", BaselineUploadView.as_view()),
    *demo_urlpatterns,
]
