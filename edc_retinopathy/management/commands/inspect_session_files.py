"""``manage.py inspect_session_files``: what is wrong with the files that are stored already?"""

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Q
from tqdm import tqdm

from edc_retinopathy.errors import RetinopathyError
from edc_retinopathy.files.inspecting import inspect_again
from edc_retinopathy.inspection.rules import RULES_VERSION
from edc_retinopathy.management.session_files import (
    add_options_of_files,
    chosen_files,
    keys_of,
    progress_bar,
)
from edc_retinopathy.models import SessionFileFacts
from edc_retinopathy.previews.measuring import judge_again


class Command(BaseCommand):
    """Inspects files that the rules of today have not seen; exits with 1 if one cannot be read."""

    help = (
        "Inspect stored files that were never inspected, or by earlier rules only. An interrupted "
        "run is taken up by the next one. Exits with 1 if a file could not be read."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which files."""
        add_options_of_files(parser)
        parser.add_argument(
            "--again",
            action="store_true",
            help="also those that were inspected: after a setting has changed",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Inspect them one by one, and say how many findings changed."""
        files = chosen_files(options)
        if options["again"]:
            # Marked beforehand, so that this can be interrupted too.
            marked = SessionFileFacts.objects.filter(session_file__in=files.order_by())
            marked.update(rules_version=0)
        files = files.filter(Q(facts=None) | Q(facts__rules_version__lt=RULES_VERSION))
        inspected = changed = unreadable = 0
        with progress_bar("Inspecting", files.count()) as bar:
            for pk in keys_of(files):
                try:
                    changed += inspect_again(pk) + judge_again(pk)
                    inspected += 1
                except (OSError, RetinopathyError):
                    unreadable += 1
                    tqdm.write(f"Session file {pk} could not be read.", file=sys.stderr)
                bar.update()
        self.stdout.write(f"{inspected} files inspected, {changed} findings changed.")
        if unreadable:
            raise CommandError(
                f"{unreadable} files could not be read: run audit_session_files to see why."
            )
