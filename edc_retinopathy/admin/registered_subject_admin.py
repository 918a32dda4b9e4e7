"""Subjects, only so that the session form can find one by its identifier."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from edc_registration.models import RegisteredSubject

from edc_retinopathy.accounts.masking import is_masked
from edc_retinopathy.accounts.sites import current_site_id, writable_site_ids
from edc_retinopathy.admin_site import edc_retinopathy_admin

from .mixins import ReadOnlyAdminMixin


@admin.register(RegisteredSubject, site=edc_retinopathy_admin)
class RegisteredSubjectAdmin(ReadOnlyAdminMixin, admin.ModelAdmin):  # type: ignore[type-arg]
    """Not listed, not editable; answers the autocomplete of those who may edit sessions."""

    search_fields = ("subject_identifier",)
    ordering = ("subject_identifier",)

    def get_queryset(self, request: HttpRequest) -> Any:
        """The subjects of the current site, without the values that would be decrypted."""
        site_ids = writable_site_ids(request.user, current_site_id(request))
        return (
            super().get_queryset(request).filter(site__in=site_ids).only("id", "subject_identifier")
        )

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whoever may add or change a session may look a subject up; there are no pages to view."""
        if is_masked(request.user):
            return False
        return obj is None and any(
            request.user.has_perm(f"edc_retinopathy.{action}_camerasession")
            for action in ("add", "change")
        )

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Never listed."""
        return False

    def get_urls(self) -> list[Any]:
        """None: the autocomplete is the admin site's own view."""
        return []
