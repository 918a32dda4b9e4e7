"""One run of the audit of stored files, and what it found."""

import re
from collections.abc import Iterable
from uuid import UUID

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from edc_retinopathy.choices import AuditResult

from .camera_session import CameraSession
from .sites import NoSiteModel

# The field that counts each kind of finding.
COUNTERS = {
    AuditResult.MISSING: "missing",
    AuditResult.CHANGED: "changed",
    AuditResult.UNREADABLE: "unreadable",
    AuditResult.ORPHAN: "orphans",
    AuditResult.STALE: "stale",
    AuditResult.MISCOUNTED: "miscounted",
}


# Audits of years, of which few are of one session.
MOST_LOOKED_AT = 1000

# How an audit's scope names the one session that it is of.
SESSION_IN_SCOPE = re.compile(r"\bsession ([0-9a-f-]{36})")


class StorageAuditQuerySet(models.QuerySet["StorageAudit"]):
    """Audits, as an account may see them."""

    def visible_at(self, site_ids: Iterable[int]) -> "StorageAuditQuerySet":
        """Those that tell of no other site's files.

        All of them where these sites have all the sessions there are; else those of one of their
        sessions: what was found in the whole storage was found at other sites too.
        """
        sessions = CameraSession.objects.visible_at(site_ids)
        if not CameraSession.objects.exclude(site_id__in=list(site_ids)).exists():
            return self.all()
        named = {
            pk: UUID(found[1])
            for pk, scope in self.order_by("-pk").values_list("pk", "scope")[:MOST_LOOKED_AT]
            if (found := SESSION_IN_SCOPE.search(scope))
        }
        visible = set(sessions.filter(pk__in=set(named.values())).values_list("pk", flat=True))
        return self.filter(pk__in=[pk for pk, key in named.items() if key in visible])


class StorageAudit(NoSiteModel):
    """The summary of an audit; kept up to date while it runs, so that it can be resumed."""

    started_datetime = models.DateTimeField(verbose_name=_("Started"), default=timezone.now)
    finished_datetime = models.DateTimeField(verbose_name=_("Finished"), null=True)
    scope = models.CharField(
        verbose_name=_("Scope"), max_length=250, help_text=_("The options it was run with.")
    )
    # The last record that was checked; an interrupted audit goes on behind it.
    last_checked_id = models.UUIDField(null=True)
    checked = models.PositiveIntegerField(verbose_name=_("Files checked"), default=0)
    missing = models.PositiveIntegerField(verbose_name=_("Missing"), default=0)
    changed = models.PositiveIntegerField(verbose_name=_("Changed"), default=0)
    unreadable = models.PositiveIntegerField(verbose_name=_("Unreadable"), default=0)
    orphans = models.PositiveIntegerField(verbose_name=_("Without a record"), default=0)
    stale = models.PositiveIntegerField(verbose_name=_("Stale temporary files"), default=0)
    miscounted = models.PositiveIntegerField(
        verbose_name=_("Sessions counted wrong"),
        default=0,
        help_text=_("What is stored of their files, such as when the exam was complete, differs."),
    )

    objects = StorageAuditQuerySet.as_manager()

    class Meta:
        verbose_name = _("Storage audit")
        verbose_name_plural = _("Storage audits")
        ordering = ("-started_datetime",)
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"{timezone.localtime(self.started_datetime):%Y-%m-%d %H:%M}"

    def count(self, result: AuditResult) -> None:
        """Add one to the findings of this kind; the caller saves."""
        name = COUNTERS[result]
        setattr(self, name, getattr(self, name) + 1)

    @property
    def findings(self) -> int:
        """How many files are not as they should be."""
        return sum(getattr(self, name) for name in COUNTERS.values())
