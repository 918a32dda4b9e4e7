"""An upload or a resolve that was refused, kept until it succeeds or somebody answers it."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from edc_model.models import HistoricalRecords

from edc_retinopathy.choices import Endpoint, FileType, RefusalState

from .audit_columns import AuditedModel, CutCharField, CutUserField
from .camera_session import CameraSession
from .sites import site_field

# The code of the one refusal that counts what an account's full list has no place for.
TOO_MANY_REFUSALS = "too_many_refusals"

# What a success closes. A dismissed refusal too: when it comes back after that, it is news.
PENDING = (RefusalState.OPEN, RefusalState.DISMISSED)


class RefusalQuerySet(models.QuerySet["Refusal"]):
    """Refusals, as an account may see them, and by what became of them."""

    def visible_at(self, site_ids: Any) -> "RefusalQuerySet":
        """Those of the sites given."""
        return self.filter(site_id__in=list(site_ids))

    def open(self) -> "RefusalQuerySet":
        """Those that nobody answered, and nothing closed."""
        return self.filter(state=RefusalState.OPEN)

    def closable(self) -> "RefusalQuerySet":
        """Those that a success of the same closes."""
        return self.filter(state__in=PENDING).exclude(code=TOO_MANY_REFUSALS)


class Refusal(AuditedModel):
    """What a camera tried in vain, as it sent it: one row for each cause, which counts.

    Text of it may be anything. Counting leaves no history; an answer does.
    """

    # A hash of all that makes a cause: MariaDB takes no unique constraint over so much text.
    cause = models.CharField(max_length=64, unique=True, editable=False)
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("Account"),
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        db_index=False,
    )
    # Kept when the account is deleted.
    username = CutCharField(verbose_name=_("Account name"), max_length=150)
    device_id = CutCharField(verbose_name=_("Camera"), max_length=100, default="", blank=True)
    site = site_field(db_index=False)
    site_id: int | None
    endpoint = models.CharField(
        verbose_name=_("What"), max_length=15, choices=Endpoint.choices, default="", blank=True
    )
    subject_identifier = CutCharField(
        verbose_name=_("Subject identifier"),
        max_length=100,
        default="",
        blank=True,
        db_index=True,
        help_text=_("As the camera sent it."),
    )
    file_type = CutCharField(verbose_name=_("File type"), max_length=50, default="", blank=True)
    file_name = CutCharField(
        verbose_name=_("File name"),
        max_length=255,
        default="",
        blank=True,
        help_text=_("As the camera sent it; empty where the file was refused unread."),
    )
    code = CutCharField(verbose_name=_("Code"), max_length=50)
    message = CutCharField(verbose_name=_("Reason"), max_length=500)
    first_datetime = models.DateTimeField(verbose_name=_("First time"), default=timezone.now)
    last_datetime = models.DateTimeField(verbose_name=_("Last time"), default=timezone.now)
    count = models.PositiveBigIntegerField(verbose_name=_("Times"), default=1)
    camera_session = models.ForeignKey(
        CameraSession,
        verbose_name=_("Camera session"),
        on_delete=models.SET_NULL,
        null=True,
        related_name="refusals",
    )
    state = models.CharField(
        verbose_name=_("State"),
        max_length=15,
        choices=RefusalState.choices,
        default=RefusalState.OPEN,
    )
    closed_datetime = models.DateTimeField(verbose_name=_("Closed"), null=True)
    closed_by = CutUserField(verbose_name=_("Answered by"), max_length=50, default="", blank=True)
    reason = models.CharField(
        verbose_name=_("Reason of the answer"), max_length=250, default="", blank=True
    )
    allowed_version = models.PositiveIntegerField(
        verbose_name=_("Allowed version"),
        null=True,
        help_text=_("The version of the file's name that may be stored beside the earlier ones."),
    )

    objects = RefusalQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta(AuditedModel.Meta):
        verbose_name = _("Refusal")
        verbose_name_plural = _("Refusals")
        ordering = ("-last_datetime", "-pk")
        default_permissions = ("view", "change")
        indexes = (
            *AuditedModel.Meta.indexes,
            models.Index(fields=["account", "state"]),
            models.Index(fields=["site", "state", "last_datetime"]),
        )

    def __str__(self) -> str:
        return f"{self.code} {timezone.localtime(self.last_datetime):%Y-%m-%d %H:%M}"

    @property
    def file_type_label(self) -> str:
        """The file type for people; as it was sent, if there is none of this name."""
        return str(dict(FileType.choices).get(self.file_type, self.file_type))
