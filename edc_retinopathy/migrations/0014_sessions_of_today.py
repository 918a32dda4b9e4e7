"""An index by which the home page of a site finds the sessions of today."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("edc_retinopathy", "0013_findings_of_pixels")]

    operations = [
        migrations.AddIndex(
            model_name="sessionactivity",
            index=models.Index(
                fields=["site", "latest_datetime"], name="edc_retinopathy_site_latest"
            ),
        )
    ]
