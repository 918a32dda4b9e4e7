"""What the app itself writes down: looked at here, changed by nobody."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from edc_model_admin.mixins import TemplatesModelAdminMixin

from edc_retinopathy.accounts.sites import readable_site_ids_of_page
from edc_retinopathy.admin_site import edc_retinopathy_admin
from edc_retinopathy.models import FileAccess, StorageAudit

from .large_lists import LargeListMixin
from .masked import NotForMaskedMixin
from .mixins import ReadOnlyAdminMixin, SiteAccessAdminMixin
from .searches import FirstMatchSearchMixin, accesses_found


@admin.register(FileAccess, site=edc_retinopathy_admin)
class FileAccessAdmin(
    ReadOnlyAdminMixin,
    NotForMaskedMixin,
    FirstMatchSearchMixin,
    LargeListMixin,
    SiteAccessAdminMixin,
    TemplatesModelAdminMixin,
    admin.ModelAdmin,  # type: ignore[type-arg]
):
    """Who looked at which file."""

    list_display = ("accessed_datetime", "username", "kind", "subject", "file", "remote_address")
    list_filter = ("kind", "accessed_datetime")
    # Whatever else it could be sorted by has too many rows of one value: filters and search do.
    sortable_by = ("accessed_datetime",)
    search_help_text = _("A user, or the beginning of a subject's identifier or a file's name.")
    fields = readonly_fields = (
        "accessed_datetime",
        "username",
        "kind",
        "subject",
        "file",
        "session_file",
        "remote_address",
    )

    class Media:
        css = {"all": ("edc_retinopathy/admin.css",)}

    def with_list_columns(self, queryset: Any) -> Any:
        """With the files, and whose they are; without initials, which are costly to decrypt."""
        with_session = queryset.select_related("session_file__camera_session", "site__siteprofile")
        return with_session.defer("session_file__camera_session__initials")

    def get_queryset(self, request: HttpRequest) -> Any:
        """With what the page of one shows too."""
        return self.with_list_columns(super().get_queryset(request))

    def look_up(self, queryset: Any, term: str, at_site: Any) -> Any:
        """By who looked, or by what was looked at."""
        return accesses_found(queryset, term, at_site)

    @admin.display(description=_("Subject"))
    def subject(self, obj: FileAccess) -> str:
        """Whose file it is, with a link to the session."""
        session = obj.session_file.camera_session
        return format_html(
            '<a href="{}">{}</a>', session.get_absolute_url(), session.subject_identifier
        )

    @admin.display(description=_("File"))
    def file(self, obj: FileAccess) -> str:
        """The name that the camera gave it, with a link to its page of the administration."""
        name = "edc_retinopathy_admin:edc_retinopathy_sessionfile_change"
        url = reverse(name, args=(obj.session_file.pk,))
        return format_html('<a href="{}">{}</a>', url, obj.session_file.original_filename)


@admin.register(StorageAudit, site=edc_retinopathy_admin)
class StorageAuditAdmin(
    ReadOnlyAdminMixin,
    LargeListMixin,
    TemplatesModelAdminMixin,
    admin.ModelAdmin,  # type: ignore[type-arg]
):
    """What each audit of the storage found; to people of one site, those of its sessions."""

    list_display = (
        "started_datetime",
        "finished_datetime",
        "scope",
        "checked",
        "missing",
        "changed",
        "unreadable",
        "orphans",
        "stale",
        "miscounted",
    )
    fields = readonly_fields = list_display

    def get_queryset(self, request: HttpRequest) -> Any:
        """Only audits that tell of no other site's files than the account may look at."""
        audits: Any = super().get_queryset(request)
        return audits.visible_at(readable_site_ids_of_page(request))
