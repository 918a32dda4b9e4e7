"""The account that a camera's client uses, and the device it is bound to."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from edc_model.models import HistoricalRecords

from .audit_columns import AuditedModel
from .sites import NoSiteModel


class CameraAccount(NoSiteModel, AuditedModel):
    """Marks a user as a camera; bound to a device, it acts for that ``device_id`` only.

    Where it works, its user's profile says.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        verbose_name=_("User"),
        on_delete=models.CASCADE,
        related_name="camera_account",
    )
    device_id = models.CharField(
        verbose_name=_("Camera"),
        max_length=100,
        default="",
        blank=True,
        help_text=_("The only camera that the account may act for; empty for any."),
    )

    objects: models.Manager["CameraAccount"] = models.Manager()
    history = HistoricalRecords()

    class Meta(AuditedModel.Meta):
        verbose_name = _("Camera account")
        verbose_name_plural = _("Camera accounts")

    def __str__(self) -> str:
        return str(self.user.get_username())
