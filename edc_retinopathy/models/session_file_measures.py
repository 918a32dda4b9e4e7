"""What was measured of the picture in a stored file, kept beside its record."""

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .session_file import SessionFile
from .sites import site_field

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as StrPromise


def _share(name: "StrPromise") -> Any:
    return models.FloatField(verbose_name=name, default=0.0)


def _ratio(name: "StrPromise") -> Any:
    return models.FloatField(verbose_name=name, null=True)


class SessionFileMeasures(models.Model):
    """The numbers that hints of quality rest on, each as ``previews.quality.Measures`` has it."""

    session_file = models.OneToOneField(
        SessionFile,
        verbose_name=_("Session file"),
        on_delete=models.PROTECT,
        related_name="measures",
        primary_key=True,
    )
    session_file_id: UUID
    site = site_field(db_index=False)
    site_id: int | None
    has_field = models.BooleanField(verbose_name=_("Field found"), default=False)
    is_bounded = models.BooleanField(verbose_name=_("Edge of the field seen"), default=False)
    diameter_share = _share(_("Diameter of the field, of the shorter side"))
    inside_share = _share(_("Share of the field inside the picture"))
    sharpness = _ratio(_("Sharpness"))
    noise = _ratio(_("Noise"))
    contrast = _ratio(_("Contrast"))
    unseen_share = _share(_("Share that is black"))
    dark_share = _share(_("Share that is too dark"))
    bright_share = _share(_("Share that is too bright"))
    white_share = _share(_("Share that is white"))
    retina_share = _ratio(_("Share with a retina's colour"))
    measures_version = models.PositiveSmallIntegerField(
        verbose_name=_("Version of the measures"), help_text=_("That the file was measured by.")
    )
    measured_datetime = models.DateTimeField(verbose_name=_("Measured"), default=timezone.now)

    class Meta:
        verbose_name = _("Measures of a session file")
        verbose_name_plural = _("Measures of session files")
        default_permissions = ("view",)

    def __str__(self) -> str:
        return str(self.session_file_id)
