"""Content checks on mutated real files: they accept or refuse, and never do more."""

import builtins
import struct
import sys
import tracemalloc
import zlib
from collections.abc import Callable
from contextlib import suppress
from io import BytesIO
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from edc_retinopathy import content
from edc_retinopathy.choices import FileType
from edc_retinopathy.content import dicom
from edc_retinopathy.content.detect import _magic
from edc_retinopathy.content.dicom import check_dicom
from edc_retinopathy.errors import InvalidContent
from tests import samples
from tests.fuzz.mutations import CountingStream, mutated_files

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


@seed(0)
@fuzzed
@given(mutated=mutated_files(), file_type=st.sampled_from(FileType))
def test_a_mutated_file_is_accepted_or_refused(
    mutated: tuple[str, bytes], file_type: FileType
) -> None:
    _, data = mutated
    stream, peak = measured(lambda s: content.check_content(s, len(data), file_type), data)
    assert_bounded(stream, peak, len(data))


@seed(1)
@fuzzed
@given(mutated=mutated_files())
def test_a_mutated_data_set_is_accepted_or_refused(mutated: tuple[str, bytes]) -> None:
    _, data = mutated
    stream, peak = measured(lambda s: check_dicom(s, len(data)), data)
    assert_bounded(stream, peak, len(data))


@seed(2)
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


class TestBomb:
    """0.4 MB that unpack to 432 MB."""

    @pytest.fixture
    def bomb(self) -> bytes:
        """The file, made once for all tests."""
        data = samples.deflated_bomb_dicom()
        assert len(data) < MIB
        assert samples.BOMB_BYTES > 400 * MIB
        return data

    def test_it_takes_no_memory(self, bomb: bytes) -> None:
        stream, peak = measured(lambda s: check_dicom(s, len(bomb)), bomb)
        assert peak < 4 * MIB
        assert stream.bytes_read <= 2 * len(bomb) + content.HEAD_BYTES

    def test_it_is_refused_beyond_the_limit(
        self, bomb: bytes, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(dicom, "MAX_INFLATED_BYTES", 100 * MIB)
        with pytest.raises(InvalidContent, match="unpacks to more"):
            check_dicom(BytesIO(bomb), len(bomb))

    def test_the_default_limit_stops_what_no_image_has(self) -> None:
        data = _deflated(b"\xe0\x7f\x10\x00OW\0\0" + struct.pack("<I", 0xFFFFFFFE), 600)
        assert len(data) < MIB
        _, peak = measured(lambda s: check_dicom(s, len(data)), data)
        assert peak < 4 * MIB
        with pytest.raises(InvalidContent, match="unpacks to more"):
            check_dicom(BytesIO(data), len(data))

    def test_inflating_stops_at_the_limit(
        self, bomb: bytes, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(dicom, "MAX_INFLATED_BYTES", MIB)
        stream = CountingStream(bomb)
        with pytest.raises(InvalidContent):
            check_dicom(stream, len(bomb))
        # Most of it was never read.
        assert stream.bytes_read < len(bomb) // 2


def _deflated(elements: bytes, mebibytes: int) -> bytes:
    """A DICOM file of a deflated data set: elements, then so many MiB of zeros."""
    head = samples.deflated_dicom()
    start = 132 + 12 + int.from_bytes(head[140:144], "little")
    compressor = zlib.compressobj(level=9, wbits=-zlib.MAX_WBITS)
    pieces = [head[:start], compressor.compress(elements)]
    pieces.extend(compressor.compress(bytes(MIB)) for _ in range(mebibytes))
    pieces.append(compressor.flush())
    return b"".join(pieces)


class TestHostileDataSets:
    """Data sets that nest, repeat or claim more than there is."""

    def check(self, elements: bytes) -> None:
        """Refuse or accept a data set of these elements, in bounds."""
        head = samples.uncompressed_dicom()
        start = 132 + 12 + int.from_bytes(head[140:144], "little")
        data = head[:start] + elements
        stream, peak = measured(lambda s: check_dicom(s, len(data)), data)
        assert_bounded(stream, peak, len(data))

    def test_deep_sequences(self) -> None:
        opening = b"\x08\x00\x40\x11SQ\0\0\xff\xff\xff\xff\xfe\xff\x00\xe0\xff\xff\xff\xff"
        self.check(opening * 20_000)

    def test_many_elements(self) -> None:
        self.check(b"".join(struct.pack("<HH2sH", 9, n, b"LO", 0) for n in range(16, 60_000)))

    def test_a_length_beyond_the_file(self) -> None:
        for vr in (b"OB", b"UN", b"UT", b"SQ"):
            for length in (0x7FFFFFFF, 0xFFFFFFFE):
                self.check(b"\x09\x00\x10\x00" + vr + b"\0\0" + struct.pack("<I", length))

    def test_huge_numbers(self) -> None:
        for value in (b"9" * 1000, b"-1", b"1e9", b"\xff\xff"):
            frames = b"\x28\x00\x08\x00IS" + struct.pack("<H", len(value)) + value
            self.check(frames + b"\xe0\x7f\x10\x00OW\0\0\0\0\0\0")


def test_the_bundled_libmagic_is_used_where_the_system_has_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    imported = []
    real_import = builtins.__import__

    def import_without_libmagic(name: str, *args: Any, **kwargs: Any) -> Any:
        # python-magic raises so where it finds no library; pylibmagic brings one.
        if name in {"magic", "pylibmagic"}:
            imported.append(name)
        if name == "magic" and "pylibmagic" not in imported:
            raise ImportError("failed to find libmagic.  Check your installation")
        return real_import(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", import_without_libmagic)
    monkeypatch.setitem(sys.modules, "pylibmagic", sys.modules[__name__])
    # Whatever of it the process has remembered must not hide it.
    assert _magic.__wrapped__().from_buffer(samples.small_jpeg()) == "image/jpeg"
    assert imported[0] == "magic"
