"""An index by which sessions are listed by the number of their files."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("edc_retinopathy", "0016_who_is_examined")]

    operations = [
        migrations.AddIndex(
            model_name="sessionactivity",
            index=models.Index(
                fields=["file_count", "report_datetime", "camera_session", "site"],
                name="edc_retinopathy_file_count",
            ),
        ),
    ]
