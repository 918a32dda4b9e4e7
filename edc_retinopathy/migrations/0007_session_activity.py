"""A row of its own for what cameras do with a session; the next two migrations fill it."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("edc_retinopathy", "0006_refusals_and_versions"),
        ("sites", "0002_alter_domain_unique"),
    ]

    operations = [
        migrations.CreateModel(
            name="SessionActivity",
            fields=[
                (
                    "camera_session",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="activity",
                        serialize=False,
                        to="edc_retinopathy.camerasession",
                        verbose_name="Camera session",
                    ),
                ),
                ("report_datetime", models.DateTimeField(verbose_name="Report date and time")),
                (
                    "report_type",
                    models.CharField(
                        choices=[
                            ("combined", "One report for both eyes"),
                            ("per_eye", "One report for each eye"),
                        ],
                        max_length=15,
                        verbose_name="Report type",
                    ),
                ),
                (
                    "last_resolved_datetime",
                    models.DateTimeField(null=True, verbose_name="Last resolved by a camera"),
                ),
                (
                    "last_reopened_datetime",
                    models.DateTimeField(null=True, verbose_name="Last reopened for uploads"),
                ),
                (
                    "last_received_datetime",
                    models.DateTimeField(null=True, verbose_name="Last file received"),
                ),
                (
                    "latest_datetime",
                    models.DateTimeField(
                        help_text="The latest of the report's date, the last resolve, reopening and file.",
                        verbose_name="Last activity",
                    ),
                ),
                ("file_count", models.PositiveIntegerField(default=0, verbose_name="Files")),
                (
                    "stored_bytes",
                    models.BigIntegerField(default=0, verbose_name="Size of the files"),
                ),
                ("has_left", models.BooleanField(default=False)),
                ("has_right", models.BooleanField(default=False)),
                ("has_left_dicom", models.BooleanField(default=False)),
                ("has_right_dicom", models.BooleanField(default=False)),
                ("has_left_report", models.BooleanField(default=False)),
                ("has_right_report", models.BooleanField(default=False)),
                ("has_report", models.BooleanField(default=False)),
                ("shows_left", models.BooleanField(default=False)),
                ("shows_right", models.BooleanField(default=False)),
                (
                    "progress",
                    models.CharField(
                        choices=[
                            ("none", "None yet"),
                            ("begun", "Incomplete"),
                            ("complete", "Complete"),
                        ],
                        default="none",
                        max_length=10,
                        verbose_name="Progress",
                    ),
                ),
                (
                    "completed_datetime",
                    models.DateTimeField(
                        help_text="When the last of the required files arrived; empty while one is missing.",
                        null=True,
                        verbose_name="Completed",
                    ),
                ),
                (
                    "site",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="sites.site",
                        verbose_name="Site",
                    ),
                ),
            ],
            options={
                "verbose_name": "Session activity",
                "verbose_name_plural": "Session activities",
                "default_permissions": (),
                "indexes": [
                    models.Index(
                        fields=["progress", "report_datetime", "camera_session", "site"],
                        name="edc_retinopathy_progress",
                    ),
                    models.Index(
                        fields=["site", "progress", "report_datetime", "camera_session"],
                        name="edc_retinopathy_site_progress",
                    ),
                ],
            },
        ),
    ]
