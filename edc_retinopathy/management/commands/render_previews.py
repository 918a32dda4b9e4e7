"""``manage.py render_previews``: make the pictures before somebody waits for them."""

from argparse import ArgumentParser
from collections import Counter
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Q, QuerySet

from edc_retinopathy.choices import ContentType
from edc_retinopathy.management.session_files import (
    add_options_of_files,
    chosen_files,
    keys_of,
    progress_bar,
)
from edc_retinopathy.models import SessionFile
from edc_retinopathy.previews.measuring import measure_if_due
from edc_retinopathy.previews.pictures import frame_count, is_kept, rendering
from edc_retinopathy.previews.reasons import PASSING, SENTENCES, NotRendered
from edc_retinopathy.previews.sizes import Size

NOT_THERE = "The stored file is missing: run audit_session_files."
TO_MEND = {NOT_THERE, *(SENTENCES[reason] for reason in PASSING)}


class Command(BaseCommand):
    """Renders what is not in the cache; exits with 1 if that was no file's fault."""

    help = (
        "Make thumbnails and pictures for the screen of stored files that have none yet. "
        "An interrupted run is taken up by the next one."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which files."""
        add_options_of_files(parser)
        parser.add_argument("--site", type=int, help="only the files of this site")
        parser.add_argument(
            "--all-frames", action="store_true", help="every frame and page, not the first alone"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Render them one by one, and say how many could not be, and why."""
        files = _files(options)
        made: Counter[str] = Counter()
        with progress_bar("Rendering", files.count()) as bar:
            for pk in keys_of(files):
                made += self._render(pk, all_frames=options["all_frames"])
                bar.update()
        self._say(made)

    def _render(self, pk: UUID, *, all_frames: bool) -> Counter[str]:
        files = SessionFile.objects.select_related("facts", "measures")
        session_file = files.get(pk=pk)
        made: Counter[str] = Counter()
        last = max(frame_count(session_file), 1) if all_frames else 1
        for frame in range(1, last + 1):
            made[_outcome(session_file, frame)] += 1
        measure_if_due(session_file)
        return made

    def _say(self, made: Counter[str]) -> None:
        done, kept = made.pop("made", 0), made.pop("kept", 0)
        self.stdout.write(f"{done} pictures made, {kept} there already.")
        for sentence, count in sorted(made.items()):
            self.stdout.write(f"{count} not made: {sentence}")
        if any(sentence in TO_MEND for sentence in made):
            raise CommandError("Some pictures could not be made, and no file is at fault.")


def _files(options: dict[str, Any]) -> QuerySet[SessionFile]:
    is_shown = Q(is_image=True) | Q(file_content_type=ContentType.PDF)
    files = chosen_files(options).filter(is_shown)
    if options["site"] is not None:
        files = files.filter(site_id=options["site"])
    return files


def _outcome(session_file: SessionFile, frame: int) -> str:
    """``made``, ``kept``, or the sentence that says why not."""
    was_kept = is_kept(session_file, Size.THUMBNAIL, frame=frame)
    try:
        rendering(session_file, Size.THUMBNAIL, frame=frame)
    except NotRendered as e:
        return e.sentence
    except FileNotFoundError:
        return NOT_THERE
    return "kept" if was_kept else "made"
