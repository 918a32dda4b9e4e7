"""Lets an audit say how many sessions have their files counted wrong."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("edc_retinopathy", "0010_indexes_of_lists"),
    ]

    operations = [
        migrations.AddField(
            "storageaudit",
            "miscounted",
            models.PositiveIntegerField(
                default=0,
                help_text=(
                    "What is stored of their files, such as when the exam was complete, differs."
                ),
                verbose_name="Sessions counted wrong",
            ),
        ),
    ]
