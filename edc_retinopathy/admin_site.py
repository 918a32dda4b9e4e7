"""The app's section of the EDC's administration."""

from typing import Any

from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from edc_model_admin.admin_site import EdcAdminSite

from .apps import AppConfig


class SubjectAutocompleteView(AutocompleteJsonView):
    """Names a subject by its identifier; ``str()`` of one costs a query and decrypts it."""

    def serialize_result(self, obj: Any, to_field_name: str) -> dict[str, str]:
        """The pair that the widget shows and submits."""
        return {"id": str(getattr(obj, to_field_name)), "text": obj.subject_identifier}


class EdcRetinopathyAdminSite(EdcAdminSite):
    """An EdcAdminSite whose autocomplete finds subjects."""

    def get_urls(self) -> list[Any]:
        """Without the redirect to any object's page, which tells whether the object exists."""
        urls: list[Any] = super().get_urls()
        return [url for url in urls if getattr(url, "name", None) != "view_on_site"]

    def autocomplete_view(self, request: HttpRequest) -> HttpResponseBase:
        """Answer the autocomplete widget of the session form."""
        return SubjectAutocompleteView.as_view(admin_site=self)(request)


edc_retinopathy_admin = EdcRetinopathyAdminSite(
    name="edc_retinopathy_admin", app_label=AppConfig.name
)
