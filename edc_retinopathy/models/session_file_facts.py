"""What a stored file says of itself, kept beside its record."""

from typing import Any
from uuid import UUID

from django.db import models
from django.utils.translation import gettext_lazy as _

from edc_retinopathy.choices import PatientMatch

from .session_file import SessionFile
from .sites import site_field

# PS3.5 6.2: of the value representations UI and LO.
UID_CHARACTERS = 64
TEXT_CHARACTERS = 64


def _uid(name: str, **options: Any) -> Any:
    return models.CharField(verbose_name=name, max_length=UID_CHARACTERS, default="", **options)


def _text(name: str) -> Any:
    return models.CharField(verbose_name=name, max_length=TEXT_CHARACTERS, default="")


class SessionFileFacts(models.Model):
    """The facts of the walk that judged a file; of a person only whether the identifier matches.

    As the header has them, cut to their columns, without what is no text.
    """

    session_file = models.OneToOneField(
        SessionFile,
        verbose_name=_("Session file"),
        on_delete=models.PROTECT,
        related_name="facts",
        primary_key=True,
    )
    session_file_id: UUID
    site = site_field(db_index=False)
    site_id: int | None
    rows = models.PositiveIntegerField(verbose_name=_("Rows"), null=True)
    columns = models.PositiveIntegerField(verbose_name=_("Columns"), null=True)
    frames = models.PositiveIntegerField(verbose_name=_("Frames"), default=1)
    is_locked = models.BooleanField(verbose_name=_("Locked"), default=False)
    transfer_syntax_uid = _uid("Transfer Syntax UID")
    sop_class_uid = _uid("SOP Class UID")
    sop_instance_uid = _uid("SOP Instance UID", db_index=True)
    study_instance_uid = _uid("Study Instance UID")
    image_laterality = _text("Image Laterality")
    laterality = _text("Laterality")
    acquisition_datetime = _text("Acquisition DateTime")
    timezone_offset = _text("Timezone Offset From UTC")
    manufacturer = _text("Manufacturer")
    manufacturer_model_name = _text("Manufacturer's Model Name")
    device_serial_number = _text("Device Serial Number")
    burned_in_annotation = _text("Burned In Annotation")
    patient_match = models.CharField(
        verbose_name=_("Patient identifier matches"),
        max_length=15,
        choices=PatientMatch.choices,
        default=PatientMatch.ABSENT,
    )
    rules_version = models.PositiveSmallIntegerField(
        verbose_name=_("Version of the rules"), help_text=_("That the file was inspected by last.")
    )

    class Meta:
        verbose_name = _("Facts of a session file")
        verbose_name_plural = _("Facts of session files")
        default_permissions = ("view",)
        indexes = (models.Index(fields=["rules_version"]),)

    def __str__(self) -> str:
        return str(self.session_file_id)
