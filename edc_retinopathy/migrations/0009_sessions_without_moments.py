"""Takes from the sessions what their rows of what cameras do have by now."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("edc_retinopathy", "0008_fill_session_activity"),
    ]

    operations = [
        migrations.RemoveField(model, name)
        for model in ("camerasession", "historicalcamerasession")
        for name in ("last_resolved_datetime", "last_reopened_datetime")
    ]
