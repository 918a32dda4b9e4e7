"""Camera sessions: the clinician's form, and the list that shows how far each exam is."""

from typing import Any

from django.contrib import admin, messages
from django.db import IntegrityError
from django.db.models import ProtectedError
from django.http import HttpRequest, HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django_audit_fields.admin import ModelAdminAuditFieldsMixin, audit_fields, audit_fieldset_tuple
from edc_registration.models import RegisteredSubject

from edc_retinopathy import access
from edc_retinopathy.admin_site import edc_retinopathy_admin
from edc_retinopathy.choices import CONTRAINDICATION_FIELDS
from edc_retinopathy.forms import CameraSessionForm
from edc_retinopathy.models import CameraSession

from .list_filters import EligibilityFilter, ProgressFilter
from .mixins import RetinopathyModelAdmin

ELIGIBLE = {
    True: ("no", _("No")),
    False: ("yes", _("Yes")),
    None: ("unanswered", _("Unanswered")),
}


@admin.register(CameraSession, site=edc_retinopathy_admin)
class CameraSessionAdmin(ModelAdminAuditFieldsMixin, RetinopathyModelAdmin):
    """Sessions of the sites that the account may see; changed only at their own site."""

    form = CameraSessionForm
    autocomplete_fields = ("registered_subject",)
    actions = ("reopen_for_uploads",)
    include_audit_fields_in_list_display = False
    date_hierarchy = None
    ordering = ("-report_datetime", "-created")
    list_display = (
        "subject_identifier",
        "report_datetime",
        "gender",
        "age_in_years",
        "eligible",
        "progress",
        "state",
        "device_id",
    )
    list_filter = (
        EligibilityFilter,
        ProgressFilter,
        "report_datetime",
        "report_type",
        "gender",
        "device_id",
    )
    search_fields = ("subject_identifier", "device_id")
    readonly_fields = ("subject", "eligible", "progress", "state", "stored_files")
    radio_fields = dict.fromkeys(CONTRAINDICATION_FIELDS, admin.VERTICAL) | {
        "report_type": admin.VERTICAL
    }

    class Media:
        css = {"all": ("edc_retinopathy/admin.css",)}

    def get_list_filter(self, request: HttpRequest) -> tuple[Any, ...]:
        """Without the audit fields, which would hide the filters that people use."""
        return tuple(name for name in super().get_list_filter(request) if name not in audit_fields)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """The exam, the screening, and, once there is a session, its progress."""
        # Once files arrived, the subject is fixed: they are images of that person.
        who = ["subject"] if obj and obj.uploaded_file_types else ["registered_subject"]
        exam = [*who, "report_datetime", "report_type", "device_id"]
        fieldsets: list[Any] = [(_("Exam"), {"fields": exam})]
        if obj:
            fieldsets.append(
                (_("Progress"), {"fields": ["eligible", "progress", "state", "stored_files"]})
            )
        screening = {
            "fields": CONTRAINDICATION_FIELDS,
            "description": _(
                "A 'Yes' contraindicates the exam: the session then accepts no uploads. "
                "It is documented here and never blocks saving."
            ),
        }
        fieldsets.append((_("Contra-indications"), screening))
        if obj:
            fieldsets.append(audit_fieldset_tuple)
        return fieldsets

    def get_queryset(self, request: HttpRequest) -> Any:
        """What the list shows, in one query; the initials, costly to decrypt, are left out."""
        return (
            super()
            .get_queryset(request)
            .select_related("site")
            .defer("initials")
            .with_usability()
            .with_uploaded_file_types()
        )

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Choose a subject, without a link: subjects have no pages here."""
        formfield = super().formfield_for_dbfield(db_field, request, **kwargs)
        if formfield and db_field.name == "registered_subject":
            formfield.widget.can_view_related = False
        return formfield

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer the subjects of the current site only."""
        if db_field.name == "registered_subject":
            site_id = access.current_site_id(request)
            kwargs["queryset"] = RegisteredSubject.objects.filter(site_id=site_id)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_choice_field(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer 'Unanswered' where the screening is still open, instead of 'None'."""
        if db_field.name in CONTRAINDICATION_FIELDS:
            kwargs["choices"] = [("", _("Unanswered")), *db_field.choices]
        return super().formfield_for_choice_field(db_field, request, **kwargs)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """At a site of the account's only."""
        return super().has_add_permission(request) and self.is_at_current_site(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """View-only sites stay view-only."""
        return super().has_change_permission(request, obj) and self._is_own(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """View-only sites stay view-only."""
        return super().has_delete_permission(request, obj) and self._is_own(request, obj)

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> Any:
        """As ever; and says why not, if a camera sends a file to the session meanwhile."""
        try:
            return super().delete_view(request, object_id, extra_context)
        except (ProtectedError, IntegrityError):
            text = _("The session was not deleted: a camera has sent a file to it meanwhile.")
            self.message_user(request, text, messages.ERROR)
            name = "edc_retinopathy_admin:edc_retinopathy_camerasession_change"
            return HttpResponseRedirect(reverse(name, args=(object_id,)))

    def _is_own(self, request: HttpRequest, obj: Any) -> bool:
        is_here = obj is None or obj.site_id == access.current_site_id(request)
        return is_here and self.is_at_current_site(request)

    @admin.display(description=_("Subject"))
    def subject(self, obj: CameraSession) -> str:
        """Who is examined, with the details copied when the session was saved."""
        unknown = self.get_empty_value_display()
        age = unknown if obj.age_in_years is None else obj.age_in_years
        parts = (obj.subject_identifier, obj.get_gender_display(), age, obj.initials or unknown)
        return " · ".join(map(str, parts))

    @admin.display(description=_("Eligible"))
    def eligible(self, obj: CameraSession) -> str:
        """Yes, no or unanswered, by the screening."""
        css, text = ELIGIBLE[obj.contraindicated]
        return format_html('<span class="retinopathy-{}">{}</span>', css, text)

    @admin.display(description=_("Files"))
    def progress(self, obj: CameraSession) -> str:
        """What is expected, each here or missing."""
        missing = obj.missing_file_types
        expected = [(needed.label, needed.file_type in missing) for needed in obj.requirements]
        return render_to_string("edc_retinopathy/admin/progress.html", {"expected": expected})

    @admin.display(description=_("State"))
    def state(self, obj: CameraSession) -> str:
        """Complete, contraindicated, expired or open for uploads."""
        if obj.is_complete:
            return format_html('<span class="retinopathy-yes">{}</span>', _("Complete"))
        if obj.contraindicated:
            return format_html('<span class="retinopathy-no">{}</span>', _("Contraindicated"))
        # Annotated by the list's query; the form shows an object that may come from elsewhere.
        has_expired = getattr(obj, "has_expired", None)
        if obj.is_expired if has_expired is None else has_expired:
            return format_html('<span class="retinopathy-unanswered">{}</span>', _("Expired"))
        return str(_("Open"))

    @admin.display(description=_("Stored files"))
    def stored_files(self, obj: CameraSession) -> str:
        """The files, each with links to view and to download it."""
        return render_to_string(
            "edc_retinopathy/admin/stored_files.html",
            {"files": obj.files.order_by("file_type", "received_datetime")},
        )

    @admin.action(description=_("Reopen for uploads"), permissions=["change"])
    def reopen_for_uploads(self, request: HttpRequest, queryset: Any) -> None:
        """Give the selected sessions the full time for uploads again; say which cannot use it.

        A complete one can: a further file of its exam may be late.
        """
        sessions = [
            session
            for session in queryset
            if self._is_own(request, session) and not session.contraindicated
        ]
        for session in sessions:
            session.reopen(user=request.user)
        text = ngettext(
            "%d session is open for uploads again.",
            "%d sessions are open for uploads again.",
            len(sessions),
        )
        if sessions:
            self.message_user(request, text % len(sessions), messages.SUCCESS)
        if others := len(queryset) - len(sessions):
            text = ngettext(
                "%d session was left: it is contraindicated or another site's.",
                "%d sessions were left: they are contraindicated or another site's.",
                others,
            )
            self.message_user(request, text % others, messages.WARNING)
