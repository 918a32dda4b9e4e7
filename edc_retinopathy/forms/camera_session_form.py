"""The session form: who is examined, when, and the screening before it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from clinicedc_constants import MALE
from django import forms
from django.contrib.sites.models import Site
from django.db import router
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from edc_retinopathy.choices import CONTRAINDICATION_FIELDS, PregnancyAnswer, contraindicated_by
from edc_retinopathy.models import CameraSession, require_report_date
from edc_retinopathy.sessions.state import SessionState
from edc_retinopathy.sessions.transactions import hold_subject

SECOND_SESSION = _(
    "This subject has a session of that day that is still open. With a second one, the camera "
    "sends to the session with the later report date and time; the earlier one gets files again "
    "only once the later one is complete, contraindicated, expired or withdrawn. Tick the box and "
    "save to add it all the same."
)


class SubjectChoiceField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """Names a subject by its identifier; ``str()`` of one costs a query and decrypts it."""

    def label_from_instance(self, obj: Any) -> str:
        """The subject identifier."""
        return str(obj.subject_identifier)


class CameraSessionForm(forms.ModelForm):  # type: ignore[type-arg]
    """Accepts every contra-indication: they are documented, and never block saving."""

    confirm_second_session = forms.BooleanField(
        label=_("Add a second open session"), required=False, widget=forms.HiddenInput
    )

    class Meta:
        model = CameraSession
        fields = (
            "registered_subject",
            "report_datetime",
            "report_type",
            "device_id",
            *CONTRAINDICATION_FIELDS,
        )
        field_classes = {"registered_subject": SubjectChoiceField}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "report_datetime" not in self.fields:
            # Only looked at: there is nothing to confirm.
            self.fields.pop("confirm_second_session", None)
        if "device_id" in self.fields:
            # So that what a camera fills in while the form is open is not taken for a change.
            self.fields["device_id"].show_hidden_initial = True

    @property
    def chosen_subject_pk(self) -> UUID | None:
        """The key of the subject that the form shows as chosen; None if there is none."""
        if "registered_subject" not in self.fields:
            return None
        # Not by the bound field, which would keep the help text of now.
        name = "registered_subject"
        if self.is_bound:
            value = self.data.get(self.add_prefix(name))
        else:
            value = self.get_initial_for_field(self.fields[name], name)
        try:
            return UUID(str(getattr(value, "pk", value)))
        except ValueError:
            return None

    def clean_report_datetime(self) -> datetime:
        """The date, unless it is before the first cameras; some of those no calendar converts."""
        reported: datetime = self.cleaned_data["report_datetime"]
        require_report_date(reported)
        return reported

    def clean_device_id(self) -> str:
        """What was typed; if nothing was, what a camera may have filled in meanwhile."""
        typed: str = self.cleaned_data["device_id"]
        return typed if "device_id" in self.changed_data else self.instance.device_id or typed

    def clean(self) -> dict[str, Any]:
        """Hold the pregnancy answer to the subject's gender, and a second open session back."""
        cleaned_data: dict[str, Any] = super().clean() or {}
        # On a session that has files the subject is fixed, and no field of the form.
        subject = cleaned_data.get("registered_subject") or (
            self.instance.registered_subject if self.instance.registered_subject_id else None
        )
        self._check_pregnancy(subject, cleaned_data.get("pregnant"))
        reported = cleaned_data.get("report_datetime")
        if subject and reported and not cleaned_data.get("confirm_second_session"):
            self._check_second_session(subject, reported)
        return cleaned_data

    def _check_pregnancy(self, subject: Any, answer: str | None) -> None:
        if subject and answer:
            is_not_applicable = answer == PregnancyAnswer.NOT_APPLICABLE
            if subject.gender == MALE and not is_not_applicable:
                self.add_error("pregnant", _("The subject is male: choose 'Not applicable'."))
            elif subject.gender != MALE and is_not_applicable:
                self.add_error("pregnant", _("The subject is not male: choose 'Yes' or 'No'."))

    def _check_second_session(self, subject: Any, reported: datetime) -> None:
        if contraindicated_by([self.cleaned_data.get(n) or "" for n in CONTRAINDICATION_FIELDS]):
            return
        # A new session has a key already, and no row.
        stored = CameraSession.objects.filter(pk=self.instance.pk).first()
        if stored and SessionState.of(stored).is_complete:
            return
        # Who adds one at this moment is waited for, and seen.
        hold_subject(subject, router.db_for_write(CameraSession))
        site_id = self.instance.site_id or Site.objects.get_current().pk
        sessions = CameraSession.objects.visible_at([site_id]).filter(registered_subject=subject)
        opened = set(sessions.open_on(localdate(reported)).values_list("pk", flat=True))
        # One of two that were open before is saved without being asked about again.
        if opened and self.instance.pk not in opened:
            self.fields["confirm_second_session"].widget = forms.CheckboxInput()
            self.add_error("confirm_second_session", SECOND_SESSION)
