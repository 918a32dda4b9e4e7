"""The site of a record, in a field of its own: what clinicedc's export gathers by."""

from typing import Any

from django.apps import apps
from django.db import models
from django.utils.translation import gettext_lazy as _


def site_field(**options: Any) -> Any:
    """The site of a record: that of its session, copied when the record is made."""
    return models.ForeignKey(
        "sites.site",
        verbose_name=_("Site"),
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        **options,
    )


# What has the site of its session, by the path to it.
RECORDS_BY_PATH = {
    "camera_session_id": (
        "SessionFile",
        "HistoricalSessionFile",
        "Refusal",
        "HistoricalRefusal",
    ),
    "session_file__camera_session_id": (
        "FileAccess",
        "SessionFileFacts",
        "SessionFileMeasures",
        "Finding",
        "HistoricalFinding",
    ),
}


class NoSiteModel(models.Model):
    """A record that is no site's own, and so is in no export.

    clinicedc exports every model of an app, whole tables but for what has a ``site``: then only
    rows of the sites asked for. A site that is always empty keeps these records out of it.
    """

    site = site_field(db_index=False, db_constraint=False)

    class Meta:
        abstract = True


def move_files(session: models.Model, site_id: int | None, using: str) -> None:
    """Let a session's files, refusals, and what is kept of both, go where it goes."""
    for path, names in RECORDS_BY_PATH.items():
        for name in names:
            manager = apps.get_model("edc_retinopathy", name)._base_manager  # noqa: SLF001 - documented
            records = manager.using(using)
            records.filter(**{path: session.pk}).update(site_id=site_id)
