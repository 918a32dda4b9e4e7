"""What the child process may use; the kernel holds it to that."""

import os
import resource
import signal

# Behind uploads and pages, which somebody waits for.
NICENESS = 5
MAX_FILE_BYTES = 512 * 1024 * 1024


def limit_this_process(*, memory_bytes: int, seconds: int) -> None:
    """Let nothing that a file makes a codec do harm the machine, even if nobody watches.

    Whoever started the process may be gone: the alarm then ends it.
    """
    os.nice(NICENESS)
    for what, most in (
        (resource.RLIMIT_AS, memory_bytes),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, MAX_FILE_BYTES),
        (resource.RLIMIT_CORE, 0),
    ):
        hard = resource.getrlimit(what)[1]
        allowed = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (allowed, allowed))
    signal.alarm(seconds + 1)
