"""Preparing the demo, serving it, and letting a simulated camera send an exam."""

import io
import json
import shlex
import sys
from contextlib import closing, redirect_stderr, redirect_stdout
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections
from tqdm import tqdm

from demo.accounts import ACCOUNTS, camera_tokens, make_accounts
from demo.camera import Camera, CameraError
from demo.environment import made_directory, shown
from demo.flawed_exams import FLAWS, Flaw
from demo.sample_exam import exam_files
from demo.server import ServerError, gunicorn_on
from demo.sites import ALPHA, BRAVO
from demo.subjects import (
    BROKEN_OFF_DEVICE,
    FLAWED_DEVICE,
    WHOLE_EXAM_DEVICE,
    add_open_sessions,
    make_past_sessions,
    past_sessions_without_files,
    renew_visit_of_today,
    reopened_subjects,
)
from edc_retinopathy import conf
from edc_retinopathy.choices import ReportType
from edc_retinopathy.models import CameraSession


def serve(port: int, details_path: Path) -> None:
    """Prepare, serve, let a camera send an exam, say how to go on, and wait for Ctrl-C.

    ``details_path`` is there while the demo is ready. Raises ``ServerError`` if gunicorn fails, and
    ``KeyboardInterrupt`` at the end.
    """
    _prepare()
    with gunicorn_on(port) as server:
        url = f"http://localhost:{port}"
        cameras = camera_tokens(ALPHA)
        try:
            _send_exams(url, cameras)
        except CameraError as error:
            # Settings from the environment may well refuse it, such as a small size limit.
            _say(f"The simulated camera could not send its exam: {error}")
        subjects = reopened_subjects()
        watched = _exam_to_watch(subjects[ReportType.COMBINED].pop(0))
        _write_atomically(details_path, _details(url, cameras, subjects))
        _say(_instructions(url, cameras, watched))
        server.join()
        if server.exitcode:
            raise ServerError(f"The server ended with status {server.exitcode}.")


def _say(text: str) -> None:
    # At once: the output may be a pipe, whose reader waits for it.
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _prepare() -> None:
    """Bring the database, the accounts, the subjects and the static files up to date."""
    if not Path(connection.settings_dict["NAME"]).exists():
        _say("Making the database (about 15 seconds) ...")
    # clinicedc's apps tell at length what they write after a migration.
    with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
        call_command("migrate", verbosity=0, interactive=False)
    made_directory(conf.storage_dir() / "images")
    call_command("collectstatic", verbosity=0, interactive=False)
    # A bar's monitor would be a thread, and there must be none when the server is forked.
    tqdm.monitor_interval = 0
    make_accounts()
    make_past_sessions()
    add_open_sessions()
    connections.close_all()


def _send_exams(url: str, cameras: dict[str, str]) -> None:
    """Send the files of exams in the past, once, and today's exam of one subject."""
    for device_id, file_count in ((WHOLE_EXAM_DEVICE, None), (BROKEN_OFF_DEVICE, 2)):
        with closing(Camera(url, cameras[device_id], device_id)) as camera:
            for session in past_sessions_without_files(device_id):
                _send_past_exam(camera, session, file_count)
    with closing(Camera(url, cameras[FLAWED_DEVICE], FLAWED_DEVICE)) as camera:
        sessions = past_sessions_without_files(FLAWED_DEVICE)
        # All at the first start; none left at the next.
        for session, (flaw, clock) in zip(sessions, FLAWS, strict=False):
            _send_flawed_exam(camera, session, flaw, clock)
    device_id, token = next(iter(cameras.items()))
    with closing(Camera(url, token, device_id)) as camera:
        _send_exam_of_today(camera, renew_visit_of_today())


