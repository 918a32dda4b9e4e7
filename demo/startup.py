"""Loading Django without what clinicedc's apps do to the command line while they load."""

import contextlib
import io
import os
import sys

import django

HELP_OPTIONS = frozenset({"-h", "--help"})


def set_up() -> None:
    """Load the demo's settings and apps.

    edc_sites runs an ArgumentParser over ``sys.argv`` when it loads: given ``--help`` it prints a
    stub and exits, before the command that was meant can answer. Several apps also report on
    standard output what they load, which would end up in the output of every command. Both are
    kept away here.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "demo.settings")
    arguments = sys.argv
    sys.argv = [argument for argument in arguments if argument not in HELP_OPTIONS]
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            django.setup()
    finally:
        sys.argv = arguments
