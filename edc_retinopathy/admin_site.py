"""The app's section of the EDC's administration."""

from typing import Any

from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from edc_model_admin.admin_site import EdcAdminSite

from .accounts.masking import is_masked
from .apps import AppConfig

AUTOCOMPLETED_FIELD = ("edc_retinopathy", "camerasession", "registered_subject")
# More than an identifier has.
LONGEST_TERM = 100


class SubjectAutocompleteView(AutocompleteJsonView):
    """Finds a subject for the session form, and nothing else for any other field.

    It names it by its identifier; ``str()`` of one costs a query and decrypts it.
    """

    def process_request(self, request: HttpRequest) -> Any:
        """As Django's, for the one field that a form here looks up."""
        asked = tuple(request.GET.get(name) for name in ("app_label", "model_name", "field_name"))
        if asked != AUTOCOMPLETED_FIELD:
            raise PermissionDenied
        term, *rest = super().process_request(request)
        # Each word is a condition, of which a database takes only so many; PostgreSQL takes no NUL.
        return (term[:LONGEST_TERM].replace("\x00", ""), *rest)

    def serialize_result(self, obj: Any, to_field_name: str) -> dict[str, str]:
        """The pair that the widget shows and submits."""
        return {"id": str(getattr(obj, to_field_name)), "text": obj.subject_identifier}


class EdcRetinopathyAdminSite(EdcAdminSite):
    """An EdcAdminSite whose autocomplete finds subjects."""

    def get_urls(self) -> list[Any]:
        """Without the redirect to any object's page, which tells whether the object exists."""
        urls: list[Any] = super().get_urls()
        return [url for url in urls if getattr(url, "name", None) != "view_on_site"]

    def index(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """As ever; to the exams for a masked account, which is not reminded of what it has done."""
        if is_masked(request.user):
            return redirect(f"{self.name}:edc_retinopathy_camerasession_changelist")
        return super().index(request, extra_context)

    def autocomplete_view(self, request: HttpRequest) -> HttpResponseBase:
        """Answer the autocomplete widget of the session form."""
        return SubjectAutocompleteView.as_view(admin_site=self)(request)


edc_retinopathy_admin = EdcRetinopathyAdminSite(
    name="edc_retinopathy_admin", app_label=AppConfig.name
)
