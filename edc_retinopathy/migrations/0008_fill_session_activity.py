"""Makes the rows of what cameras do, from the sessions and their files.

A migration of its own: PostgreSQL changes no table whose rows changed in the same transaction.
"""

from datetime import datetime
from typing import Any

from django.db import migrations

BATCH = 1000

# As the rules were when this was written: a requirement is met by any of these.
EYES = {"shows_left": ("left", "left_dicom"), "shows_right": ("right", "right_dicom")}
REQUIRED = {
    "combined": ("shows_left", "shows_right", "has_report"),
    "per_eye": ("shows_left", "shows_right", "has_left_report", "has_right_report"),
}


def fill(apps: Any, schema_editor: Any) -> None:
    """Batch by batch behind the last key, so that no statement takes long."""
    using = schema_editor.connection.alias
    sessions, files, activities = (
        apps.get_model("edc_retinopathy", name).objects.using(using)
        for name in ("CameraSession", "SessionFile", "SessionActivity")
    )
    rows = (
        sessions.order_by("pk")
        .filter(activity=None)
        .values(
            "pk",
            "site_id",
            "report_datetime",
            "report_type",
            "last_resolved_datetime",
            "last_reopened_datetime",
        )
    )
    batch = list(rows[:BATCH])
    while batch:
        of_sessions: dict[Any, list[Any]] = {row["pk"]: [] for row in batch}
        found = files.filter(camera_session_id__in=list(of_sessions)).order_by("received_datetime")
        facts = (
            *("camera_session_id", "file_type", "is_image", "received_datetime", "file_size"),
            "superseded_datetime",
        )
        for key, *fact in found.values_list(*facts):
            of_sessions[key].append(fact)
        activities.bulk_create(
            [activities.model(**activity(row, of_sessions[row["pk"]])) for row in batch]
        )
        batch = list(rows.filter(pk__gt=batch[-1]["pk"])[:BATCH])


def activity(row: dict[str, Any], files: list[Any]) -> dict[str, Any]:
    """The fields of a session's row; the files are in the order in which they came."""
    since: dict[str, datetime] = {}
    for file_type, is_image, received, _, superseded in files:
        if superseded:
            continue
        since.setdefault(f"has_{file_type}", received)
        for name, file_types in EYES.items():
            if is_image and file_type in file_types:
                since.setdefault(name, received)
    required = REQUIRED[row["report_type"]]
    is_complete = since.keys() >= set(required)
    last_received = files[-1][2] if files else None
    moments = (
        row["report_datetime"],
        row["last_resolved_datetime"],
        row["last_reopened_datetime"],
        last_received,
    )
    return {
        "camera_session_id": row["pk"],
        **{name: row[name] for name in row if name != "pk"},
        **dict.fromkeys(since, True),
        "last_received_datetime": last_received,
        "latest_datetime": max(moment for moment in moments if moment),
        "file_count": len(files),
        "stored_bytes": sum(file[3] for file in files),
        "progress": "complete" if is_complete else "begun" if files else "none",
        "completed_datetime": max(since[name] for name in required) if is_complete else None,
    }


class Migration(migrations.Migration):
    dependencies = [
        ("edc_retinopathy", "0007_session_activity"),
    ]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop, elidable=True),
    ]
