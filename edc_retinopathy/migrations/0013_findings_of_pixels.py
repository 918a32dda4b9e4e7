"""Findings that are seen in pixels, and the numbers that they rest on."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("edc_retinopathy", "0012_facts_and_findings"),
        ("sites", "0002_alter_domain_unique"),
    ]

    operations = [
        migrations.AlterField(
            model_name="finding",
            name="code",
            field=models.CharField(
                choices=[
                    ("patient_mismatch", "Another patient"),
                    ("laterality_mismatch", "The other eye"),
                    ("laterality_conflict", "Two sides named"),
                    ("no_image", "No image"),
                    ("not_ophthalmic", "No image of an eye"),
                    ("undecodable", "Cannot be decoded"),
                    ("same_image_other_subject", "Same image, other subject"),
                    ("same_image_other_session", "Same image, other session"),
                    ("same_image_other_eye", "Same image, other eye"),
                    ("burned_in_annotation", "Text in the image"),
                    ("clock_skew", "Wrong clock"),
                    ("extension_mismatch", "Extension of another kind"),
                    ("locked_pdf", "Locked PDF"),
                    ("too_many_pixels", "Too many pixels"),
                    ("maybe_blurred", "Perhaps blurred"),
                    ("maybe_dark", "Perhaps too dark"),
                    ("maybe_overexposed", "Perhaps overexposed"),
                    ("no_retina_seen", "No retina seen"),
                ],
                max_length=50,
                verbose_name="Finding",
            ),
        ),
        migrations.AlterField(
            model_name="historicalfinding",
            name="code",
            field=models.CharField(
                choices=[
                    ("patient_mismatch", "Another patient"),
                    ("laterality_mismatch", "The other eye"),
                    ("laterality_conflict", "Two sides named"),
                    ("no_image", "No image"),
                    ("not_ophthalmic", "No image of an eye"),
                    ("undecodable", "Cannot be decoded"),
                    ("same_image_other_subject", "Same image, other subject"),
                    ("same_image_other_session", "Same image, other session"),
                    ("same_image_other_eye", "Same image, other eye"),
                    ("burned_in_annotation", "Text in the image"),
                    ("clock_skew", "Wrong clock"),
                    ("extension_mismatch", "Extension of another kind"),
                    ("locked_pdf", "Locked PDF"),
                    ("too_many_pixels", "Too many pixels"),
                    ("maybe_blurred", "Perhaps blurred"),
                    ("maybe_dark", "Perhaps too dark"),
                    ("maybe_overexposed", "Perhaps overexposed"),
                    ("no_retina_seen", "No retina seen"),
                ],
                max_length=50,
                verbose_name="Finding",
            ),
        ),
        migrations.CreateModel(
            name="SessionFileMeasures",
            fields=[
                (
                    "session_file",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="measures",
                        serialize=False,
                        to="edc_retinopathy.sessionfile",
                        verbose_name="Session file",
                    ),
                ),
                ("has_field", models.BooleanField(default=False, verbose_name="Field found")),
                (
                    "is_bounded",
                    models.BooleanField(default=False, verbose_name="Edge of the field seen"),
                ),
                (
                    "diameter_share",
                    models.FloatField(
                        default=0.0, verbose_name="Diameter of the field, of the shorter side"
                    ),
                ),
                (
                    "inside_share",
                    models.FloatField(
                        default=0.0, verbose_name="Share of the field inside the picture"
                    ),
                ),
                ("sharpness", models.FloatField(null=True, verbose_name="Sharpness")),
                ("noise", models.FloatField(null=True, verbose_name="Noise")),
                ("contrast", models.FloatField(null=True, verbose_name="Contrast")),
                (
                    "unseen_share",
                    models.FloatField(default=0.0, verbose_name="Share that is black"),
                ),
                (
                    "dark_share",
                    models.FloatField(default=0.0, verbose_name="Share that is too dark"),
                ),
                (
                    "bright_share",
                    models.FloatField(default=0.0, verbose_name="Share that is too bright"),
                ),
                ("white_share", models.FloatField(default=0.0, verbose_name="Share that is white")),
                (
                    "retina_share",
                    models.FloatField(null=True, verbose_name="Share with a retina's colour"),
                ),
                (
                    "measures_version",
                    models.PositiveSmallIntegerField(
                        help_text="That the file was measured by.",
                        verbose_name="Version of the measures",
                    ),
                ),
                (
                    "measured_datetime",
                    models.DateTimeField(
                        default=django.utils.timezone.now, verbose_name="Measured"
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
                "verbose_name": "Measures of a session file",
                "verbose_name_plural": "Measures of session files",
                "default_permissions": ("view",),
            },
        ),
    ]
