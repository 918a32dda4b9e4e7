"""Pages for people. The project mounts the admin site first, then these::

path("edc_retinopathy/admin/", edc_retinopathy_admin.urls),
path("edc_retinopathy/", include("edc_retinopathy.urls")),
path("api/", include("edc_retinopathy.api.urls")),
"""

from django.urls import path
from django.views.generic import RedirectView

from .views import ReportView, StoredFileView, ViewFilePage

app_name = "edc_retinopathy"

urlpatterns = [
    path(
        "",
        RedirectView.as_view(pattern_name="edc_retinopathy_admin:index"),
        name="home_url",
    ),
    path("files/<uuid:pk>/", StoredFileView.as_view(), name="file"),
    path("files/<uuid:pk>/report/", ReportView.as_view(), name="report"),
    path("files/<uuid:pk>/view/", ViewFilePage.as_view(), name="view_file"),
]
