"""How gunicorn serves the demo, as one would deploy it; the port comes from the command line."""

from typing import Any

wsgi_app = "demo.wsgi"
workers = 2
worker_class = "gthread"
threads = 4
# Loaded once, before the workers are made: clinicedc takes seconds to import.
preload_app = True
# For a worker that hangs; threads answer others while a slow upload arrives.
timeout = 300
# Ctrl-C should not take long; a camera sends again what was cut off.
graceful_timeout = 3
keepalive = 5
loglevel = "warning"
control_socket_disable = True


def pre_fork(server: Any, worker: Any) -> None:
    """Close what was connected while loading: a connection must not be shared between processes."""
    from django.db import connections  # noqa: PLC0415 (the settings, which wsgi.py sets up)

    connections.close_all()
