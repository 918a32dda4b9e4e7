"""A planned or running retinal exam of one subject."""

from typing import TYPE_CHECKING, Any

from clinicedc_constants.choices import GENDER
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db import connections, models, router, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_crypto_fields.fields import EncryptedCharField
from edc_model.models import HistoricalRecords
from edc_model.validators import datetime_not_future
from edc_sites.managers import CurrentSiteManager
from edc_sites.model_mixins import SiteModelMixin

from edc_retinopathy.choices import Eligibility, ReportType
from edc_retinopathy.logs import events
from edc_retinopathy.logs.events import Event

from .activity_updates import record_reopening
from .ages import age_in_years
from .audit_columns import AuditedModel
from .camera_session_queryset import CameraSessionQuerySet, eligibility_expression
from .report_dates import require_report_of
from .screening import ScreenedModel
from .session_activity import SessionActivity
from .session_activity_queryset import COPIED
from .session_progress import ProgressMixin
from .sites import move_files

if TYPE_CHECKING:
    pass

# What the history says of a reopening, which changes nothing of the session itself.
REOPENED = "Reopened for uploads"


class CameraSession(ProgressMixin, SiteModelMixin, ScreenedModel):
    """One retinal exam: who, when, what the camera is to deliver, and the screening before it.

    What cameras do with it is in its ``activity``: a save of the session touches none of it.
    """

    registered_subject = models.ForeignKey(
        "edc_registration.registeredsubject",
        verbose_name=_("Subject"),
        on_delete=models.PROTECT,
        related_name="camera_sessions",
    )
    subject_identifier = models.CharField(
        verbose_name=_("Subject identifier"), max_length=50, editable=False
    )
    initials = EncryptedCharField(verbose_name=_("Initials"), null=True, editable=False)
    gender = models.CharField(
        verbose_name=_("Gender"), max_length=1, choices=GENDER, default="", editable=False
    )
    age_in_years = models.IntegerField(
        verbose_name=_("Age in years"),
        null=True,
        editable=False,
        help_text=_("On the day of the exam."),
    )
    report_datetime = models.DateTimeField(
        verbose_name=_("Report date and time"),
        default=timezone.now,
        validators=[datetime_not_future],
    )
    report_type = models.CharField(
        verbose_name=_("Report type"),
        max_length=15,
        choices=ReportType.choices,
        default=ReportType.COMBINED,
        help_text=_("How the camera reports: it decides which files make the exam complete."),
    )
    device_id = models.CharField(
        verbose_name=_("Camera"),
        max_length=100,
        default="",
        blank=True,
        help_text=_("Filled by the first camera that resolves the session, if left empty."),
    )

    # Of the answers, by the database itself, for lists to filter by.
    eligibility = models.GeneratedField(
        expression=eligibility_expression(),
        output_field=models.CharField(
            verbose_name=_("Eligible"), max_length=10, choices=Eligibility.choices
        ),
        db_persist=True,
    )

    withdrawn_datetime = models.DateTimeField(
        verbose_name=_("Withdrawn"), null=True, editable=False
    )
    withdrawn_reason = models.CharField(
        verbose_name=_("Reason for withdrawing"),
        max_length=250,
        default="",
        blank=True,
        editable=False,
    )

    activity: SessionActivity
    _device_id_as_read: str | None = None
    _change_reason: str

    objects = CameraSessionQuerySet.as_manager()
    on_site = CurrentSiteManager()
    # The database computes it of what the history has.
    history = HistoricalRecords(excluded_fields=["eligibility"])

    class Meta(AuditedModel.Meta):
        verbose_name = _("Camera session")
        verbose_name_plural = _("Camera sessions")
        ordering = ("-report_datetime", "-created")
        permissions = (("view_subject", "Can see who is examined"),)
        indexes = (
            *AuditedModel.Meta.indexes,
            # Two columns that a camera's questions name: no database takes another index for them.
            models.Index(fields=["subject_identifier", "site", "report_datetime"]),
            # What a list is filtered by, what it is sorted by, and, so that the index alone can
            # tell the keys of a page, the rest of what is asked.
            models.Index(fields=["site", "report_datetime", "id"]),
            *(
                models.Index(fields=[*filtered, "report_datetime", "id", "site"])
                for filtered in ([], ["eligibility"], ["device_id"], ["report_type"], ["gender"])
            ),
            models.Index(fields=["withdrawn_datetime", "id", "site"]),
            # PostgreSQL looks up beginnings by an index of this class alone.
            models.Index(
                fields=["subject_identifier"],
                name="edc_retinopathy_subject_begins",
                opclasses=["varchar_pattern_ops"],
            ),
        )

    def __str__(self) -> str:
        return f"{self.subject_identifier} {timezone.localtime(self.report_datetime):%Y-%m-%d}"

    @classmethod
    def from_db(cls, *args: Any, **kwargs: Any) -> "CameraSession":
        """Remember the camera as read, so that ``save`` can tell whether it was changed here."""
        session: CameraSession = super().from_db(*args, **kwargs)
        session._device_id_as_read = session.__dict__.get("device_id")
        return session

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Copy the subject's details, then save; a partial save (``update_fields``) copies none.

        The row of what cameras do is made with the session, and follows it.
        """
        using = kwargs.get("using") or router.db_for_write(type(self))
        fields = kwargs.get("update_fields")
        with transaction.atomic(using=using):
            if fields is None:
                self._copy_subject()
                # edc_sites sets the site only while there is no primary key yet.
                if self._state.adding and not self.site_id:
                    self.site = self.get_site_on_create()
                if not self._state.adding:
                    self._take_over_what_others_wrote(using)
            super().save(*args, **kwargs)
            if fields is None or {"site", *COPIED} & set(fields):
                self._let_activity_follow(using)
        if fields is None:
            self._device_id_as_read = self.device_id

    def _take_over_what_others_wrote(self, using: str) -> None:
        """Somebody who saves a form takes back no withdrawal, nor the camera that was filled in."""
        names = ("withdrawn_datetime", "withdrawn_reason", "device_id")
        # The lock holds them back until this is saved; uploads, which only refer to the
        # session, pass where the database can tell the two apart.
        no_key = connections[using].features.has_select_for_no_key_update
        sessions = CameraSession.objects.using(using).select_for_update(no_key=no_key)
        stored = sessions.filter(pk=self.pk).values(*names).first() or {}
        for name, value in stored.items():
            if name != "device_id" or self.device_id == self._device_id_as_read:
                setattr(self, name, value)

    def _let_activity_follow(self, using: str) -> None:
        before = SessionActivity.objects.using(using).follow(self)
        if before is not None and before.site_id != self.site_id:
            move_files(self, self.site_id, using)

    def _copy_subject(self) -> None:
        subject = self.registered_subject
        self.subject_identifier = subject.subject_identifier
        self.initials = subject.initials
        self.gender = subject.gender
        self.age_in_years = age_in_years(subject, timezone.localdate(self.report_datetime))

    def clean(self) -> None:
        """Hold the report date to the subject's life, and to the years in which cameras were."""
        super().clean()
        subject = self.registered_subject if self.registered_subject_id else None
        try:
            require_report_of(subject, self.report_datetime)
        except ValidationError as e:
            raise ValidationError({"report_datetime": e.messages}) from None

    @transaction.atomic
    def reopen(self, *, user: AbstractBaseUser) -> None:
        """Start the time allowed for uploads anew; the history says who did."""
        self.user_modified = user.get_username()
        self._change_reason = REOPENED
        self.save(update_fields=["user_modified", "modified"])
        record_reopening(self.pk, timezone.now(), using=router.db_for_write(SessionActivity))
        events.log_on_commit(Event.REOPENED, camera_session=self.pk, account=user.pk)

    def get_page_url(self) -> str:
        """The page that shows the exam; its form is in the admin."""
        return reverse("edc_retinopathy:session", args=(self.pk,))

    def get_exam_url(self) -> str:
        """The viewer: both eyes side by side."""
        return reverse("edc_retinopathy:exam", args=(self.pk,))

    @property
    def is_withdrawn(self) -> bool:
        """True if a person withdrew the session, which had no files; it is never chosen again."""
        return self.withdrawn_datetime is not None
