"""Content checks on mutated real files: they accept or refuse, and never do more."""

import tracemalloc
from collections.abc import Callable
from contextlib import suppress
from io import BytesIO
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from edc_retinopathy import content
from edc_retinopathy.choices import FileType
from edc_retinopathy.content.dicom import examine
from edc_retinopathy.errors import InvalidContent
from tests import samples
from tests.fuzz.mutations import CountingStream, mutated_files, wide_files

EXAMPLES = 1000
# Far below the samples' pixels once decoded; above what pydicom's dictionaries need at first.
MEMORY_BYTES = 16 * 1024 * 1024
MIB = 1024 * 1024

fuzzed = settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    phases=[Phase.generate, Phase.shrink],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module", autouse=True)
def loaded() -> None:
    """Libraries that are imported at the first use, before memory is counted."""
    for sample in ("jpeg", "dicom deflated", "dicom uncompressed"):
        data = samples.VALID[sample].content
        content.check_content(
            BytesIO(data), len(data), FileType(samples.VALID[sample].accepted_by[0])
        )


def measured(check: Callable[[CountingStream], Any], data: bytes) -> tuple[CountingStream, int]:
    """Run a check; give the stream it read and the most memory it held at a time."""
    stream = CountingStream(data)
    tracemalloc.start()
    try:
        with suppress(InvalidContent):
            check(stream)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    return stream, peak


def assert_bounded(stream: CountingStream, peak: int, size: int) -> None:
    """Work in proportion to the file, memory in no proportion to what it claims."""
    assert peak < MEMORY_BYTES
    assert stream.bytes_read <= 4 * size + 4 * content.HEAD_BYTES
    # An element of a data set is 8 bytes or more, and takes a few reads.
    assert stream.reads <= size + 200


@fuzzed
@given(mutated=mutated_files(), file_type=st.sampled_from(FileType))
def test_a_mutated_file_is_accepted_or_refused(
    mutated: tuple[str, bytes], file_type: FileType
) -> None:
    _, data = mutated
    stream, peak = measured(lambda s: content.check_content(s, len(data), file_type), data)
    assert_bounded(stream, peak, len(data))


@fuzzed
@given(mutated=mutated_files())
def test_a_mutated_data_set_is_accepted_or_refused(mutated: tuple[str, bytes]) -> None:
    _, data = mutated
    stream, peak = measured(lambda s: examine(s, len(data)), data)
    assert_bounded(stream, peak, len(data))


@fuzzed
@given(mutated=mutated_files())
def test_what_is_accepted_is_of_a_kind_that_the_file_type_accepts(
    mutated: tuple[str, bytes],
) -> None:
    _, data = mutated
    for file_type in FileType:
        with suppress(InvalidContent):
            facts = content.check_content(BytesIO(data), len(data), file_type)
            assert facts.content_type in file_type.accepts


@settings(fuzzed, max_examples=EXAMPLES // 5)
@given(wide=wide_files(), file_type=st.sampled_from([FileType.LEFT, FileType.REPORT]))
def test_a_wide_file_is_accepted_or_refused(wide: bytes, file_type: FileType) -> None:
    stream, peak = measured(lambda s: content.check_content(s, len(wide), file_type), wide)
    assert peak < MEMORY_BYTES
    assert stream.bytes_read <= 4 * len(wide) + 4 * content.HEAD_BYTES
    # However many parts it has, it is read by the chunk.
    assert stream.reads <= 50
