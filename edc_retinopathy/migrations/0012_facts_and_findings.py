"""Facts of files beside their records, and what inspection finds wrong."""

import _socket
import uuid

import django.db.models.deletion
import django.utils.timezone
import django_audit_fields.fields.hostname_modification_field
import django_audit_fields.fields.userfield
import django_audit_fields.fields.uuid_auto_field
import django_revision.revision_field
import simple_history.models
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("edc_retinopathy", "0011_sessions_counted_wrong"),
        ("sites", "0002_alter_domain_unique"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Finding",
            fields=[
                (
                    "revision",
                    django_revision.revision_field.RevisionField(
                        blank=True,
                        default="",
                        editable=False,
                        help_text="System field. From git repository (tag:branch:commit), project metadata, project toml, project VERSION, or settings.",
                        max_length=75,
                        verbose_name="Revision",
                    ),
                ),
                ("created", models.DateTimeField(blank=True, default=django.utils.timezone.now)),
                ("modified", models.DateTimeField(blank=True, default=django.utils.timezone.now)),
                (
                    "locale_created",
                    models.CharField(
                        blank=True,
                        default="",
                        help_text="Auto-updated by Modeladmin",
                        max_length=10,
                        verbose_name="Locale created",
                    ),
                ),
                (
                    "locale_modified",
                    models.CharField(
                        blank=True,
                        default="",
                        help_text="Auto-updated by Modeladmin",
                        max_length=10,
                        verbose_name="Locale modified",
                    ),
                ),
                (
                    "id",
                    django_audit_fields.fields.uuid_auto_field.UUIDAutoField(
                        blank=True,
                        editable=False,
                        help_text="System auto field. UUID primary key.",
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "user_created",
                    django_audit_fields.fields.userfield.UserField(
                        blank=True,
                        default="",
                        help_text="Updated by admin.save_model",
                        max_length=50,
                        verbose_name="user created",
                    ),
                ),
                (
                    "user_modified",
                    django_audit_fields.fields.userfield.UserField(
                        blank=True,
                        default="",
                        help_text="Updated by admin.save_model",
                        max_length=50,
                        verbose_name="user modified",
                    ),
                ),
                (
                    "hostname_created",
                    models.CharField(
                        blank=True,
                        default=_socket.gethostname,
                        help_text="System field. (modified on create only)",
                        max_length=60,
                        verbose_name="Hostname created",
                    ),
                ),
                (
                    "hostname_modified",
                    django_audit_fields.fields.hostname_modification_field.HostnameModificationField(
                        blank=True,
                        default="",
                        help_text="System field. (modified on every save)",
                        max_length=50,
                        verbose_name="Hostname modified",
                    ),
                ),
                (
                    "device_created",
                    models.CharField(
                        blank=True, default="", max_length=10, verbose_name="Device created"
                    ),
                ),
                (
                    "device_modified",
                    models.CharField(
                        blank=True, default="", max_length=10, verbose_name="Device modified"
                    ),
                ),
                (
                    "code",
                    models.CharField(
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
                        ],
                        max_length=50,
                        verbose_name="Finding",
                    ),
                ),
                (
                    "severity",
                    models.CharField(
                        choices=[("hint", "Hint"), ("warning", "Warning"), ("severe", "Severe")],
                        max_length=15,
                        verbose_name="Severity",
                    ),
                ),
                ("message", models.CharField(max_length=250, verbose_name="What it says")),
                (
                    "basis",
                    models.CharField(
                        default="",
                        editable=False,
                        help_text="The facts that it rests on: resolved, it is open again if they change.",
                        max_length=150,
                    ),
                ),
                (
                    "found_datetime",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="Found"),
                ),
                ("resolved_datetime", models.DateTimeField(null=True, verbose_name="Resolved")),
                (
                    "resolved_by",
                    models.CharField(default="", max_length=150, verbose_name="Resolved by"),
                ),
                ("reason", models.CharField(default="", max_length=250, verbose_name="Reason")),
            ],
            options={
                "verbose_name": "Finding",
                "verbose_name_plural": "Findings",
                "ordering": ("-found_datetime",),
                "abstract": False,
                "default_permissions": ("view", "change"),
                "default_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="HistoricalFinding",
            fields=[
                (
                    "revision",
                    django_revision.revision_field.RevisionField(
                        blank=True,
                        default="",
                        editable=False,
                        help_text="System field. From git repository (tag:branch:commit), project metadata, project toml, project VERSION, or settings.",
                        max_length=75,
                        verbose_name="Revision",
                    ),
                ),
                ("created", models.DateTimeField(blank=True, default=django.utils.timezone.now)),
                ("modified", models.DateTimeField(blank=True, default=django.utils.timezone.now)),
                (
                    "locale_created",
                    models.CharField(
                        blank=True,
                        default="",
                        help_text="Auto-updated by Modeladmin",
                        max_length=10,
                        verbose_name="Locale created",
                    ),
                ),
                (
                    "locale_modified",
                    models.CharField(
                        blank=True,
                        default="",
                        help_text="Auto-updated by Modeladmin",
                        max_length=10,
                        verbose_name="Locale modified",
                    ),
                ),
                (
                    "id",
                    django_audit_fields.fields.uuid_auto_field.UUIDAutoField(
                        blank=True,
                        db_index=True,
                        editable=False,
                        help_text="System auto field. UUID primary key.",
                    ),
                ),
                (
                    "user_created",
                    django_audit_fields.fields.userfield.UserField(
                        blank=True,
                        default="",
                        help_text="Updated by admin.save_model",
                        max_length=50,
                        verbose_name="user created",
                    ),
                ),
                (
                    "user_modified",
                    django_audit_fields.fields.userfield.UserField(
                        blank=True,
                        default="",
                        help_text="Updated by admin.save_model",
                        max_length=50,
                        verbose_name="user modified",
                    ),
                ),
                (
                    "hostname_created",
                    models.CharField(
                        blank=True,
                        default=_socket.gethostname,
                        help_text="System field. (modified on create only)",
                        max_length=60,
                        verbose_name="Hostname created",
                    ),
                ),
                (
                    "hostname_modified",
                    django_audit_fields.fields.hostname_modification_field.HostnameModificationField(
                        blank=True,
                        default="",
                        help_text="System field. (modified on every save)",
                        max_length=50,
                        verbose_name="Hostname modified",
                    ),
                ),
                (
                    "device_created",
                    models.CharField(
                        blank=True, default="", max_length=10, verbose_name="Device created"
                    ),
                ),
                (
                    "device_modified",
                    models.CharField(
                        blank=True, default="", max_length=10, verbose_name="Device modified"
                    ),
                ),
                (
                    "code",
                    models.CharField(
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
                        ],
                        max_length=50,
                        verbose_name="Finding",
                    ),
                ),
                (
                    "severity",
                    models.CharField(
                        choices=[("hint", "Hint"), ("warning", "Warning"), ("severe", "Severe")],
                        max_length=15,
                        verbose_name="Severity",
                    ),
                ),
                ("message", models.CharField(max_length=250, verbose_name="What it says")),
                (
                    "basis",
                    models.CharField(
                        default="",
                        editable=False,
                        help_text="The facts that it rests on: resolved, it is open again if they change.",
                        max_length=150,
                    ),
                ),
                (
                    "found_datetime",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="Found"),
                ),
                ("resolved_datetime", models.DateTimeField(null=True, verbose_name="Resolved")),
                (
                    "resolved_by",
                    models.CharField(default="", max_length=150, verbose_name="Resolved by"),
                ),
                ("reason", models.CharField(default="", max_length=250, verbose_name="Reason")),
                (
                    "history_id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(
                        choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1
                    ),
                ),
            ],
            options={
                "verbose_name": "historical Finding",
                "verbose_name_plural": "historical Findings",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="SessionFileFacts",
            fields=[
                (
                    "session_file",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="facts",
                        serialize=False,
                        to="edc_retinopathy.sessionfile",
                        verbose_name="Session file",
                    ),
                ),
                ("rows", models.PositiveIntegerField(null=True, verbose_name="Rows")),
                ("columns", models.PositiveIntegerField(null=True, verbose_name="Columns")),
                ("frames", models.PositiveIntegerField(default=1, verbose_name="Frames")),
                ("is_locked", models.BooleanField(default=False, verbose_name="Locked")),
                (
                    "transfer_syntax_uid",
                    models.CharField(default="", max_length=64, verbose_name="Transfer Syntax UID"),
                ),
                (
                    "sop_class_uid",
                    models.CharField(default="", max_length=64, verbose_name="SOP Class UID"),
                ),
                (
                    "sop_instance_uid",
                    models.CharField(
                        db_index=True, default="", max_length=64, verbose_name="SOP Instance UID"
                    ),
                ),
                (
                    "study_instance_uid",
                    models.CharField(default="", max_length=64, verbose_name="Study Instance UID"),
                ),
                (
                    "image_laterality",
                    models.CharField(default="", max_length=64, verbose_name="Image Laterality"),
                ),
                (
                    "laterality",
                    models.CharField(default="", max_length=64, verbose_name="Laterality"),
                ),
                (
                    "acquisition_datetime",
                    models.CharField(
                        default="", max_length=64, verbose_name="Acquisition DateTime"
                    ),
                ),
                (
                    "timezone_offset",
                    models.CharField(
                        default="", max_length=64, verbose_name="Timezone Offset From UTC"
                    ),
                ),
                (
                    "manufacturer",
                    models.CharField(default="", max_length=64, verbose_name="Manufacturer"),
                ),
                (
                    "manufacturer_model_name",
                    models.CharField(
                        default="", max_length=64, verbose_name="Manufacturer's Model Name"
                    ),
                ),
                (
                    "device_serial_number",
                    models.CharField(
                        default="", max_length=64, verbose_name="Device Serial Number"
                    ),
                ),
                (
                    "burned_in_annotation",
                    models.CharField(
                        default="", max_length=64, verbose_name="Burned In Annotation"
                    ),
                ),
                (
                    "patient_match",
                    models.CharField(
                        choices=[("yes", "Yes"), ("no", "No"), ("absent", "Absent")],
                        default="absent",
                        max_length=15,
                        verbose_name="Patient identifier matches",
                    ),
                ),
                (
                    "rules_version",
                    models.PositiveSmallIntegerField(
                        help_text="That the file was inspected by last.",
                        verbose_name="Version of the rules",
                    ),
                ),
            ],
            options={
                "verbose_name": "Facts of a session file",
                "verbose_name_plural": "Facts of session files",
                "default_permissions": ("view",),
            },
        ),
        migrations.AddField(
            model_name="finding",
            name="session_file",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="findings",
                to="edc_retinopathy.sessionfile",
                verbose_name="Session file",
            ),
        ),
        migrations.AddField(
            model_name="finding",
            name="site",
            field=models.ForeignKey(
                db_index=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="sites.site",
                verbose_name="Site",
            ),
        ),
        migrations.AddField(
            model_name="historicalfinding",
            name="history_user",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="historicalfinding",
            name="session_file",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="edc_retinopathy.sessionfile",
                verbose_name="Session file",
            ),
        ),
        migrations.AddField(
            model_name="historicalfinding",
            name="site",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="sites.site",
                verbose_name="Site",
            ),
        ),
        migrations.AddField(
            model_name="sessionfilefacts",
            name="site",
            field=models.ForeignKey(
                db_index=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="sites.site",
                verbose_name="Site",
            ),
        ),
        migrations.AddIndex(
            model_name="finding",
            index=models.Index(
                fields=["modified", "created"], name="edc_retinop_modifie_d91416_idx"
            ),
        ),
        migrations.AddIndex(
            model_name="finding",
            index=models.Index(
                fields=["user_modified", "user_created"], name="edc_retinop_user_mo_30aaaa_idx"
            ),
        ),
        migrations.AddIndex(
            model_name="finding",
            index=models.Index(
                fields=["site", "resolved_datetime", "found_datetime"],
                name="edc_retinop_site_id_d62cb0_idx",
            ),
        ),
        migrations.AddIndex(
            model_name="finding",
            index=models.Index(
                fields=["resolved_datetime", "severity"], name="edc_retinop_resolve_813241_idx"
            ),
        ),
        migrations.AddConstraint(
            model_name="finding",
            constraint=models.UniqueConstraint(
                fields=("session_file", "code"), name="edc_retinopathy_one_finding_per_code"
            ),
        ),
        migrations.AddIndex(
            model_name="sessionfilefacts",
            index=models.Index(fields=["rules_version"], name="edc_retinop_rules_v_58908b_idx"),
        ),
    ]
