"""Refusals: what cameras try in vain, and what a person does about it."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from edc_retinopathy.accounts.sites import current_site_id
from edc_retinopathy.admin_site import edc_retinopathy_admin
from edc_retinopathy.auth_objects import CHANGE_REFUSAL, CHANGE_SESSION
from edc_retinopathy.choices import RefusalState
from edc_retinopathy.models import Refusal
from edc_retinopathy.project.returning import url_to_return_to
from edc_retinopathy.refusals.answers import (
    MAX_REASON_CHARACTERS,
    CannotAnswer,
    answer,
    answers_to,
)

from .list_filters import RefusalStateFilter
from .mixins import ReadOnlyAdminMixin, RetinopathyModelAdmin

URL_NAME = "edc_retinopathy_refusal_{}"
ADMIN_URL_NAME = f"edc_retinopathy_admin:{URL_NAME}"

# The answers by their place in the address: what the button says, and what follows.
ANSWERS = {
    "reopen": (
        RefusalState.REOPENED,
        _("Reopen the session"),
        _("The session takes uploads again for the full time. The camera's next try succeeds."),
    ),
    "allow": (
        RefusalState.ALLOWED,
        _("Allow the next version"),
        _(
            "The next file of this name is stored beside the earlier one, which stays, can be "
            "downloaded, and is marked as superseded: it counts for the exam no more."
        ),
    ),
    "dismiss": (
        RefusalState.DISMISSED,
        _("Dismiss"),
        _(
            "Nothing is done: the camera goes on being refused. The refusal leaves the list of "
            "open ones, with your reason, until the same has succeeded once."
        ),
    ),
}


class ReasonForm(forms.Form):
    """Why a refusal is answered so; needed to dismiss it."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=MAX_REASON_CHARACTERS,
        widget=forms.Textarea(attrs={"rows": 3, "cols": 60, "class": "vLargeTextField"}),
    )

    def __init__(self, *args: Any, is_required: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = is_required


@admin.register(Refusal, site=edc_retinopathy_admin)
class RefusalAdmin(ReadOnlyAdminMixin, RetinopathyModelAdmin):
    """Those of the sites that the account may see; answered only at their own site."""

    change_form_template = "edc_retinopathy/admin/refusal_change_form.html"
    ordering = ("-last_datetime",)
    list_display = (
        "last_datetime",
        "code",
        "endpoint",
        "subject_identifier",
        "file",
        "username",
        "device_id",
        "count",
        "state_label",
    )
    # There are far fewer than files.
    show_facets = admin.ShowFacets.ALWAYS
    list_filter = (RefusalStateFilter, "code", "endpoint", "username", "last_datetime")
    search_fields = ("subject_identifier", "file_name", "username", "device_id")
    fields = (
        "state_label",
        "code",
        "message",
        "endpoint",
        "subject_identifier",
        "file",
        "session",
        "username",
        "device_id",
        "first_datetime",
        "last_datetime",
        "count",
        "closed_datetime",
        "closed_by",
        "reason",
    )
    readonly_fields = fields

    class Media:
        css = {"all": ("edc_retinopathy/admin.css",)}

    def get_urls(self) -> list[Any]:
        """Before the admin's own, the last of which takes every path."""
        own = [
            path(
                f"<path:object_id>/{name}/",
                self.admin_site.admin_view(self.answer_view),
                {"name": name},
                name=URL_NAME.format(name),
            )
            for name in ANSWERS
        ]
        return [*own, *super().get_urls()]

    def with_list_columns(self, queryset: Any) -> Any:
        """With what people call the site."""
        return queryset.select_related("site__siteprofile")

    def get_queryset(self, request: HttpRequest) -> Any:
        """Without the initials of the session, which are costly to decrypt."""
        return (
            super()
            .get_queryset(request)
            .select_related("camera_session", "site")
            .defer("camera_session__initials")
        )

    def may_answer(self, request: HttpRequest, refusal: Refusal, chosen: RefusalState) -> bool:
        """Who may change a refusal, at its own site; to reopen, a session too."""
        user: Any = request.user
        return (
            user.has_perm(CHANGE_REFUSAL)
            and (chosen != RefusalState.REOPENED or user.has_perm(CHANGE_SESSION))
            and refusal.site_id == current_site_id(request)
            and self.is_at_current_site(request)
        )

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> Any:
        """With the answers that fit."""
        refusal = self.get_object(request, unquote(object_id))
        fitting = answers_to(refusal) if refusal else []
        tools = [
            (reverse(ADMIN_URL_NAME.format(name), args=(object_id,)), label)
            for name, (chosen, label, _text) in ANSWERS.items()
            if chosen in fitting and refusal and self.may_answer(request, refusal, chosen)
        ]
        context = {"answers": tools, **(extra_context or {})}
        return super().change_view(request, object_id, form_url, context)

    def answer_view(self, request: HttpRequest, object_id: str, name: str) -> HttpResponseBase:
        """Say what follows and ask for a reason, then answer; say why not, if it cannot be."""
        refusal = self.get_object(request, unquote(object_id))
        if refusal is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)  # type: ignore[no-any-return]
        chosen, label, text = ANSWERS[name]
        if not self.may_answer(request, refusal, chosen):
            raise PermissionDenied
        own_url = reverse(ADMIN_URL_NAME.format("change"), args=(refusal.pk,))
        back_url = url_to_return_to(request) or own_url
        is_required = chosen == RefusalState.DISMISSED
        sent = request.POST if request.method == "POST" else None
        form = ReasonForm(sent, is_required=is_required)
        if form.is_valid() and self._answered(
            request, refusal, chosen, form.cleaned_data["reason"]
        ):
            return HttpResponseRedirect(back_url)
        context = {
            **self.admin_site.each_context(request),
            "title": label,
            "media": self.media + form.media,
            "opts": self.opts,
            "object": refusal,
            "original": refusal,
            "form": form,
            "text": text,
            "back_url": back_url,
            "is_fitting": chosen in answers_to(refusal),
        }
        return TemplateResponse(request, "edc_retinopathy/admin/answer_refusal.html", context)

    def _answered(
        self, request: HttpRequest, refusal: Refusal, chosen: RefusalState, reason: str
    ) -> bool:
        """Give the answer; False if it is none any more, which a message says."""
        user: Any = request.user
        try:
            answer(refusal, chosen, user=user, reason=reason)
        except CannotAnswer:
            text = _("This was not done: the refusal was answered or closed meanwhile.")
            self.message_user(request, text, messages.ERROR)
            refusal.refresh_from_db()
            return False
        self.message_user(request, _("The refusal was answered."), messages.SUCCESS)
        return True

    @admin.display(description=_("File"), ordering="file_name")
    def file(self, obj: Refusal) -> str:
        """Type and name, as far as they are known."""
        return " · ".join(filter(None, (obj.file_type_label, obj.file_name)))

    @admin.display(description=_("State"), ordering="state")
    def state_label(self, obj: Refusal) -> str:
        """Open, or what became of it."""
        css = "no" if obj.state == RefusalState.OPEN else "yes"
        return format_html('<span class="retinopathy-{}">{}</span>', css, obj.get_state_display())

    @admin.display(description=_("Camera session"), empty_value="-")
    def session(self, obj: Refusal) -> str | None:
        """A link to the session that it was about."""
        if obj.camera_session is None:
            return None
        name = "edc_retinopathy_admin:edc_retinopathy_camerasession_change"
        url = reverse(name, args=(obj.camera_session_id,))
        return format_html('<a href="{}">{}</a>', url, obj.camera_session)
