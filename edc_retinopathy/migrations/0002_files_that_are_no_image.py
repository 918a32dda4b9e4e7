"""Says of each stored file whether it is an image: a DICOM file may be none, and shows no eye."""

from typing import Any

from django.db import migrations, models

REPORTS = ("application/pdf", "text/html")


def mark_reports(apps: Any, schema_editor: Any) -> None:
    """What is stored by now is an image if it is no report: others were refused until here."""
    for name in ("SessionFile", "HistoricalSessionFile"):
        records = apps.get_model("edc_retinopathy", name).objects
        records.using(schema_editor.connection.alias).filter(file_content_type__in=REPORTS).update(
            is_image=False
        )


def is_image_field() -> Any:
    return models.BooleanField(
        default=True,
        help_text=(
            "As found in the bytes. A report is none, nor is a DICOM file without pixels: it is "
            "kept, and counts for no eye."
        ),
        verbose_name="Image",
    )


class Migration(migrations.Migration):
    dependencies = [
        ("edc_retinopathy", "0001_camera_sessions_and_files"),
    ]

    operations = [
        migrations.AddField("historicalsessionfile", "is_image", is_image_field()),
        migrations.AddField("sessionfile", "is_image", is_image_field()),
        migrations.RunPython(mark_reports, migrations.RunPython.noop, elidable=True),
    ]
