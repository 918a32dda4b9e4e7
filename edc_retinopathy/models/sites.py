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


class NoSiteModel(models.Model):
    """A record that is no site's own, and so is in no export.

    clinicedc exports every model of an app, whole tables but for what has a ``site``: then only
    rows of the sites asked for. A site that is always empty keeps these records out of it.
    """

    site = site_field(db_index=False, db_constraint=False)

    class Meta:
        abstract = True


def move_files(session: models.Model, site_id: int | None, using: str) -> None:
    """Let a session's files, refusals, the history of both, and looks at files go where it goes."""
    own = ("SessionFile", "HistoricalSessionFile", "Refusal", "HistoricalRefusal")
    tables = {name: apps.get_model("edc_retinopathy", name) for name in (*own, "FileAccess")}
    records = {
        name: table._base_manager.using(using)  # noqa: SLF001 - documented
        for name, table in tables.items()
    }
    for name in own:
        records[name].filter(camera_session_id=session.pk).update(site_id=site_id)
    looks = records["FileAccess"].filter(session_file__camera_session_id=session.pk)
    looks.update(site_id=site_id)
