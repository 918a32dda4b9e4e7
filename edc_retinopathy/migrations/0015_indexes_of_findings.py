"""Indexes by which SQLite, which has no statistics, finds the findings of one session."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("edc_retinopathy", "0014_sessions_of_today"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="finding",
            index=models.Index(
                fields=["session_file", "resolved_datetime", "severity"],
                name="edc_retinop_session_aecb85_idx",
            ),
        ),
        migrations.AddIndex(
            model_name="finding",
            index=models.Index(
                fields=["severity", "resolved_datetime"], name="edc_retinop_severit_7da084_idx"
            ),
        ),
        migrations.RemoveIndex(
            model_name="finding",
            name="edc_retinop_resolve_813241_idx",
        ),
    ]
