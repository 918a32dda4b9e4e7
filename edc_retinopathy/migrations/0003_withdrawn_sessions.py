"""Sessions that a person takes back: kept, with a reason, and never chosen again."""

from typing import Any

from django.db import migrations, models


def when() -> Any:
    return models.DateTimeField(editable=False, null=True, verbose_name="Withdrawn")


def why() -> Any:
    return models.CharField(
        blank=True,
        default="",
        editable=False,
        max_length=250,
        verbose_name="Reason for withdrawing",
    )


class Migration(migrations.Migration):
    dependencies = [
        ("edc_retinopathy", "0002_files_that_are_no_image"),
    ]

    operations = [
        migrations.AddField(model, name, field())
        for model in ("camerasession", "historicalcamerasession")
        for name, field in (("withdrawn_datetime", when), ("withdrawn_reason", why))
    ]
