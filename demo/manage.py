#!/usr/bin/env python
"""Django's command line for the demo project."""

import sys
from pathlib import Path

# Run as a script, Python puts demo/ on the path; `demo` and `edc_retinopathy` lie one level up.
sys.path[0] = str(Path(__file__).resolve().parent.parent)

from django.core.management import execute_from_command_line  # noqa: E402

from demo.startup import set_up  # noqa: E402

if __name__ == "__main__":
    set_up()
    execute_from_command_line(sys.argv)
