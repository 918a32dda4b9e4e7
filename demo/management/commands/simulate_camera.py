"""Send exams to a server as cameras do."""

import argparse
import json
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import cycle, islice
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from demo.camera import FINAL_REFUSALS, Camera, CameraError, exam_from_folder
from demo.sample_exam import ExamFile, exam_files


class Command(BaseCommand):
    """Sends exams over HTTP with a progress bar; fails if one could not be sent."""

    help = (
        "Send retinal exams to an EDC as cameras do. Without options: one sample exam to the "
        "running demo. Exams are sample ones, of the subjects given or of those that the demo "
        "lists, or with --folder your own files in the layout of fundus-camera-watchdog."
    )
    # A client only: this project's own database and storage play no part.
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare where to send, and what."""
        parser.add_argument("--url", help="base URL of the EDC (default: the demo's)")
        parser.add_argument("--token", help="token of the camera's account (default: the demo's)")
        parser.add_argument(
            "--subject",
            action="append",
            metavar="IDENTIFIER",
            help="whose exam to send; may be repeated (default: subjects that the demo lists)",
        )
        parser.add_argument(
            "--folder",
            type=_folder,
            help="send the files in FOLDER/<subject identifier>/; OD or OS in a name is the eye",
        )
        parser.add_argument(
            "--exams",
            type=_positive,
            help="how many sample exams (default: one for each --subject)",
        )
        parser.add_argument(
            "--cameras", type=_positive, default=1, help="how many send at a time (default: 1)"
        )
        parser.add_argument(
            "--report-type",
            choices=("combined", "per_eye"),
            default="combined",
            help="one report for both eyes or one for each (default: combined)",
        )
        parser.add_argument(
            "--include-jpegs", action="store_true", help="send JPEGs besides DICOMs"
        )
        parser.add_argument(
            "--refused",
            action="store_true",
            help="send a file of each exam again with other content: see Refusals in the EDC",
        )
        parser.add_argument(
            "--device-id",
            default="CAM",
            help="with --token: name of the cameras; a number is added (default: CAM)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Send the exams, naming each that failed."""
        demo = _demo_details(options)
        exams = list(_own_exams(options) if options["folder"] else _sample_exams(options, demo))
        wanted = len(exams) if options["folder"] else _wanted(options)
        if not exams:
            raise CommandError("There is no exam to send.")
        cameras = SimpleQueue[Camera]()
        for device_id, token in _devices(options, demo):
            cameras.put(Camera(options["url"] or demo["url"], token, device_id))
        with tqdm(
            total=sum(exam.file_count for exam in exams[:wanted]), unit="file", desc="Sending"
        ) as progress:
            sending = Sending(
                cameras,
                exams,
                progress,
                # A subject of the demo's list may have been examined since the list was written.
                may_pass_over=not (options["subject"] or options["folder"]),
                repeats_a_name=options["refused"],
            )
            with ThreadPoolExecutor(options["cameras"]) as threads:
                sent = list(threads.map(sending.send_one, range(wanted)))
        if not all(sent):
            raise CommandError(f"{sent.count(False)} of {wanted} exams could not be sent.")


@dataclass(frozen=True)
class Exam:
    """One exam of a subject, whose files are made or read when it is sent."""

    subject_identifier: str
    file_count: int
    files: Iterator[ExamFile]


class LastFile:
    """Called with each file that was sent: counts them, and keeps the last; exams are large."""

    file: ExamFile

    def __init__(self, progress: "tqdm[Any]") -> None:
        self._progress = progress

    def __call__(self, file: ExamFile) -> None:
        self.file = file
        self._progress.update()


