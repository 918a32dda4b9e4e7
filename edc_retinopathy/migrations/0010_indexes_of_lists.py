"""What lists are filtered and sorted by: stored by the database, and indexed."""

import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("edc_retinopathy", "0009_sessions_without_moments"),
    ]

    # The new indexes first: MariaDB lets no index go that a foreign key needs.
    operations = [
        migrations.AddField(
            model_name="camerasession",
            name="eligibility",
            field=models.GeneratedField(
                db_persist=True,
                expression=models.Case(
                    models.When(
                        models.Q(
                            ("pregnant", "Yes"),
                            ("visual_impairment", "Yes"),
                            ("retinal_conditions", "Yes"),
                            ("ocular_interventions", "Yes"),
                            ("photosensitive", "Yes"),
                            _connector="OR",
                        ),
                        then=models.Value("no"),
                    ),
                    models.When(
                        models.Q(
                            ("pregnant__in", ["N/A", "No"]),
                            ("visual_impairment__in", ["N/A", "No"]),
                            ("retinal_conditions__in", ["N/A", "No"]),
                            ("ocular_interventions__in", ["N/A", "No"]),
                            ("photosensitive__in", ["N/A", "No"]),
                        ),
                        then=models.Value("yes"),
                    ),
                    default=models.Value("unanswered"),
                    output_field=models.CharField(max_length=10),
                ),
                output_field=models.CharField(
                    choices=[("yes", "Yes"), ("no", "No"), ("unanswered", "Unanswered")],
                    max_length=10,
                    verbose_name="Eligible",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="camerasession",
            index=models.Index(
                fields=["subject_identifier", "site", "report_datetime"],
                name="edc_retinop_subject_1acf32_idx",
            ),
        ),
        migrations.AddIndex(
            model_name="camerasession",
            index=models.Index(
                fields=["site", "report_datetime", "id"], name="edc_retinop_site_id_827759_idx"
            ),
        ),
        migrations.AddIndex(
            model_name="camerasession",
            index=models.Index(
                fields=["report_datetime", "id", "site"], name="edc_retinop_report__41ba12_idx"
            ),
        ),
        migrations.AddIndex(
            model_name="camerasession",
            index=models.Index(
                fields=["eligibility", "report_datetime", "id", "site"],
                name="edc_retinop_eligibi_1bf514_idx",
            ),
        ),
        migrations.AddIndex(
            model_name="camerasession",
            index=models.Index(
                fields=["device_id", "report_datetime", "id", "site"],
                name="edc_retinop_device__15a271_idx",
            ),
        ),
        migrations.AddIndex(
            model_name="camerasession",
            index=models.Index(
                fields=["report_type", "report_datetime", "id", "site"],
                name="edc_retinop_report__a8ec68_idx",
            ),
        ),
        migrations.AddIndex(
            model_name="camerasession",
            index=models.Index(
                fields=["gender", "report_datetime", "id", "site"],
                name="edc_retinop_gender_3d1224_idx",
            ),
        ),
        migrations.AddIndex(
            model_name="camerasession",
            index=models.Index(
                fields=["withdrawn_datetime", "id", "site"], name="edc_retinop_withdra_cb28a6_idx"
            ),
        ),
        migrations.AddIndex(
            model_name="camerasession",
            index=models.Index(
                fields=["subject_identifier"],
                name="edc_retinopathy_subject_begins",
                opclasses=["varchar_pattern_ops"],
            ),
        ),
        migrations.AddIndex(
            model_name="fileaccess",
            index=models.Index(
                fields=["site", "accessed_datetime", "id"], name="edc_retinop_site_id_7a7adb_idx"
            ),
        ),
        migrations.AddIndex(
            model_name="fileaccess",
            index=models.Index(
                fields=["accessed_datetime", "id", "site"], name="edc_retinop_accesse_127caf_idx"
            ),
        ),
        migrations.AddIndex(
            model_name="fileaccess",
            index=models.Index(
                fields=["kind", "accessed_datetime", "id", "site"],
                name="edc_retinop_kind_dad9fd_idx",
            ),
        ),
        migrations.AddIndex(
            model_name="fileaccess",
            index=models.Index(
                fields=["username", "accessed_datetime", "id", "site"],
                name="edc_retinop_usernam_68a682_idx",
            ),
        ),
        migrations.AddIndex(
            model_name="sessionfile",
            index=models.Index(
                fields=["site", "received_datetime", "id"], name="edc_retinop_site_id_edbcec_idx"
            ),
        ),
        migrations.AddIndex(
            model_name="sessionfile",
            index=models.Index(
                fields=["received_datetime", "id", "site"], name="edc_retinop_receive_b3d02a_idx"
            ),
        ),
        migrations.AddIndex(
            model_name="sessionfile",
            index=models.Index(
                fields=["file_type", "received_datetime", "id", "site"],
                name="edc_retinop_file_ty_a58b20_idx",
            ),
        ),
        migrations.AddIndex(
            model_name="sessionfile",
            index=models.Index(
                fields=["file_content_type", "received_datetime", "id", "site"],
                name="edc_retinop_file_co_4bb42a_idx",
            ),
        ),
        migrations.AddIndex(
            model_name="sessionfile",
            index=models.Index(
                fields=["is_image", "received_datetime", "id", "site"],
                name="edc_retinop_is_imag_07f4ee_idx",
            ),
        ),
        migrations.AddIndex(
            model_name="sessionfile",
            index=models.Index(
                fields=["last_audit_result", "received_datetime", "id", "site"],
                name="edc_retinop_last_au_86ccd8_idx",
            ),
        ),
        migrations.AddIndex(
            model_name="sessionfile",
            index=models.Index(fields=["checksum"], name="edc_retinop_checksu_6580d7_idx"),
        ),
        migrations.AddIndex(
            model_name="sessionfile",
            index=models.Index(
                fields=["original_filename"],
                name="edc_retinopathy_name_begins",
                opclasses=["varchar_pattern_ops"],
            ),
        ),
        migrations.RemoveIndex(
            model_name="camerasession",
            name="edc_retinop_subject_7060b5_idx",
        ),
        migrations.RemoveIndex(
            model_name="fileaccess",
            name="edc_retinop_site_id_75f60c_idx",
        ),
        migrations.RemoveIndex(
            model_name="sessionfile",
            name="edc_retinop_receive_7f14ea_idx",
        ),
        migrations.RemoveIndex(
            model_name="sessionfile",
            name="edc_retinop_site_id_76c833_idx",
        ),
        migrations.AlterField(
            model_name="fileaccess",
            name="accessed_datetime",
            field=models.DateTimeField(default=django.utils.timezone.now, verbose_name="When"),
        ),
    ]
