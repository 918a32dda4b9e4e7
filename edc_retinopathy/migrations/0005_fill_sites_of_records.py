"""Fills the sites of files, of their history and of looks at them, from their sessions.

A migration of its own: PostgreSQL changes no table whose rows changed in the same transaction.
"""

from typing import Any

from django.db import migrations
from django.db.models import OuterRef, Subquery

BATCH = 2000


def fill_sites(apps: Any, schema_editor: Any) -> None:
    """Batch by batch behind the last key, so that no statement takes long."""
    using = schema_editor.connection.alias
    for name, source, key in (
        ("SessionFile", "CameraSession", "camera_session_id"),
        ("HistoricalSessionFile", "CameraSession", "camera_session_id"),
        ("FileAccess", "SessionFile", "session_file_id"),
    ):
        sources = apps.get_model("edc_retinopathy", source).objects.using(using)
        site_id = Subquery(sources.filter(pk=OuterRef(key)).order_by().values("site_id")[:1])
        records = apps.get_model("edc_retinopathy", name).objects.using(using)
        keys = records.order_by("pk").values_list("pk", flat=True)
        batch = list(keys[:BATCH])
        while batch:
            records.filter(pk__in=batch, site=None).update(site_id=site_id)
            batch = list(keys.filter(pk__gt=batch[-1])[:BATCH])


class Migration(migrations.Migration):
    dependencies = [
        ("edc_retinopathy", "0004_sites_of_records"),
    ]

    operations = [
        migrations.RunPython(fill_sites, migrations.RunPython.noop, elidable=True),
    ]
