"""Camera sessions: the clinician's form, and the list that shows how far each exam is."""

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.db import router
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django_audit_fields.admin import ModelAdminAuditFieldsMixin, audit_fields, audit_fieldset_tuple
from edc_registration.models import RegisteredSubject

from edc_retinopathy.accounts.sites import current_site_id
from edc_retinopathy.admin_site import edc_retinopathy_admin
from edc_retinopathy.auth_objects import VIEW_REFUSALS
from edc_retinopathy.choices import CONTRAINDICATION_FIELDS
from edc_retinopathy.forms import CameraSessionForm
from edc_retinopathy.models import CameraSession
from edc_retinopathy.sessions.state import SessionState
from edc_retinopathy.sessions.transactions import deciding

from .exam_links import ExamLinksMixin
from .list_filters import DeviceFilter, EligibilityFilter, ProgressFilter, SessionChangeList
from .masked import MaskedSessionListMixin
from .mixins import RetinopathyModelAdmin
from .problems import FindingsOfSessionFilter, with_findings
from .searches import FirstMatchSearchMixin, sessions_found
from .session_actions import SessionActionsMixin
from .session_columns import SessionColumnsMixin
from .session_filters import FileCountFilter, OpenRefusalsFilter, StandingFilter
from .session_pages import ADMIN_URL_NAME, SessionPagesMixin, describe_subject, shows_initials