def _send_past_exam(camera: Camera, session: CameraSession, file_count: int | None) -> None:
    """Send the first files of an exam to a session that may have expired, and so is named."""
    files = exam_files(
        session.subject_identifier,
        report_type="combined" if session.report_type == ReportType.COMBINED else "per_eye",
        captured=session.report_datetime,
    )
    for file in islice(files, file_count):
        camera.upload(session.subject_identifier, file, camera_session_id=str(session.pk))


def _send_flawed_exam(
    camera: Camera, session: CameraSession, flaw: Flaw, clock: datetime | None
) -> None:
    """Send an exam with one thing wrong, for the findings that the pages show."""
    for file in flaw(session.subject_identifier, session.report_datetime):
        camera.upload(
            session.subject_identifier, file, camera_session_id=str(session.pk), clock=clock
        )


def _send_exam_of_today(camera: Camera, subject_identifier: str) -> None:
    """Send a complete exam as a camera does, with a progress bar."""
    now = datetime.now(UTC)
    files = list(
        exam_files(subject_identifier, include_jpegs=True, captured=now, study=now.isoformat())
    )
    with tqdm(
        total=sum(len(file.content) for file in files),
        unit="B",
        unit_scale=True,
        desc=f"Camera sends {subject_identifier}",
    ) as progress:
        camera.send_exam(
            subject_identifier, files, on_sent=lambda file: progress.update(len(file.content))
        )


def _exam_to_watch(subject_identifier: str) -> Path:
    """Put an exam of one subject where the real client finds it; give the directory to watch."""
    directory = Path(settings.DATA_DIR / "camera")
    folder = directory / subject_identifier
    folder.mkdir(parents=True, exist_ok=True)
    for file in exam_files(subject_identifier):
        (folder / file.name).write_bytes(file.content)
    return directory


def _details(url: str, cameras: dict[str, str], subjects: dict[str, list[str]]) -> dict[str, Any]:
    """Give what a program needs to use the running demo; ``token`` is that of the first camera."""
    return {
        "url": url,
        "token": next(iter(cameras.values())),
        "cameras": cameras,
        "storage_dir": str(settings.EDC_RETINOPATHY_STORAGE_DIR),
        "database": str(connection.settings_dict["NAME"]),
        "logins": {
            account.username: {
                "username": account.username,
                "password": account.password,
                "sites": [site.site_id for site in account.sites],
            }
            for account in ACCOUNTS
        },
        "subjects": subjects,
    }


def _write_atomically(path: Path, content: dict[str, Any]) -> None:
    """Write JSON so that whoever finds the file finds all of it."""
    draft = path.with_suffix(".draft")
    draft.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    draft.replace(path)


def _instructions(url: str, cameras: dict[str, str], watched: Path) -> str:
    logins = "\n".join(
        f"  {account.username:<17}{account.password:<22}{account.site_titles}"
        for account in ACCOUNTS
    )
    bravo = camera_tokens(BRAVO)
    tokens = "\n".join(f"  {device_id}  {token}" for device_id, token in (cameras | bravo).items())
    device_id, token = next(iter(cameras.items()))
    port = url.rpartition(":")[2]
    programs = Path(sys.executable).parent
    client = (
        shown(programs / "fundus-camera-watchdog"),
        *("--watch-dir", shown(watched)),
        *("--api-url", url),
        *("--token", token),
        *("--device-id", device_id),
    )
    return f"""
The demo is ready: {url} (Alpha Clinic) and http://{BRAVO.domain}:{port} (Bravo Clinic)

Logins
{logins}

Tokens of the cameras, each bound to its device; those from CAM-101 on are of Bravo Clinic
{tokens}

More exams from simulated cameras
  {shown(programs / "python")} demo/manage.py simulate_camera --exams 5 --cameras 2 --refused

The real client, with an exam waiting for it in {shown(watched)}
  {shlex.join(client)}

All of this for programs, and subjects with open sessions: {shown(settings.DATA_DIR / "demo.json")}
Ctrl-C ends the demo and keeps its data; `make demo-reset` deletes it.
"""
