"""Findings: what is wrong with files, listed by site, and answered with a reason."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from edc_retinopathy.accounts.sites import current_site_id
from edc_retinopathy.admin_site import edc_retinopathy_admin
from edc_retinopathy.auth_objects import CHANGE_FINDING
from edc_retinopathy.inspection.bookkeeping import AlreadyResolved, resolve
from edc_retinopathy.models import Finding
from edc_retinopathy.models.finding import MAX_REASON_CHARACTERS
from edc_retinopathy.project.returning import url_to_return_to

from .mixins import ReadOnlyAdminMixin, RetinopathyModelAdmin
from .problems import ResolvedFilter
from .searches import FirstMatchSearchMixin, findings_found
from .severities import severity_text

RESOLVE_URL_NAME = "edc_retinopathy_finding_resolve"
# As many as a page of the list has; nobody has looked at more.
MOST_AT_ONCE = 100


class ReasonForm(forms.Form):
    """Why a finding is settled."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=MAX_REASON_CHARACTERS,
        widget=forms.Textarea(attrs={"rows": 3, "cols": 60, "class": "vLargeTextField"}),
    )


@admin.register(Finding, site=edc_retinopathy_admin)
class FindingAdmin(ReadOnlyAdminMixin, FirstMatchSearchMixin, RetinopathyModelAdmin):
    """Written by inspection alone; a person says what became of one, and why."""

    change_form_template = "edc_retinopathy/admin/finding_change_form.html"
    actions = ("resolve_selected",)
    ordering = ("-found_datetime", "-pk")
    list_display = (
        "finding",
        "how_severe",
        "message",
        "session",
        "file",
        "found_datetime",
        "answer",
    )
    # There are far fewer than files.
    show_facets = admin.ShowFacets.ALWAYS
    list_filter = (ResolvedFilter, "severity", "code", "found_datetime")
    # By columns of few values filters do better.
    sortable_by = ("found_datetime",)
    search_help_text = _("The beginning of a subject's identifier or of a file's name.")
    fields = (
        "finding",
        "how_severe",
        "message",
        "session",
        "file",
        "found_datetime",
        "resolved_datetime",
        "resolved_by",
        "reason",
    )
    readonly_fields = fields

    class Media:
        css = {"all": ("edc_retinopathy/admin.css",)}

    def with_list_columns(self, queryset: Any) -> Any:
        """With the file and its session, without its initials, which are costly to decrypt."""
        with_session = queryset.select_related("session_file__camera_session", "site__siteprofile")
        return with_session.defer("session_file__camera_session__initials")

    def get_queryset(self, request: HttpRequest) -> Any:
        """With what a finding's page shows too."""
        return self.with_list_columns(super().get_queryset(request))

    def look_up(self, queryset: Any, term: str, at_site: Any) -> Any:
        """By the subject, or the name of the file."""
        return findings_found(queryset, term, at_site)

    def get_urls(self) -> list[Any]:
        """Before the admin's own, the last of which takes every path."""
        view = self.admin_site.admin_view(self.resolve_view)
        return [
            path("<path:object_id>/resolve/", view, name=RESOLVE_URL_NAME),
            *super().get_urls(),
        ]

    def has_resolve_permission(self, request: HttpRequest) -> bool:
        """As :meth:`may_resolve`, for the list's action."""
        return self.may_resolve(request)

    def may_resolve(self, request: HttpRequest, obj: Finding | None = None) -> bool:
        """With the right to change findings, and at their own site."""
        user: Any = request.user
        is_here = obj is None or obj.site_id == current_site_id(request)
        may_change: bool = user.has_perm(CHANGE_FINDING)
        return may_change and is_here and self.is_at_current_site(request)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> Any:
        """With the way to answer it, while nobody has."""
        finding = self.get_object(request, unquote(object_id))
        is_offered = finding and not finding.is_resolved and self.may_resolve(request, finding)
        tools = {"resolve_url": finding.get_resolve_url()} if finding and is_offered else {}
        return super().change_view(request, object_id, form_url, {**tools, **(extra_context or {})})

    def resolve_view(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Ask for the reason, then resolve."""
        finding = self.get_object(request, unquote(object_id))
        if finding is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)  # type: ignore[no-any-return]
        if not self.may_resolve(request, finding):
            raise PermissionDenied
        form = ReasonForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            self._resolve(request, [finding], form.cleaned_data["reason"])
            own_name = "edc_retinopathy_admin:edc_retinopathy_finding_change"
            own_url = reverse(own_name, args=(finding.pk,))
            return HttpResponseRedirect(url_to_return_to(request) or own_url)
        return self._ask(request, [finding], form)

    @admin.action(description=_("Resolve the selected findings"), permissions=["resolve"])
    def resolve_selected(self, request: HttpRequest, queryset: Any) -> Any:
        """Ask for one reason for all of them, then resolve those of the current site."""
        chosen = queryset.unresolved().filter(site_id=current_site_id(request))[:MOST_AT_ONCE]
        findings = list(chosen)
        if not findings:
            text = _("None of them is open, at this site.")
            self.message_user(request, text, messages.WARNING)
            return None
        form = ReasonForm(request.POST if "reason" in request.POST else None)
        if form.is_valid():
            self._resolve(request, findings, form.cleaned_data["reason"])
            return None
        return self._ask(request, findings, form, action="resolve_selected")

    def _ask(
        self, request: HttpRequest, findings: list[Finding], form: ReasonForm, action: str = ""
    ) -> TemplateResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": _("Resolve findings"),
            "opts": self.opts,
            "object": findings[0],
            "original": findings[0],
            "findings": findings,
            "form": form,
            "action": action,
            "back_url": url_to_return_to(request),
            "checkbox_name": ACTION_CHECKBOX_NAME,
        }
        return TemplateResponse(request, "edc_retinopathy/admin/resolve_findings.html", context)

    def _resolve(self, request: HttpRequest, findings: list[Finding], reason: str) -> None:
        user: Any = request.user
        resolved = 0
        for finding in findings:
            try:
                resolve(finding, reason=reason, user=user)
                resolved += 1
            except AlreadyResolved:
                self.message_user(request, _("Somebody resolved it before."), messages.WARNING)
        if resolved:
            text = ngettext("%d finding was resolved.", "%d findings were resolved.", resolved)
            self.message_user(request, text % resolved, messages.SUCCESS)

    @admin.display(description=_("Finding"), ordering="code")
    def finding(self, obj: Finding) -> str:
        """The code in words."""
        return obj.get_code_display()  # type: ignore[no-any-return]

    @admin.display(description=_("Severity"), ordering="severity")
    def how_severe(self, obj: Finding) -> str:
        """The severity, set off."""
        return severity_text(obj)

    @admin.display(description=_("Session"))
    def session(self, obj: Finding) -> str:
        """A link to the session."""
        session = obj.session_file.camera_session
        return format_html('<a href="{}">{}</a>', session.get_absolute_url(), session)

    @admin.display(description=_("File"))
    def file(self, obj: Finding) -> str:
        """A link to the page that shows the file."""
        file = obj.session_file
        return format_html('<a href="{}">{}</a>', file.get_view_url(), file.original_filename)

    @admin.display(description=_("Answer"), ordering="resolved_datetime")
    def answer(self, obj: Finding) -> str:
        """Open, or who resolved it and why."""
        if not obj.is_resolved:
            return format_html('<span class="retinopathy-unanswered">{}</span>', _("Open"))
        return format_html("{}: {}", obj.resolved_by, obj.reason)
