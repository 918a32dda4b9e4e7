"""The pictures of an exam: each by eye and number, and which of them are shown side by side."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from edc_retinopathy.choices import REPORTS, Eye, FileType
from edc_retinopathy.models import CameraSession, Finding, SessionFile, SessionFileFacts
from edc_retinopathy.previews.pictures import can_be_shown, frame_count

# OD stands on the left, as one faces the patient.
EYES_SIDE_BY_SIDE = (Eye.RIGHT, Eye.LEFT)
# Of the panes of an earlier exam, in the page and in its address.
EARLIER_PREFIX = "earlier-"
SIZES = ("thumbnail", "screen", "full")


@dataclass(frozen=True)
class Picture:
    """A file that shows an eye, or should; ``number`` counts those of the eye, as they came."""

    file: SessionFile
    eye: Eye
    number: int
    findings: Sequence[Finding] = ()

    @property
    def label(self) -> str:
        """What it is called: by eye and number, as for readers who are masked."""
        return _("%(eye)s, picture %(number)d") % {"eye": self.eye.label, "number": self.number}

    @property
    def facts(self) -> SessionFileFacts | None:
        """What the file says of itself; None for one that was stored before that was kept."""
        return getattr(self.file, "facts", None)

    @cached_property
    def can_be_shown(self) -> bool:
        """False for what holds no image, or none that can be decoded here."""
        return can_be_shown(self.file)

    @cached_property
    def frames(self) -> int:
        """How many there are to leaf through."""
        return frame_count(self.file) if self.can_be_shown else 1

    @property
    def screen_url(self) -> str:
        """What is shown first, and all there is without JavaScript."""
        return self.file.get_rendering_url("screen")

    @property
    def full_url(self) -> str:
        """The full resolution, by itself."""
        return self.file.get_rendering_url("full")

    @property
    def thumbnail_url(self) -> str:
        """What it is chosen by."""
        return self.file.get_rendering_url("thumbnail")

    def as_data(self) -> dict[str, Any]:
        """What the scripts are told of it."""
        facts = self.facts
        return {
            "id": str(self.file.pk),
            "label": str(self.label),
            "number": self.number,
            "eye": self.eye.value,
            "frames": self.frames,
            "isShown": self.can_be_shown,
            "longSide": max(facts.rows or 0, facts.columns or 0) if facts else 0,
            "urls": {size: self.file.get_rendering_url(size) for size in SIZES},
        }


@dataclass(frozen=True)
class Pane:
    """One eye of an exam, as it stands on the page; ``picture`` is None if there is none of it."""

    exam: "Exam"
    eye: Eye
    picture: Picture | None

    @property
    def key(self) -> str:
        """Names it in the page."""
        return f"{EARLIER_PREFIX if self.exam.is_earlier else ''}{self.eye.value}"

    @property
    def label(self) -> str:
        """The eye; for an earlier exam, that it is one."""
        return _("Earlier: %s") % self.eye.label if self.exam.is_earlier else str(self.eye.label)


@dataclass(frozen=True)
class Exam:
    """A session's pictures and reports, and which pictures were asked for."""

    session: CameraSession
    pictures: Sequence[Picture]
    reports: Sequence[SessionFile]
    chosen: dict[Eye, UUID]
    is_earlier: bool = False

    @cached_property
    def panes(self) -> list[Pane]:
        """Right eye and left eye, in the order of the screen."""
        return [Pane(self, eye, self._shown(eye)) for eye in EYES_SIDE_BY_SIDE]

    def _shown(self, eye: Eye) -> Picture | None:
        """What was asked for, of whichever eye; else the newest that counts and can be shown."""
        for picture in self.pictures:
            if picture.file.pk == self.chosen.get(eye):
                return picture
        of_eye = [picture for picture in self.pictures if picture.eye is eye]
        return max(of_eye, key=_rank, default=None)


def _rank(picture: Picture) -> tuple[bool, bool, int]:
    return (not picture.file.is_superseded, picture.can_be_shown, picture.number)


def exam_of(session: CameraSession, *, chosen: dict[Eye, UUID], is_earlier: bool = False) -> Exam:
    """What there is of an exam, in two queries."""
    files = list(
        session.files.select_related("facts", "camera_session")
        .defer("camera_session__initials")
        .order_by("received_datetime", "pk")
    )
    found = Finding.objects.by_file(file.pk for file in files)
    pictures = list(_pictures(files, found))
    reports = [f for f in files if f.file_content_type in REPORTS and not f.is_superseded]
    return Exam(session, pictures, reports, chosen, is_earlier)


def _pictures(files: Iterable[SessionFile], found: dict[UUID, list[Finding]]) -> Iterable[Picture]:
    counts = dict.fromkeys(Eye, 0)
    for file in files:
        eye = FileType(file.file_type).eye
        if eye is None or file.file_content_type in REPORTS:
            continue
        counts[eye] += 1
        yield Picture(file, eye, counts[eye], found.get(file.pk, ()))
