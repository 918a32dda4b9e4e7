"""The demo's URLs, and the baseline's."""

from django.urls import path

from benchmarks.baseline import BaselineUploadView
from demo.urls import urlpatterns as demo_urlpatterns

urlpatterns = [
    path("baseline/<str:subject_identifier>/<str:file_type>/", BaselineUploadView.as_view()),
    *demo_urlpatterns,
]
