"""Run the demo until it is interrupted: ``python -m demo``."""

import argparse
import signal
import sys

from demo.environment import data_directory, shown
from demo.server import ServerError, refuse_port_in_use
from demo.startup import set_up


def main() -> int:
    """Do what can be done before Django is loaded, which takes seconds; then serve."""
    parser = argparse.ArgumentParser(
        prog="python -m demo",
        description="Prepare the demo's database, serve it with gunicorn, and let a simulated "
        "camera send one exam. What is there already is kept. Ends with Ctrl-C.",
    )
    parser.add_argument(
        "--port", type=int, default=8000, help="port to serve on (default: %(default)s)"
    )
    port = parser.parse_args().port
    # SIGINT too: started in the background, Python would go on ignoring it.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    details_path = data_directory() / "demo.json"
    try:
        refuse_port_in_use(port)
        # Left by a run that was killed: its presence says that the demo is ready.
        details_path.unlink(missing_ok=True)
        try:
            set_up()
            from demo.serving import serve  # noqa: PLC0415 (models)

            serve(port, details_path)
        finally:
            details_path.unlink(missing_ok=True)
    except ServerError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except KeyboardInterrupt:
        sys.stdout.write(f"\nThe demo has ended. Its data stays in {shown(data_directory())}.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
