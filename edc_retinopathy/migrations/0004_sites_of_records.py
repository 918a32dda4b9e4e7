"""Gives each record a site of its own, by which clinicedc's export gathers; the next fills them."""

from typing import Any

import django.db.models.deletion
from django.db import migrations, models


def site_field(**options: Any) -> Any:
    return models.ForeignKey(
        editable=False,
        null=True,
        related_name="+",
        to="sites.site",
        verbose_name="Site",
        **{"on_delete": django.db.models.deletion.PROTECT, "db_index": False, **options},
    )


def site_field_of_history() -> Any:
    return site_field(
        blank=True,
        db_constraint=False,
        db_index=True,
        on_delete=django.db.models.deletion.DO_NOTHING,
    )


class Migration(migrations.Migration):
    dependencies = [
        ("edc_retinopathy", "0003_withdrawn_sessions"),
        ("sites", "0002_alter_domain_unique"),
    ]

    operations = [
        migrations.AddField("sessionfile", "site", site_field()),
        migrations.AddField("historicalsessionfile", "site", site_field_of_history()),
        migrations.AddField("fileaccess", "site", site_field()),
        migrations.AddField("cameraaccount", "site", site_field(db_constraint=False)),
        migrations.AddField("historicalcameraaccount", "site", site_field_of_history()),
        migrations.AddField("storageaudit", "site", site_field(db_constraint=False)),
        migrations.AddIndex(
            "sessionfile",
            models.Index(
                fields=["site", "received_datetime"], name="edc_retinop_site_id_76c833_idx"
            ),
        ),
        migrations.AddIndex(
            "fileaccess",
            models.Index(
                fields=["site", "accessed_datetime"], name="edc_retinop_site_id_75f60c_idx"
            ),
        ),
    ]