@admin.register(CameraSession, site=edc_retinopathy_admin)
class CameraSessionAdmin(
    ExamLinksMixin,
    MaskedSessionListMixin,
    FirstMatchSearchMixin,
    SessionColumnsMixin,
    SessionActionsMixin,
    SessionPagesMixin,
    ModelAdminAuditFieldsMixin,
    RetinopathyModelAdmin,
):
    """Sessions of the sites that the account may see; changed only at their own site."""

    form = CameraSessionForm
    add_form_template = change_form_template = "edc_retinopathy/admin/session_change_form.html"
    delete_confirmation_template = "edc_retinopathy/admin/delete_session.html"
    delete_selected_confirmation_template = "edc_retinopathy/admin/delete_sessions.html"
    autocomplete_fields = ("registered_subject",)
    actions = ("reopen_for_uploads", "delete_selected")
    include_audit_fields_in_list_display = False
    date_hierarchy = None
    ordering = ("-report_datetime",)
    list_display = (
        "subject_identifier",
        "report_datetime",
        "gender",
        "age_in_years",
        "eligible",
        "progress",
        "state",
        "findings",
        "device_id",
    )
    list_filter = (
        StandingFilter,
        EligibilityFilter,
        ProgressFilter,
        FileCountFilter,
        FindingsOfSessionFilter,
        OpenRefusalsFilter,
        "report_datetime",
        "report_type",
        "gender",
        DeviceFilter,
    )
    masked_list_filter = (
        StandingFilter,
        ProgressFilter,
        FileCountFilter,
        FindingsOfSessionFilter,
        "report_datetime",
        "report_type",
        DeviceFilter,
    )
    # By columns of few values filters do better.
    sortable_by = ("subject_identifier", "report_datetime")
    search_help_text = _("The beginning of a subject's identifier, or a camera.")
    readonly_fields = (
        "subject",
        "masked_subject",
        "eligible",
        "progress",
        "state_and_advice",
        "findings",
        "stored_files",
        "open_refusals",
        "withdrawn_datetime",
        "withdrawn_reason",
    )
    radio_fields = dict.fromkeys(CONTRAINDICATION_FIELDS, admin.VERTICAL) | {
        "report_type": admin.VERTICAL
    }

    class Media:
        css = {"all": ("edc_retinopathy/admin.css",)}
        js = ("admin/js/jquery.init.js", "edc_retinopathy/session_form.js")

    def get_list_filter(self, request: HttpRequest) -> tuple[Any, ...]:
        """Without the audit fields, and without what the account has no right to know of."""
        hidden: list[Any] = list(audit_fields)
        if not request.user.has_perm(VIEW_REFUSALS):
            hidden.append(OpenRefusalsFilter)
        return tuple(item for item in super().get_list_filter(request) if item not in hidden)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """The exam, the screening, and, once there is a session, its progress."""
        who = "registered_subject"
        # Once files arrived, the subject is fixed: they are images of that person.
        if obj and not SessionState.of(obj).can_be_withdrawn:
            who = "subject" if shows_initials(request) else "masked_subject"
        may_save = self.has_change_permission(request, obj) if obj else True
        confirmation = ["confirm_second_session"] if may_save else []
        exam = [who, "report_datetime", *confirmation, "report_type", "device_id"]
        fieldsets: list[Any] = [(_("Exam"), {"fields": exam})]
        if obj:
            progress = ["eligible", "progress", "state_and_advice", "findings", "stored_files"]
            if request.user.has_perm(VIEW_REFUSALS):
                progress.append("open_refusals")
            if obj.is_withdrawn:
                progress = ["state_and_advice", "withdrawn_datetime", "withdrawn_reason"]
            fieldsets.append((_("Progress"), {"fields": progress}))
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

    def with_list_columns(self, queryset: Any) -> Any:
        """With what its row shows; the initials, costly to decrypt, are left out."""
        with_site = queryset.select_related("site__siteprofile").defer("initials")
        return with_findings(with_site.with_state(), "session_file__camera_session_id")

    def get_queryset(self, request: HttpRequest) -> Any:
        """Without the initials, and without what only the rows of a list show: it costs a join."""
        return super().get_queryset(request).select_related("site").defer("initials")

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[SessionChangeList]:
        """The list that can be read in the order of what cameras do."""
        return SessionChangeList

    def look_up(self, queryset: Any, term: str, at_site: Any) -> Any:
        """By the camera or the subject."""
        return sessions_found(queryset, term, at_site)

    def get_form(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        """The form, which says below the field who the subject is that is chosen."""
        form_class = super().get_form(request, obj, **kwargs)
        url = reverse(ADMIN_URL_NAME.format("subject"))

        class FormThatSaysWho(form_class):  # type: ignore[misc, valid-type]
            def __init__(self, *args: Any, **kwargs: Any) -> None:
                super().__init__(*args, **kwargs)
                if "registered_subject" in self.fields:
                    pk = self.chosen_subject_pk
                    self.fields["registered_subject"].help_text = format_html(
                        '<span id="retinopathy-subject" aria-live="polite" data-url="{}">{}</span>',
                        url,
                        (pk and describe_subject(request, pk)) or "",
                    )

        return FormThatSaysWho

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """What the address gives; a subject's key that is none would end in an error."""
        initial: dict[str, Any] = super().get_changeform_initial_data(request)
        try:
            UUID(str(initial.get("registered_subject", "")))
        except ValueError:
            initial.pop("registered_subject", None)
        return initial

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Saved in a transaction that sees the session which somebody else has just added."""
        if request.method != "POST":
            return super().changeform_view(request, *args, **kwargs)
        with deciding(router.db_for_write(CameraSession)):
            return super().changeform_view(request, *args, **kwargs)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> Any:
        """With what may be done to the session beside saving it."""
        session = self.get_object(request, unquote(object_id))
        tools: dict[str, Any] = self._tools(request, session) if session else {}
        tools |= self.cancelling(request, session)
        return super().change_view(request, object_id, form_url, {**tools, **(extra_context or {})})

    def _tools(self, request: HttpRequest, session: CameraSession) -> dict[str, str]:
        state = SessionState.of(session)
        may = {
            "reopen": state.can_be_reopened and self.has_change_permission(request, session),
            "withdraw": state.can_be_withdrawn and self.may_withdraw(request, session),
        }
        return {
            f"{name}_url": reverse(ADMIN_URL_NAME.format(name), args=(session.pk,))
            for name, is_offered in may.items()
            if is_offered
        }

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Choose a subject, without a link: subjects have no pages here."""
        formfield = super().formfield_for_dbfield(db_field, request, **kwargs)
        if formfield and db_field.name == "registered_subject":
            formfield.widget.can_view_related = False
        return formfield

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer the subjects of the current site only."""
        if db_field.name == "registered_subject":
            site_id = current_site_id(request)
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
        """View-only sites stay view-only, and a withdrawn session stays as it is."""
        is_fixed = obj is not None and obj.is_withdrawn
        allowed = super().has_change_permission(request, obj) and self._is_own(request, obj)
        return allowed and not is_fixed

    def may_withdraw(self, request: HttpRequest, obj: CameraSession) -> bool:
        """Whoever may add a session, at its own site."""
        return self.has_add_permission(request) and self._is_own(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """View-only sites stay view-only."""
        return super().has_delete_permission(request, obj) and self._is_own(request, obj)

    def _is_own(self, request: HttpRequest, obj: Any) -> bool:
        is_here = obj is None or obj.site_id == current_site_id(request)
        return is_here and self.is_at_current_site(request)
