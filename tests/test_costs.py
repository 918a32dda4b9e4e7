"""What an upload costs a server, in bytes written and in memory, and what the app costs a start.

Counted, not timed: ``benchmarks`` measures how long things take.
"""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from edc_retinopathy.models import CameraSession
from tests.committed import CommittedRecords, db, records, session
from tests.contents import photograph
from tests.servers import WORKER_HEADER, running

__all__ = ["db", "records", "session"]

MIB = 1024 * 1024
SIZE = 20_000_000
WRITTEN_PER_BYTE = 1.02
MEMORY_BYTES = 8 * MIB
# What an upload needs: threads that import it at the same moment meet it half-initialised.
NEEDED = {"magic", "pydicom"}


def counter(pid: int, file: str, name: str) -> int:
    """A number that the kernel keeps of a process (proc_pid_io(5), proc_pid_status(5))."""
    found = re.search(rf"^{name}:\s+(\d+)", Path(f"/proc/{pid}/{file}").read_text(), re.MULTILINE)
    assert found, name
    return int(found[1])


@pytest.mark.skipif(sys.platform != "linux", reason="Only Linux counts this.")
def test_a_large_upload_is_written_once_and_never_held_in_memory(
    records: CommittedRecords, session: CameraSession, tmp_path: Path
) -> None:
    with running(tmp_path, workers=1, EDC_RETINOPATHY_MAX_FILE_SIZE_MB=40) as server:
        # What the first upload loads and grows is not the second one's.
        answer = server.upload(session, photograph(1, size=SIZE), name="first.jpg")
        assert answer.status == 201
        worker = int(answer.headers[WORKER_HEADER])
        content = photograph(2, size=SIZE)
        Path(f"/proc/{worker}/clear_refs").write_text("5")
        written = counter(worker, "io", "wchar")
        memory = counter(worker, "status", "VmRSS")

        assert server.upload(session, content, name="second.jpg").status == 201

        assert counter(worker, "io", "wchar") - written <= WRITTEN_PER_BYTE * len(content)
        assert (counter(worker, "status", "VmHWM") - memory) * 1024 < MEMORY_BYTES


def test_what_an_upload_needs_is_loaded_before_a_server_answers() -> None:
    program = (
        "import sys; from demo.startup import set_up; set_up(); import demo.urls;"
        "import edc_retinopathy.api.views, edc_retinopathy.audits.audit;"
        "print('loaded:', *sorted(sys.modules))"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    loaded = set(run.stdout.rpartition("loaded:")[2].split())
    assert "edc_retinopathy.files.ingest" in loaded
    assert loaded >= NEEDED
    # The schema is asked for by people, if at all.
    assert "drf_spectacular" not in loaded
