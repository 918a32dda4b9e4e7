"""What a session's pages offer besides the form: who is examined, reopening and withdrawing."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import (
    Http404,
    HttpRequest,
    HttpResponseNotAllowed,
    HttpResponseRedirect,
    JsonResponse,
)
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _
from edc_registration.models import RegisteredSubject

from edc_retinopathy.accounts.personal_data import may_see_initials
from edc_retinopathy.accounts.sites import current_site_id, writable_site_ids
from edc_retinopathy.models import CameraSession, age_in_years
from edc_retinopathy.project.returning import Target, target_of, url_to_return_to
from edc_retinopathy.sessions.state import SessionState
from edc_retinopathy.sessions.withdrawal import MAX_REASON_CHARACTERS, CannotWithdraw, withdraw

MASK = "*****"
URL_NAME = "edc_retinopathy_camerasession_{}"
ADMIN_URL_NAME = f"edc_retinopathy_admin:{URL_NAME}"

HOME: Target = ("edc_retinopathy:home_url", {})


class WithdrawForm(forms.Form):
    """Why a session is taken back."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=MAX_REASON_CHARACTERS,
        widget=forms.Textarea(attrs={"rows": 3, "cols": 60, "class": "vLargeTextField"}),
    )


def shows_initials(request: HttpRequest) -> bool:
    """True for members of clinicedc's groups for personal data, as in its own lists of subjects."""
    return may_see_initials(request.user)


def describe_subject(request: HttpRequest, pk: Any) -> str | None:
    """Sex, age today and initials of a subject of the current site; None if there is none.

    The initials are masked for accounts that may not see personal data.
    """
    site_ids = writable_site_ids(request.user, current_site_id(request))
    is_unmasked = shows_initials(request)
    fields = ["gender", "dob", *(["initials"] if is_unmasked else [])]
    subjects = RegisteredSubject.objects.filter(pk=pk, site_id__in=site_ids)
    subject: Any = subjects.only(*fields).first()
    if subject is None:
        return None
    age = age_in_years(subject, localdate())
    return " · ".join(
        (
            str(subject.get_gender_display() or _("Sex unknown")),
            str(_("Age unknown") if age is None else _("%d years") % age),
            (subject.initials or "-") if is_unmasked else MASK,
        )
    )


def _url_after(request: HttpRequest, session: CameraSession) -> str:
    """Where one came from, else the session's form."""
    form = reverse(ADMIN_URL_NAME.format("change"), args=(session.pk,))
    return url_to_return_to(request) or form


class SessionPagesMixin:
    """The further URLs of the session's admin; each asks for the rights of what it does."""

    admin_site: Any
    opts: Any

    def get_urls(self) -> list[Any]:
        """Before the admin's own, the last of which takes every path."""
        own = (
            ("subject/", self.subject_view, "subject"),
            ("<path:object_id>/reopen/", self.reopen_view, "reopen"),
            ("<path:object_id>/withdraw/", self.withdraw_view, "withdraw"),
        )
        urls: list[Any] = super().get_urls()  # type: ignore[misc]
        return [
            *(
                path(route, self.admin_site.admin_view(view), name=URL_NAME.format(name))
                for route, view, name in own
            ),
            *urls,
        ]

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> Any:
        """With the way back."""
        context = {**self.cancelling(request, None), **(extra_context or {})}
        return super().add_view(request, form_url, context)  # type: ignore[misc]

    def cancelling(self, request: HttpRequest, session: CameraSession | None) -> dict[str, Any]:
        """What clinicedc's form asks for to offer Cancel: to where one came from."""
        page = HOME if session is None else ("edc_retinopathy:session", {"pk": session.pk})
        name, parameters = target_of(request) or page
        return {"show_cancel": True, "cancel_url": name, "cancel_url_kwargs": parameters}

    def response_add(
        self, request: HttpRequest, obj: CameraSession, post_url_continue: Any = None
    ) -> HttpResponseBase:
        """To the session's page, unless ``?next=`` names another."""
        response: HttpResponseBase = super().response_add(request, obj, post_url_continue)  # type: ignore[misc]
        return self._after_saving(request, obj, response)

    def response_change(self, request: HttpRequest, obj: CameraSession) -> HttpResponseBase:
        """To the session's page, unless ``?next=`` names another."""
        response: HttpResponseBase = super().response_change(request, obj)  # type: ignore[misc]
        return self._after_saving(request, obj, response)

    def _after_saving(
        self, request: HttpRequest, obj: CameraSession, response: HttpResponseBase
    ) -> HttpResponseBase:
        if response.status_code != HTTPStatus.FOUND or "_save" not in request.POST:
            return response
        return HttpResponseRedirect(url_to_return_to(request) or obj.get_page_url())

    def subject_view(self: Any, request: HttpRequest) -> HttpResponseBase:
        """Who the subject is that the form has chosen; 404 unless it is one of the current site."""
        if request.method != "GET":
            return HttpResponseNotAllowed(["GET"])
        if not (self.has_add_permission(request) or self.has_change_permission(request)):
            raise PermissionDenied
        try:
            pk = UUID(request.GET.get("registered_subject", ""))
        except ValueError:
            raise Http404 from None
        text = describe_subject(request, pk)
        if text is None:
            raise Http404
        return JsonResponse({"subject": text}, headers={"Cache-Control": "no-store"})

    def reopen_view(self: Any, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """As the list's action, for the session whose page is open."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        session = self.get_object(request, unquote(object_id))
        if session is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)  # type: ignore[no-any-return]
        if not self.has_change_permission(request, session):
            raise PermissionDenied
        self.reopen_for_uploads(request, self.get_queryset(request).filter(pk=session.pk))
        return HttpResponseRedirect(_url_after(request, session))

    def withdraw_view(self: Any, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Ask for the reason, then withdraw; say why not, if the session has files."""
        session = self.get_object(request, unquote(object_id))
        if session is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)  # type: ignore[no-any-return]
        if not self.may_withdraw(request, session):
            raise PermissionDenied
        form = WithdrawForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            self._withdraw(request, session, form.cleaned_data["reason"])
            return HttpResponseRedirect(_url_after(request, session))
        context = {
            **self.admin_site.each_context(request),
            "title": _("Withdraw the session"),
            "media": self.media + form.media,
            "opts": self.opts,
            "object": session,
            "original": session,
            "form": form,
            "back_url": _url_after(request, session),
            "can_be_withdrawn": SessionState.of(session).can_be_withdrawn,
        }
        return TemplateResponse(request, "edc_retinopathy/admin/withdraw.html", context)

    def _withdraw(self: Any, request: HttpRequest, session: CameraSession, reason: str) -> None:
        user: Any = request.user
        try:
            withdraw(session, reason=reason, user=user)
        except CannotWithdraw:
            text = _("The session was not withdrawn: it has files, or was withdrawn before.")
            self.message_user(request, text, messages.ERROR)
        else:
            text = _("The session was withdrawn. It stays here and receives no uploads.")
            self.message_user(request, text, messages.SUCCESS)
