"""Exams as a clinician looks at them: each eye, the reports, and what is wrong with each."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext

from edc_retinopathy.choices import Eye, FileType, Severity
from edc_retinopathy.models import CameraSession, Finding, SessionFile
from edc_retinopathy.models.requirements import EYE_REQUIREMENTS
from edc_retinopathy.previews.sizes import Size
from edc_retinopathy.sessions.state import LOOK_AT_FINDINGS, SessionState, Standing

from .problems import Action, Problem, problem_of_finding
from .rights import Rights

EYE_OF_TYPE = {
    file_type: Eye(requirement.file_type.value)
    for requirement in EYE_REQUIREMENTS
    for file_type in requirement.satisfied_by
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A file, and what is wrong with it."""

    file: SessionFile
    problems: list[Problem]

    @property
    def is_doubtful(self) -> bool:
        """True if somebody has to look at it, or take it again."""
        return self.most_pressing is not None

    @property
    def thumbnail_url(self) -> str:
        """A small picture of it; there is one to see for every file, if only of a word."""
        return self.file.get_rendering_url(Size.THUMBNAIL)

    @property
    def most_pressing(self) -> Problem | None:
        """What to say of it first: that it has to be taken again, else the most severe."""
        pressing = [problem for problem in self.problems if problem.is_pressing]
        return min(pressing, key=lambda problem: not problem.is_retake, default=None)

    @property
    def alternative_text(self) -> str:
        """The picture in words, for who does not see it."""
        words = [str(self.file.get_file_type_display()), *(p.title for p in self.problems)]
        return ". ".join(words)


@dataclass(frozen=True, slots=True, kw_only=True)
class EyeView:
    """One eye: its pictures, the newest first."""

    eye: Eye
    pictures: list[Picture]
    is_missing: bool

    @property
    def newest(self) -> Picture | None:
        """The picture that stands for the eye: the newest that shows it, else the newest file."""
        images = [picture for picture in self.pictures if picture.file.is_image]
        return next(iter(images or self.pictures), None)

    @property
    def is_doubtful(self) -> bool:
        """True if the newest picture is: one that was taken again since then is not."""
        return self.newest is not None and self.newest.is_doubtful

    @property
    def further(self) -> int:
        """How many pictures there are besides the newest."""
        return max(len(self.pictures) - 1, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exam:
    """A session with its files; right (OD) before left (OS), as one faces the patient."""

    session: CameraSession
    state: SessionState
    eyes: list[EyeView]
    reports: list[Picture]

    @property
    def exam_url(self) -> str:
        """The page that shows both eyes side by side."""
        return self.session.get_exam_url()

    @property
    def pictures(self) -> list[Picture]:
        """All files, the eyes' first."""
        return [*(p for eye in self.eyes for p in eye.pictures), *self.reports]

    @property
    def problems(self) -> list[Problem]:
        """All that is wrong, the most severe first."""
        problems = [problem for picture in self.pictures for problem in picture.problems]
        ranks = list(Severity)
        return sorted(problems, key=lambda problem: -ranks.index(problem.severity))

    @property
    def grouped(self) -> list[tuple[Problem, list[Picture], list[Action]]]:
        """The problems of a kind together, the most severe first: the pictures that have it, and
        what may be done about each.
        """
        pictures: dict[str, list[Picture]] = {}
        actions: dict[str, list[Action]] = {}
        for picture in self.pictures:
            where = picture.file.get_file_type_display()
            for problem in picture.problems:
                pictures.setdefault(problem.title, []).append(picture)
                actions.setdefault(problem.title, []).extend(
                    Action(f"{action.label}: {where}", action.url) for action in problem.actions
                )
        first: dict[str, Problem] = {}
        for problem in self.problems:
            first.setdefault(problem.title, problem)
        return [(first[title], pictures[title], actions[title]) for title in first]

    @property
    def doubtful(self) -> list[EyeView]:
        """The eyes whose picture somebody should look at now."""
        return [eye for eye in self.eyes if eye.is_doubtful]

    @property
    def to_do(self) -> list[tuple[Problem, str]]:
        """The most pressing problem of each doubtful eye, with the eyes that have it in words."""
        eyes: dict[str, list[str]] = {}
        first: dict[str, Problem] = {}
        for eye in self.doubtful:
            if eye.newest and (problem := eye.newest.most_pressing):
                eyes.setdefault(problem.title, []).append(str(eye.eye.label))
                first.setdefault(problem.title, problem)
        return [(first[title], ", ".join(words)) for title, words in eyes.items()]

    @property
    def advice(self) -> str:
        """What its state means; nobody is told that all is well while an eye is doubtful."""
        if self.doubtful and self.state.standing is Standing.COMPLETE:
            return str(LOOK_AT_FINDINGS)
        return self.state.advice

    @property
    def missing_reports(self) -> list[Any]:
        """What is missing besides the eyes."""
        return [needed for needed in self.state.missing if not needed.needs_image]

    @property
    def news(self) -> str:
        """What is said aloud when it changes; without who it is."""
        parts = [self.state.label]
        if here := [p.file.get_file_type_display() for p in self.pictures]:
            parts.append(gettext("Here: %s") % ", ".join(map(str, here)))
        if missing := [str(needed.label) for needed in self.state.missing]:
            parts.append(gettext("Missing: %s") % ", ".join(missing))
        parts += [
            f"{eye.eye.label}: {eye.newest.problems[0].title}"
            for eye in self.doubtful
            if eye.newest
        ]
        return ". ".join(parts)


def exams_of(
    sessions: Iterable[CameraSession], *, rights: Rights, back: str, most_files: int | None = None
) -> list[Exam]:
    """The exams of sessions that were read with their state; two queries for all of them.

    ``back`` is where the answer to a finding comes back to. Earlier versions are left out.
    """
    sessions = list(sessions)
    files = list(
        SessionFile.objects.current()
        .filter(camera_session__in=[session.pk for session in sessions])
        .order_by("-received_datetime", "-pk")[:most_files]
    )
    shown = [file.pk for file in files] if rights.sees_findings else []
    found = Finding.objects.by_file(shown)
    by_key = {session.pk: session for session in sessions}
    pictures: dict[UUID, list[Picture]] = {session.pk: [] for session in sessions}
    for file in files:
        # Its own page and address ask it for its session.
        file.camera_session = by_key[file.camera_session_id]
        problems = [
            problem_of_finding(finding, rights=rights, back=back)
            for finding in found.get(file.pk, ())
        ]
        pictures[file.camera_session_id].append(Picture(file=file, problems=problems))
    return [_exam(session, pictures[session.pk]) for session in sessions]


def _exam(session: CameraSession, pictures: list[Picture]) -> Exam:
    problems = [problem for picture in pictures for problem in picture.problems]
    severe = sum(problem.severity == Severity.SEVERE for problem in problems)
    state = SessionState.of(session, problems=severe)
    missing = {needed.file_type.value for needed in state.missing}
    by_eye: dict[Eye | None, list[Picture]] = {None: [], Eye.RIGHT: [], Eye.LEFT: []}
    for picture in pictures:
        by_eye[EYE_OF_TYPE.get(FileType(picture.file.file_type))].append(picture)
    return Exam(
        session=session,
        state=state,
        eyes=[
            EyeView(eye=eye, pictures=by_eye[eye], is_missing=eye.value in missing)
            for eye in (Eye.RIGHT, Eye.LEFT)
        ],
        reports=by_eye[None],
    )
