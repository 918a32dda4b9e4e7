"""Pages for people. The project mounts the admin site first, then these::

path("edc_retinopathy/admin/", edc_retinopathy_admin.urls),
path("edc_retinopathy/", include("edc_retinopathy.urls")),
path("api/", include("edc_retinopathy.api.urls")),
"""

from django.urls import path

from .views import (
    ExamPage,
    RenderingView,
    ReportView,
    SessionPage,
    SessionPart,
    StoredFileView,
    TodayPage,
    TodayPart,
    ViewFilePage,
)

app_name = "edc_retinopathy"

urlpatterns = [
    path("", TodayPage.as_view(), name="home_url"),
    path("today/", TodayPart.as_view(), name="today"),
    path("sessions/<uuid:pk>/", SessionPage.as_view(), name="session"),
    path("sessions/<uuid:pk>/part/", SessionPart.as_view(), name="session_part"),
    path("sessions/<uuid:pk>/exam/", ExamPage.as_view(), name="exam"),
    path("files/<uuid:pk>/", StoredFileView.as_view(), name="file"),
    path("files/<uuid:pk>/report/", ReportView.as_view(), name="report"),
    path(
        "files/<uuid:pk>/renderings/<str:size>/<int:frame>/",
        RenderingView.as_view(),
        name="rendering",
    ),
    path("files/<uuid:pk>/view/", ViewFilePage.as_view(), name="view_file"),
]
