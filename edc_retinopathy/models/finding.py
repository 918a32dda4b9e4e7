"""What inspection saw in a stored file, and what a person made of it."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import models
from django.db.models import Case, Value, When
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from edc_model.models import HistoricalRecords

from edc_retinopathy.choices import FindingCode, Severity

from .audit_columns import AuditedModel, CutCharField
from .session_file import SessionFile
from .sites import site_field

MAX_REASON_CHARACTERS = 250


class FindingQuerySet(models.QuerySet["Finding"]):
    """Findings, as an account may see them."""

    def visible_at(self, site_ids: Any) -> "FindingQuerySet":
        """Those of the sites given."""
        return self.filter(site_id__in=list(site_ids))

    def unresolved(self) -> "FindingQuerySet":
        """Those that nobody has answered."""
        return self.filter(resolved_datetime__isnull=True)

    def of_session(self, camera_session_id: UUID) -> "FindingQuerySet":
        """Those in the files of one session."""
        return self.filter(session_file__camera_session_id=camera_session_id)

    def severest_first(self) -> "FindingQuerySet":
        """In the order in which people should look at them."""
        ranks = [When(severity=severity, then=Value(-n)) for n, severity in enumerate(Severity)]
        rank = Case(*ranks, output_field=models.IntegerField())
        return self.order_by(rank, "session_file_id", "code")

    def by_file(self, keys: Iterable[UUID]) -> "dict[UUID, list[Finding]]":
        """Those that nobody has answered in the files of these keys; one query for all of them.

        The severest first; a file without any is not among them.
        """
        found: dict[UUID, list[Finding]] = {}
        wanted = list(keys)
        if wanted:
            for finding in self.unresolved().filter(session_file__in=wanted).severest_first():
                found.setdefault(finding.session_file_id, []).append(finding)
        return found


class Finding(AuditedModel):
    """One code that holds for one file. It is never deleted: it is resolved, or does not hold."""

    session_file = models.ForeignKey(
        SessionFile,
        verbose_name=_("Session file"),
        on_delete=models.PROTECT,
        related_name="findings",
    )
    # The index below serves it.
    site = site_field(db_index=False)
    site_id: int | None
    code = models.CharField(verbose_name=_("Finding"), max_length=50, choices=FindingCode.choices)
    severity = models.CharField(verbose_name=_("Severity"), max_length=15, choices=Severity.choices)
    message = models.CharField(verbose_name=_("What it says"), max_length=250)
    basis = models.CharField(
        max_length=150,
        default="",
        editable=False,
        help_text=_("The facts that it rests on: resolved, it is open again if they change."),
    )
    found_datetime = models.DateTimeField(verbose_name=_("Found"), default=timezone.now)
    resolved_datetime = models.DateTimeField(verbose_name=_("Resolved"), null=True)
    resolved_by = CutCharField(verbose_name=_("Resolved by"), max_length=150, default="")
    reason = models.CharField(
        verbose_name=_("Reason"), max_length=MAX_REASON_CHARACTERS, default=""
    )

    objects = FindingQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta(AuditedModel.Meta):
        verbose_name = _("Finding")
        verbose_name_plural = _("Findings")
        ordering = ("-found_datetime",)
        default_permissions = ("view", "change")
        constraints = (
            models.UniqueConstraint(
                fields=["session_file", "code"], name="edc_retinopathy_one_finding_per_code"
            ),
        )
        indexes = (
            *AuditedModel.Meta.indexes,
            models.Index(fields=["site", "resolved_datetime", "found_datetime"]),
            # Those of one file; and what is open, but not by that alone: SQLite, which has no
            # statistics, would read all that is open anywhere for the findings of one session.
            models.Index(fields=["session_file", "resolved_datetime", "severity"]),
            models.Index(fields=["severity", "resolved_datetime"]),
        )

    def save(self, *args: Any, **kwargs: Any) -> None:
        """At the site of the file."""
        if self._state.adding and self.site_id is None:
            self.site_id = self.session_file.site_id
        super().save(*args, **kwargs)

    def __str__(self) -> str:
        return str(self.get_code_display())

    @property
    def is_resolved(self) -> bool:
        """True once a person has answered it, or it no longer holds."""
        return self.resolved_datetime is not None

    def get_resolve_url(self) -> str:
        """The page of the admin that asks for the reason."""
        return reverse("edc_retinopathy_admin:edc_retinopathy_finding_resolve", args=(self.pk,))