class Sending:
    """Cameras that take exams from one queue, each sending one at a time."""

    def __init__(
        self,
        cameras: SimpleQueue[Camera],
        exams: list[Exam],
        progress: "tqdm[Any]",
        *,
        may_pass_over: bool,
        repeats_a_name: bool = False,
    ) -> None:
        self.cameras = cameras
        self.exams = SimpleQueue[Exam]()
        for exam in exams:
            self.exams.put(exam)
        self.progress = progress
        self.may_pass_over = may_pass_over
        self.repeats_a_name = repeats_a_name

    def send_one(self, _: int) -> bool:
        """Send the next exam with a free camera; say how it went; give whether it was sent."""
        camera = self.cameras.get()
        try:
            while True:
                exam = self.exams.get_nowait()
                sent = LastFile(self.progress)
                try:
                    status = camera.send_exam(
                        exam.subject_identifier,
                        exam.files,
                        on_sent=sent,
                    )
                    if self.repeats_a_name:
                        tqdm.write(_send_changed(camera, exam.subject_identifier, sent.file))
                except CameraError as error:
                    if self.may_pass_over and error.code in FINAL_REFUSALS:
                        continue
                    return self._report(exam, str(error), sent=False)
                missing = ", ".join(status["missing"])
                return self._report(
                    exam, f"missing: {missing}" if missing else "complete", sent=True
                )
        except Empty:
            tqdm.write("No subject with an open session is left; `make demo` adds new ones.")
            return False
        finally:
            self.cameras.put(camera)

    @staticmethod
    def _report(exam: Exam, outcome: str, *, sent: bool) -> bool:
        tqdm.write(f"{exam.subject_identifier}  {outcome}")
        return sent


def _send_changed(camera: Camera, subject_identifier: str, file: ExamFile) -> str:
    """Send other bytes under the name of a file that was sent; give what came of it.

    What stands behind the end of a file does it no harm.
    """
    changed = replace(file, content=file.content + b"\n")
    try:
        camera.upload(subject_identifier, changed)
    except CameraError as error:
        return f"{subject_identifier}  refused as it should be: {error}"
    return f"{subject_identifier}  a changed file was stored as its next version"


def _demo_details(options: dict[str, Any]) -> dict[str, Any]:
    """Give what the running demo wrote down, or nothing if every detail was given."""
    path = settings.DATA_DIR / "demo.json"
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        if options["url"] and options["token"] and (options["subject"] or options["folder"]):
            return {}
    raise CommandError(
        f"{path} does not exist: start the demo, or give --url, --token and --subject or --folder."
    )


def _devices(options: dict[str, Any], demo: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Give the device id and the token of each camera that sends.

    The demo's accounts are each bound to one device: of more cameras than it has, some share one.
    """
    numbers = range(1, options["cameras"] + 1)
    if options["token"]:
        return ((f"{options['device_id']}-{number:03}", options["token"]) for number in numbers)
    return islice(cycle(demo["cameras"].items()), len(numbers))


def _wanted(options: dict[str, Any]) -> int:
    return int(options["exams"] or len(options["subject"] or [""]))


def _sample_exams(options: dict[str, Any], demo: dict[str, Any]) -> Iterator[Exam]:
    """Give the sample exams asked for, or one of each of the demo's subjects.

    Of the latter some may have to be passed over, so that they are not counted here.
    """
    report_type = options["report_type"]
    if options["subject"]:
        subjects = islice(cycle(options["subject"]), _wanted(options))
    else:
        subjects = iter(demo["subjects"][report_type])
    file_count = (3 if report_type == "combined" else 4) + (2 if options["include_jpegs"] else 0)
    for subject_identifier in subjects:
        files = exam_files(
            subject_identifier,
            report_type=report_type,
            include_jpegs=options["include_jpegs"],
            captured=datetime.now(UTC),
            study=uuid.uuid4().hex[:8],
        )
        yield Exam(subject_identifier, file_count, files)


def _own_exams(options: dict[str, Any]) -> Iterator[Exam]:
    """Give an exam for each subject's folder that has files to send."""
    for folder in sorted(path for path in options["folder"].iterdir() if path.is_dir()):
        try:
            files = list(
                exam_from_folder(
                    folder,
                    report_type=options["report_type"],
                    include_jpegs=options["include_jpegs"],
                )
            )
        except CameraError as error:
            raise CommandError(str(error)) from error
        if files and folder.name in (options["subject"] or [folder.name]):
            yield Exam(folder.name, len(files), iter(files))


def _folder(text: str) -> Path:
    path = Path(text)
    if not path.is_dir():
        raise argparse.ArgumentTypeError(f"{path} is not a directory")
    return path


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return number
