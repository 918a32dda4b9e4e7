"""The session form: who is examined, when, and the screening before it."""

from typing import Any

from clinicedc_constants import MALE
from django import forms
from django.utils.translation import gettext_lazy as _

from edc_retinopathy.choices import CONTRAINDICATION_FIELDS, PregnancyAnswer
from edc_retinopathy.models import CameraSession


class SubjectChoiceField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """Names a subject by its identifier; ``str()`` of one costs a query and decrypts it."""

    def label_from_instance(self, obj: Any) -> str:
        """The subject identifier."""
        return str(obj.subject_identifier)


class CameraSessionForm(forms.ModelForm):  # type: ignore[type-arg]
    """Accepts every contra-indication: they are documented, and never block saving."""

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
        if "device_id" in self.fields:
            # So that what a camera fills in while the form is open is not taken for a change.
            self.fields["device_id"].show_hidden_initial = True

    def clean_device_id(self) -> str:
        """What was typed; if nothing was, what a camera may have filled in meanwhile."""
        typed: str = self.cleaned_data["device_id"]
        return typed if "device_id" in self.changed_data else self.instance.device_id or typed

    def clean(self) -> dict[str, Any]:
        """Hold the pregnancy answer to the subject's gender."""
        cleaned_data: dict[str, Any] = super().clean() or {}
        # On a session that has files the subject is fixed, and no field of the form.
        subject = cleaned_data.get("registered_subject") or (
            self.instance.registered_subject if self.instance.registered_subject_id else None
        )
        answer = cleaned_data.get("pregnant")
        if subject and answer:
            is_not_applicable = answer == PregnancyAnswer.NOT_APPLICABLE
            if subject.gender == MALE and not is_not_applicable:
                self.add_error("pregnant", _("The subject is male: choose 'Not applicable'."))
            elif subject.gender != MALE and is_not_applicable:
                self.add_error("pregnant", _("The subject is not male: choose 'Yes' or 'No'."))
        return cleaned_data
