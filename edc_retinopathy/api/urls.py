"""The API's URLs; a project includes this module below ``api/``."""

from django.urls import path, re_path

from edc_retinopathy import conf

from . import views

app_name = "edc_retinopathy_api"

schema_urls = []
if conf.serve_schema():
    from .schema import SchemaView

    schema_urls = [path("retinopathy/schema/", SchemaView.as_view(), name="schema")]

urlpatterns = [
    path("retinopathy/ping/", views.PingView.as_view(), name="ping"),
    path("retinopathy/resolve/", views.ResolveView.as_view(), name="resolve"),
    path("retinopathy/<str:subject_identifier>/status/", views.StatusView.as_view(), name="status"),
    path(
        "retinopathy/<str:subject_identifier>/<str:file_type>/",
        views.UploadView.as_view(),
        name="upload",
    ),
    *schema_urls,
    re_path(r"^retinopathy(/[\s\S]*)?\Z", views.UnknownPathView.as_view(), name="unknown"),
]
