"""A file of an exam, as received and stored."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import models, router, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from edc_model.models import HistoricalRecords

from edc_retinopathy.choices import RECORD_RESULTS, REPORTS, ContentType, FileType

from .activity_updates import record_file
from .audit_columns import AuditedModel
from .camera_session import CameraSession
from .sites import site_field

if TYPE_CHECKING:
    from .finding import Finding


class SessionFileQuerySet(models.QuerySet["SessionFile"]):
    """Files, as an account may see them."""

    def visible_at(self, site_ids: Any) -> "SessionFileQuerySet":
        """Those of the sites given."""
        return self.filter(site_id__in=list(site_ids))

    def current(self) -> "SessionFileQuerySet":
        """All but earlier versions: what counts for an exam."""
        return self.filter(superseded_datetime__isnull=True)


class SessionFile(AuditedModel):
    """The record of one stored file; a committed record always has its bytes on disk.

    Records are written by ``ingest`` alone and never edited or deleted by hand.
    """

    camera_session = models.ForeignKey(
        CameraSession,
        verbose_name=_("Camera session"),
        on_delete=models.PROTECT,
        related_name="files",
    )
    # The index below serves it.
    site = site_field(db_index=False)
    site_id: int | None
    file_type = models.CharField(
        verbose_name=_("File type"), max_length=15, choices=FileType.choices
    )
    original_filename = models.CharField(
        verbose_name=_("Original file name"),
        max_length=255,
        help_text=_("As the camera sent it."),
    )
    filename_key = models.CharField(
        max_length=255,
        editable=False,
        help_text=_("The name without differences of case and Unicode form, to find twins."),
    )
    version = models.PositiveIntegerField(
        verbose_name=_("Version"),
        default=1,
        help_text=_("Of this name in the session; a person allows each after the first."),
    )
    superseded_datetime = models.DateTimeField(
        verbose_name=_("Superseded"),
        null=True,
        editable=False,
        help_text=_("When a later version was stored; this one counts for the exam no more."),
    )
    stored_filename = models.CharField(
        verbose_name=_("Stored file name"),
        max_length=300,
        unique=True,
        help_text=_("The path below the images directory."),
    )
    file_content_type = models.CharField(
        verbose_name=_("Content type"),
        max_length=50,
        choices=ContentType.choices,
        help_text=_("As detected in the bytes."),
    )
    is_image = models.BooleanField(
        verbose_name=_("Image"),
        default=True,
        help_text=_(
            "As found in the bytes. A report is none, nor is a DICOM file without pixels: it is "
            "kept, and counts for no eye."
        ),
    )
    file_size = models.BigIntegerField(verbose_name=_("Size"), help_text=_("In bytes."))
    checksum = models.CharField(
        verbose_name=_("SHA-256"),
        max_length=64,
        help_text=_("Of the stored bytes, lower-case hexadecimal."),
    )
    capture_datetime = models.DateTimeField(
        verbose_name=_("Captured"), help_text=_("As the camera's client says.")
    )
    received_datetime = models.DateTimeField(
        verbose_name=_("Received"), default=timezone.now, help_text=_("By the server's clock.")
    )

    device_id = models.CharField(
        verbose_name=_("Camera"),
        max_length=100,
        default="",
        blank=True,
        help_text=_("The device that the account is bound to, else the session's."),
    )
    remote_address = models.GenericIPAddressField(
        verbose_name=_("Sent from"), null=True, blank=True
    )
    last_audit_datetime = models.DateTimeField(
        verbose_name=_("Date of the last audit"), null=True, editable=False
    )
    last_audit_result = models.CharField(
        verbose_name=_("Last audit"),
        max_length=15,
        choices=[(result.value, result.label) for result in RECORD_RESULTS],
        default="",
        blank=True,
        editable=False,
    )

    objects = SessionFileQuerySet.as_manager()
    # An audit reads the file and changes nothing of it.
    history = HistoricalRecords(excluded_fields=["last_audit_datetime", "last_audit_result"])

    class Meta(AuditedModel.Meta):
        verbose_name = _("Session file")
        verbose_name_plural = _("Session files")
        ordering = ("-received_datetime",)
        constraints = (
            models.UniqueConstraint(
                fields=["camera_session", "original_filename", "version"],
                name="edc_retinopathy_one_file_per_version",
            ),
            models.UniqueConstraint(
                fields=["camera_session", "filename_key", "version"],
                name="edc_retinopathy_no_twin_versions",
            ),
        )
        indexes = (
            *AuditedModel.Meta.indexes,
            models.Index(fields=["camera_session", "file_type"]),
            models.Index(fields=["camera_session", "received_datetime"]),
            # As those of the sessions.
            models.Index(fields=["site", "received_datetime", "id"]),
            *(
                models.Index(fields=[*filtered, "received_datetime", "id", "site"])
                for filtered in (
                    [],
                    ["file_type"],
                    ["file_content_type"],
                    ["is_image"],
                    ["last_audit_result"],
                )
            ),
            models.Index(fields=["checksum"]),
            # PostgreSQL looks up beginnings by an index of this class alone.
            models.Index(
                fields=["original_filename"],
                name="edc_retinopathy_name_begins",
                opclasses=["varchar_pattern_ops"],
            ),
        )

    def save(self, *args: Any, **kwargs: Any) -> None:
        """At the site of the session, which moves its files when its own site is changed.

        A new file is counted with the session's, in the same transaction.
        """
        is_new = self._state.adding or bool(kwargs.get("force_insert"))
        if is_new and self.site_id is None:
            self.site_id = self.camera_session.site_id
        using = kwargs.get("using") or router.db_for_write(type(self))
        with transaction.atomic(using=using, savepoint=False):
            super().save(*args, **kwargs)
            if is_new:
                record_file(self, using=using)

    def __str__(self) -> str:
        return self.stored_filename

    @property
    def is_superseded(self) -> bool:
        """True if a later version of the name is stored."""
        return self.superseded_datetime is not None

    @property
    def content_label(self) -> str:
        """What the file is, for people; a DICOM file that shows no eye says so."""
        label = str(self.get_file_content_type_display())
        if self.is_image or self.file_content_type in REPORTS:
            return label
        return _("%(content)s, no image") % {"content": label}

    @property
    def captured_locally(self) -> datetime:
        """When it was captured, in the current time zone.

        In UTC where that zone's calendar ends: a workstation's clock may stand there.
        """
        try:
            return timezone.localtime(self.capture_datetime)
        except OverflowError:
            return self.capture_datetime

    @cached_property
    def unresolved_findings(self) -> "list[Finding]":
        """What inspection saw in the file and nobody has answered, the severest first."""
        # By its name: its model names this one.
        findings: Any = apps.get_model("edc_retinopathy", "Finding").objects
        return list(findings.unresolved().filter(session_file=self).severest_first())

    def get_view_url(self) -> str:
        """The page that shows the file."""
        return reverse("edc_retinopathy:view_file", args=(self.pk,))

    def get_exam_url(self) -> str:
        """The viewer of its exam, with it in the pane of its eye; a report is of none."""
        url = self.camera_session.get_exam_url()
        eye = FileType(self.file_type).eye
        is_picture = eye is not None and self.file_content_type not in REPORTS
        return f"{url}?{eye.value}={self.pk}" if eye and is_picture else url

    def get_content_url(self) -> str:
        """The file's bytes, to be shown where the browser can."""
        return reverse("edc_retinopathy:file", args=(self.pk,))

    def get_report_url(self) -> str:
        """The copy of an HTML report, for the frame of its page."""
        return reverse("edc_retinopathy:report", args=(self.pk,))

    def get_rendering_url(self, size: str, frame: int = 1) -> str:
        """A picture of a frame or page, in one of the sizes of ``previews.Size``."""
        return reverse("edc_retinopathy:rendering", args=(self.pk, str(size), frame))

    def get_download_url(self) -> str:
        """The file's bytes, to be saved."""
        return f"{self.get_content_url()}?download=1"
