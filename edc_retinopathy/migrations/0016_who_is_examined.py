from django.db import migrations


class Migration(migrations.Migration):
    """A right of its own to see who is examined."""

    dependencies = [("edc_retinopathy", "0015_indexes_of_findings")]

    operations = [
        migrations.AlterModelOptions(
            name="camerasession",
            options={
                "default_manager_name": "objects",
                "default_permissions": ("add", "change", "delete", "view", "export", "import"),
                "ordering": ("-report_datetime", "-created"),
                "permissions": (("view_subject", "Can see who is examined"),),
                "verbose_name": "Camera session",
                "verbose_name_plural": "Camera sessions",
            },
        )
    ]
