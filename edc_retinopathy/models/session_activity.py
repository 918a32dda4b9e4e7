"""What cameras do with a session, in a row of its own.

Resolves and uploads write here and not into the session, so that whoever saves the session's form
takes nothing of it back. How far an exam is (its files, whether it is complete, when something last
happened) is stored by the same statement: lists filter and sort by columns. The session's site,
report date and report type are copied here, because the rest depends on them; a save of the session
keeps the copies.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

from edc_retinopathy.choices import Progress, ReportType

from .session_activity_queryset import SessionActivityQuerySet
from .sites import site_field


class SessionActivity(models.Model):
    """What happened to a session, and how far its exam is by now."""

    camera_session = models.OneToOneField(
        "edc_retinopathy.CameraSession",
        verbose_name=_("Camera session"),
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="activity",
    )
    # The index below serves it.
    site = site_field(db_index=False)
    site_id: int | None
    report_datetime = models.DateTimeField(verbose_name=_("Report date and time"))
    report_type = models.CharField(
        verbose_name=_("Report type"), max_length=15, choices=ReportType.choices
    )

    last_resolved_datetime = models.DateTimeField(
        verbose_name=_("Last resolved by a camera"), null=True
    )
    last_reopened_datetime = models.DateTimeField(
        verbose_name=_("Last reopened for uploads"), null=True
    )
    last_received_datetime = models.DateTimeField(verbose_name=_("Last file received"), null=True)
    latest_datetime = models.DateTimeField(
        verbose_name=_("Last activity"),
        help_text=_("The latest of the report's date, the last resolve, reopening and file."),
    )

    file_count = models.PositiveIntegerField(verbose_name=_("Files"), default=0)
    stored_bytes = models.BigIntegerField(verbose_name=_("Size of the files"), default=0)
    has_left = models.BooleanField(default=False)
    has_right = models.BooleanField(default=False)
    has_left_dicom = models.BooleanField(default=False)
    has_right_dicom = models.BooleanField(default=False)
    has_left_report = models.BooleanField(default=False)
    has_right_report = models.BooleanField(default=False)
    has_report = models.BooleanField(default=False)
    # By an image: a DICOM file that is none counts for no eye.
    shows_left = models.BooleanField(default=False)
    shows_right = models.BooleanField(default=False)
    progress = models.CharField(
        verbose_name=_("Progress"),
        max_length=10,
        choices=Progress.choices,
        default=Progress.NONE,
    )
    completed_datetime = models.DateTimeField(
        verbose_name=_("Completed"),
        null=True,
        help_text=_("When the last of the required files arrived; empty while one is missing."),
    )

    objects = SessionActivityQuerySet.as_manager()

    class Meta:
        verbose_name = _("Session activity")
        verbose_name_plural = _("Session activities")
        default_permissions = ()
        indexes = (
            models.Index(
                fields=["progress", "report_datetime", "camera_session", "site"],
                name="edc_retinopathy_progress",
            ),
            models.Index(
                fields=["site", "progress", "report_datetime", "camera_session"],
                name="edc_retinopathy_site_progress",
            ),
            # Sessions by the number of their files.
            models.Index(
                fields=["file_count", "report_datetime", "camera_session", "site"],
                name="edc_retinopathy_file_count",
            ),
            # What the home page of a site shows.
            models.Index(fields=["site", "latest_datetime"], name="edc_retinopathy_site_latest"),
        )

    def __str__(self) -> str:
        return str(self.pk)
