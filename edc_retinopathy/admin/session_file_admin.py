"""Session files: looked at here, never edited or deleted by hand."""

from typing import Any

from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from edc_retinopathy.admin_site import edc_retinopathy_admin
from edc_retinopathy.audits.audit import Scope
from edc_retinopathy.choices import AuditResult, ContentType
from edc_retinopathy.models import SessionFile, StorageAudit
from edc_retinopathy.previews.sizes import Size

from .mixins import ReadOnlyAdminMixin, RetinopathyModelAdmin
from .problems import FindingsOfFileFilter, shown_findings, with_findings
from .searches import FirstMatchSearchMixin, files_found


def _audit_note(audit: StorageAudit, *, is_visible: bool) -> str:
    if audit.finished_datetime is None:
        note = _("Audit (%(scope)s) begun %(when)s, not finished")
    else:
        note = _("Last audit (%(scope)s): %(when)s")
    when = localtime(audit.finished_datetime or audit.started_datetime)
    told = note % {"scope": audit.scope, "when": date_format(when, "DATETIME_FORMAT")}
    # Of files of other sites too, unless the account may see the audit.
    findings = _("; findings: %(findings)d") % {"findings": audit.findings} if is_visible else ""
    return f"{told}{findings}."


@admin.register(SessionFile, site=edc_retinopathy_admin)
class SessionFileAdmin(ReadOnlyAdminMixin, FirstMatchSearchMixin, RetinopathyModelAdmin):
    """What is stored, with links to the session and to the bytes."""

    ordering = ("-received_datetime",)
    list_display = (
        "picture",
        "original_filename",
        "session",
        "file_type",
        "content",
        "size",
        "received_datetime",
        "findings",
        "last_audit",
        "open_file",
    )
    list_display_links = ("original_filename",)
    # Behind the name.
    site_list_display_insert_pos = 2
    list_filter = (
        "file_type",
        "file_content_type",
        "is_image",
        FindingsOfFileFilter,
        "last_audit_result",
        "received_datetime",
    )
    # By columns of few values filters do better; names begin with their subject's identifier.
    sortable_by = ("received_datetime",)
    search_help_text = _(
        "The beginning of a subject's identifier or of a file's name, or a checksum."
    )
    fields = (
        "session",
        "file_type",
        "original_filename",
        "open_file",
        "version",
        "superseded_datetime",
        "content",
        "is_image",
        "size",
        "checksum",
        "captured",
        "received_datetime",
        "stored_filename",
        "user_created",
        "device_id",
        "remote_address",
        "findings",
        "last_audit_datetime",
        "last_audit_result",
    )
    readonly_fields = fields

    class Media:
        css = {"all": ("edc_retinopathy/admin.css",)}

    def with_list_columns(self, queryset: Any) -> Any:
        """With what only the rows of the list show."""
        with_sites = self._with_sessions(queryset).select_related("site__siteprofile")
        return with_findings(with_sites, "session_file_id")

    def _with_sessions(self, queryset: Any) -> Any:
        # Their initials are costly to decrypt.
        return queryset.select_related("camera_session", "site").defer("camera_session__initials")

    def get_queryset(self, request: HttpRequest) -> Any:
        """With what a file's page shows too."""
        return self._with_sessions(super().get_queryset(request))

    def look_up(self, queryset: Any, term: str, at_site: Any) -> Any:
        """By the subject, the name or the checksum."""
        return files_found(queryset, term, at_site)

    def changelist_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """The list, and above it when the storage was last audited, as the account may know it."""
        response = super().changelist_view(request, *args, **kwargs)
        # Absent from redirects. The mixin's own note knows of no account.
        if (context := getattr(response, "context_data", None)) is not None:
            context["change_list_note"] = self._note_on_audits(request)
        return response

    def _note_on_audits(self, request: HttpRequest) -> str | None:
        """When the storage was last audited, and what was found; None if it never was.

        The last audit of everything, and what came after it: one of a part, or one that was
        interrupted or still runs. Not those of other sites' sessions.
        """
        everything = str(Scope())
        visible = StorageAudit.objects.visible_at(self.readable_site_ids(request))
        newest = StorageAudit.objects.filter(Q(scope=everything) | Q(pk__in=visible)).first()
        whole = StorageAudit.objects.filter(
            scope=everything, finished_datetime__isnull=False
        ).first()
        shown = [audit for audit in (whole, newest if newest != whole else None) if audit]
        seen = set(visible.filter(pk__in=[audit.pk for audit in shown]))
        return " ".join(_audit_note(audit, is_visible=audit in seen) for audit in shown) or None

    @admin.display(description=_("Picture"), empty_value="-")
    def picture(self, obj: SessionFile) -> str | None:
        """A small picture that leads to the page that shows it; asked for when it is scrolled to.

        None of what holds none.
        """
        if not obj.is_image and obj.file_content_type != ContentType.PDF:
            return None
        return format_html(
            '<a href="{}"><img class="retinopathy-small" src="{}" alt="{}" width="64" height="64" '
            'loading="lazy"></a>',
            obj.get_view_url(),
            obj.get_rendering_url(Size.THUMBNAIL),
            obj.get_file_type_display(),
        )

    @admin.display(description=_("Session"), ordering="camera_session__subject_identifier")
    def session(self, obj: SessionFile) -> str:
        """A link to the session."""
        url = reverse(
            "edc_retinopathy_admin:edc_retinopathy_camerasession_change",
            args=(obj.camera_session_id,),
        )
        return format_html('<a href="{}">{}</a>', url, obj.camera_session)

    @admin.display(description=_("Last audit"), ordering="last_audit_datetime", empty_value="-")
    def last_audit(self, obj: SessionFile) -> str | None:
        """What the last audit of the file found, and on which day; None if there was none."""
        if obj.last_audit_datetime is None:
            return None
        css = "yes" if obj.last_audit_result == AuditResult.OK else "no"
        return format_html(
            '<span class="retinopathy-{}">{}</span> {}',
            css,
            obj.get_last_audit_result_display(),
            f"{localtime(obj.last_audit_datetime):%Y-%m-%d}",
        )

    @admin.display(description=_("Content type"), ordering="file_content_type")
    def content(self, obj: SessionFile) -> str:
        """What was detected in the bytes; a DICOM file that shows no eye says so."""
        return obj.content_label

    @admin.display(description=_("Captured"), ordering="capture_datetime")
    def captured(self, obj: SessionFile) -> str:
        """When the camera's client says that it was captured."""
        return date_format(obj.captured_locally, "DATETIME_FORMAT")

    @admin.display(description=_("Size"), ordering="file_size")
    def size(self, obj: SessionFile) -> str:
        """The size for people."""
        return filesizeformat(obj.file_size)

    @admin.display(description=_("Findings"))
    def findings(self, obj: SessionFile) -> Any:
        """How many findings nobody has answered, by severity."""
        return shown_findings(obj, "session_file_id")

    @admin.display(description=_("File"))
    def open_file(self, obj: SessionFile) -> str:
        """Links to the viewer of its exam, to the file's page, and to download it."""
        return format_html(
            '<a href="{}">{}</a> · <a href="{}">{}</a> · <a href="{}">{}</a>',
            obj.get_exam_url(),
            _("Exam"),
            obj.get_view_url(),
            _("View"),
            obj.get_download_url(),
            _("Download"),
        )
