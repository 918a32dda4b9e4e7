"""The API's URLs; a project includes this module below ``api/``."""

from importlib.util import find_spec

from django.urls import path, re_path

from edc_retinopathy import conf

from . import views

app_name = "edc_retinopathy_api"

schema_urls = []
if conf.serve_schema():
    # Without its extra the address says so, and a system check does; the server starts.
    schema_view = views.NoSchemaView.as_view()
    if find_spec("drf_spectacular"):
        from .schema import SchemaView

        schema_view = SchemaView.as_view()
    schema_urls = [path("retinopathy/schema/", schema_view, name="schema")]

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
