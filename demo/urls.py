"""URLs of the demo project."""

from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView, TemplateView
from edc_auth.admin_site import edc_auth_admin
from edc_dashboard.url_names import url_names

from demo.accounts import ACCOUNTS, CAMERAS
from edc_retinopathy.admin_site import edc_retinopathy_admin

HOME = RedirectView.as_view(pattern_name="home_url")
HOME_PAGE = TemplateView.as_view(
    template_name="demo/home.html",
    extra_context={"accounts": ACCOUNTS, "cameras": CAMERAS},
)


def absent_app(namespace: str, name: str) -> URLResolver:
    """Give the one URL that admin pages reverse of an app which this project does not install."""
    return path(f"{namespace}/", include(([path("", HOME, name=name)], namespace)))


urlpatterns: list[URLPattern | URLResolver] = [
    path("", HOME_PAGE, name="home_url"),
    path("administration/", HOME, name="administration_url"),
    path("accounts/", include("edc_auth.urls_for_accounts")),
    path("edc_auth/admin/", edc_auth_admin.urls),
    path("edc_dashboard/", include("edc_dashboard.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    # The admin of the app before the include of its urls, so that its names are found below
    # `admin/`.
    path("edc_retinopathy/admin/", edc_retinopathy_admin.urls),
    path("edc_retinopathy/", include("edc_retinopathy.urls")),
    path("api/", include("edc_retinopathy.api.urls")),
    absent_app("edc_adverse_event", "ae_home_url"),
    absent_app("edc_data_manager", "home_url"),
    absent_app("edc_pharmacy", "home_url"),
    path("subject/<str:subject_identifier>/", HOME, name="subject_dashboard_url"),
]

if "subject_dashboard_url" not in url_names.registry:
    url_names.register("subject_dashboard_url", url_with_namespace="subject_dashboard_url")
