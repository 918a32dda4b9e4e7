"""What was refused to cameras, and several versions of a file's name in a session."""

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
        ("edc_retinopathy", "0005_fill_sites_of_records"),
        ("sites", "0002_alter_domain_unique"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="HistoricalRefusal",
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
                ("cause", models.CharField(db_index=True, editable=False, max_length=64)),
                ("username", models.CharField(max_length=150, verbose_name="Account name")),
                (
                    "device_id",
                    models.CharField(blank=True, default="", max_length=100, verbose_name="Camera"),
                ),
                (
                    "endpoint",
                    models.CharField(
                        blank=True,
                        choices=[("resolve", "Resolve"), ("upload", "Upload")],
                        default="",
                        max_length=15,
                        verbose_name="What",
                    ),
                ),
                (
                    "subject_identifier",
                    models.CharField(
                        blank=True,
                        db_index=True,
                        default="",
                        help_text="As the camera sent it.",
                        max_length=100,
                        verbose_name="Subject identifier",
                    ),
                ),
                (
                    "file_type",
                    models.CharField(
                        blank=True, default="", max_length=50, verbose_name="File type"
                    ),
                ),
                (
                    "file_name",
                    models.CharField(
                        blank=True,
                        default="",
                        help_text="As the camera sent it; empty where the file was refused unread.",
                        max_length=255,
                        verbose_name="File name",
                    ),
                ),
                ("code", models.CharField(max_length=50, verbose_name="Code")),
                ("message", models.CharField(max_length=500, verbose_name="Reason")),
                (
                    "first_datetime",
                    models.DateTimeField(
                        default=django.utils.timezone.now, verbose_name="First time"
                    ),
                ),
                (
                    "last_datetime",
                    models.DateTimeField(
                        default=django.utils.timezone.now, verbose_name="Last time"
                    ),
                ),
                ("count", models.PositiveBigIntegerField(default=1, verbose_name="Times")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Open"),
                            ("reopened", "Session reopened"),
                            ("allowed", "Next version allowed"),
                            ("dismissed", "Dismissed"),
                            ("succeeded", "Succeeded since"),
                        ],
                        default="open",
                        max_length=15,
                        verbose_name="State",
                    ),
                ),
                ("closed_datetime", models.DateTimeField(null=True, verbose_name="Closed")),
                (
                    "closed_by",
                    django_audit_fields.fields.userfield.UserField(
                        blank=True, default="", max_length=50, verbose_name="Answered by"
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        blank=True, default="", max_length=250, verbose_name="Reason of the answer"
                    ),
                ),
                (
                    "allowed_version",
                    models.PositiveIntegerField(
                        help_text="The version of the file's name that may be stored beside the earlier ones.",
                        null=True,
                        verbose_name="Allowed version",
                    ),
                ),
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
                "verbose_name": "historical Refusal",
                "verbose_name_plural": "historical Refusals",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="Refusal",
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
                ("cause", models.CharField(editable=False, max_length=64, unique=True)),
                ("username", models.CharField(max_length=150, verbose_name="Account name")),
                (
                    "device_id",
                    models.CharField(blank=True, default="", max_length=100, verbose_name="Camera"),
                ),
                (
                    "endpoint",
                    models.CharField(
                        blank=True,
                        choices=[("resolve", "Resolve"), ("upload", "Upload")],
                        default="",
                        max_length=15,
                        verbose_name="What",
                    ),
                ),
                (
                    "subject_identifier",
                    models.CharField(
                        blank=True,
                        db_index=True,
                        default="",
                        help_text="As the camera sent it.",
                        max_length=100,
                        verbose_name="Subject identifier",
                    ),
                ),
                (
                    "file_type",
                    models.CharField(
                        blank=True, default="", max_length=50, verbose_name="File type"
                    ),
                ),
                (
                    "file_name",
                    models.CharField(
                        blank=True,
                        default="",
                        help_text="As the camera sent it; empty where the file was refused unread.",
                        max_length=255,
                        verbose_name="File name",
                    ),
                ),
                ("code", models.CharField(max_length=50, verbose_name="Code")),
                ("message", models.CharField(max_length=500, verbose_name="Reason")),
                (
                    "first_datetime",
                    models.DateTimeField(
                        default=django.utils.timezone.now, verbose_name="First time"
                    ),
                ),
                (
                    "last_datetime",
                    models.DateTimeField(
                        default=django.utils.timezone.now, verbose_name="Last time"
                    ),
                ),
                ("count", models.PositiveBigIntegerField(default=1, verbose_name="Times")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Open"),
                            ("reopened", "Session reopened"),
                            ("allowed", "Next version allowed"),
                            ("dismissed", "Dismissed"),
                            ("succeeded", "Succeeded since"),
                        ],
                        default="open",
                        max_length=15,
                        verbose_name="State",
                    ),
                ),
                ("closed_datetime", models.DateTimeField(null=True, verbose_name="Closed")),
                (
                    "closed_by",
                    django_audit_fields.fields.userfield.UserField(
                        blank=True, default="", max_length=50, verbose_name="Answered by"
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        blank=True, default="", max_length=250, verbose_name="Reason of the answer"
                    ),
                ),
                (
                    "allowed_version",
                    models.PositiveIntegerField(
                        help_text="The version of the file's name that may be stored beside the earlier ones.",
                        null=True,
                        verbose_name="Allowed version",
                    ),
                ),
            ],
            options={
                "verbose_name": "Refusal",
                "verbose_name_plural": "Refusals",
                "ordering": ("-last_datetime", "-pk"),
                "abstract": False,
                "default_permissions": ("view", "change"),
                "default_manager_name": "objects",
            },
        ),
        migrations.RemoveConstraint(
            model_name="sessionfile",
            name="edc_retinopathy_one_file_per_name",
        ),
        migrations.RemoveConstraint(
            model_name="sessionfile",
            name="edc_retinopathy_no_twin_names",
        ),
        migrations.AddField(
            model_name="historicalsessionfile",
            name="superseded_datetime",
            field=models.DateTimeField(
                editable=False,
                help_text="When a later version was stored; this one counts for the exam no more.",
                null=True,
                verbose_name="Superseded",
            ),
        ),
        migrations.AddField(
            model_name="historicalsessionfile",
            name="version",
            field=models.PositiveIntegerField(
                default=1,
                help_text="Of this name in the session; a person allows each after the first.",
                verbose_name="Version",
            ),
        ),
        migrations.AddField(
            model_name="sessionfile",
            name="superseded_datetime",
            field=models.DateTimeField(
                editable=False,
                help_text="When a later version was stored; this one counts for the exam no more.",
                null=True,
                verbose_name="Superseded",
            ),
        ),
        migrations.AddField(
            model_name="sessionfile",
            name="version",
            field=models.PositiveIntegerField(
                default=1,
                help_text="Of this name in the session; a person allows each after the first.",
                verbose_name="Version",
            ),
        ),
        migrations.AddConstraint(
            model_name="sessionfile",
            constraint=models.UniqueConstraint(
                fields=("camera_session", "original_filename", "version"),
                name="edc_retinopathy_one_file_per_version",
            ),
        ),
        migrations.AddConstraint(
            model_name="sessionfile",
            constraint=models.UniqueConstraint(
                fields=("camera_session", "filename_key", "version"),
                name="edc_retinopathy_no_twin_versions",
            ),
        ),
        migrations.AddField(
            model_name="historicalrefusal",
            name="account",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="Account",
            ),
        ),
        migrations.AddField(
            model_name="historicalrefusal",
            name="camera_session",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="edc_retinopathy.camerasession",
                verbose_name="Camera session",
            ),
        ),
        migrations.AddField(
            model_name="historicalrefusal",
            name="history_user",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="historicalrefusal",
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
            model_name="refusal",
            name="account",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="Account",
            ),
        ),
        migrations.AddField(
            model_name="refusal",
            name="camera_session",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="refusals",
                to="edc_retinopathy.camerasession",
                verbose_name="Camera session",
            ),
        ),
        migrations.AddField(
            model_name="refusal",
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
            model_name="refusal",
            index=models.Index(
                fields=["modified", "created"], name="edc_retinop_modifie_4ca710_idx"
            ),
        ),
        migrations.AddIndex(
            model_name="refusal",
            index=models.Index(
                fields=["user_modified", "user_created"], name="edc_retinop_user_mo_a1ca78_idx"
            ),
        ),
        migrations.AddIndex(
            model_name="refusal",
            index=models.Index(fields=["account", "state"], name="edc_retinop_account_bfb968_idx"),
        ),
        migrations.AddIndex(
            model_name="refusal",
            index=models.Index(
                fields=["site", "state", "last_datetime"], name="edc_retinop_site_id_14dd9f_idx"
            ),
        ),
    ]
