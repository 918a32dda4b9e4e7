"""Where a codestream inside a DICOM fragment ends: held against the files that pydicom brings."""

import warnings
from contextlib import suppress
from io import BytesIO
from pathlib import Path

import pytest
from pydicom import data, dcmread
from pydicom.encaps import generate_frames
from pydicom.errors import InvalidDicomError
from pydicom.filereader import read_file_meta_info
from pydicom.uid import JPEGLSTransferSyntaxes, JPEGTransferSyntaxes

from edc_retinopathy.content.jpeg import end_of_image
from tests import samples

SHIPPED = Path(data.__file__).parent / "test_files"
END = b"\xff\xd9"
SYNTAXES = {*JPEGTransferSyntaxes, *JPEGLSTransferSyntaxes}


def _codestreams() -> dict[str, bytes]:
    ls = dcmread(BytesIO(samples.VALID["dicom jpeg-ls"].content))
    found = {
        "own": samples.small_jpeg(),
        "own JPEG-LS": next(generate_frames(ls.PixelData, number_of_frames=1)),
    }
    for path in SHIPPED.glob("*.dcm"):
        # Some are odd on purpose.
        with suppress(InvalidDicomError, AttributeError), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if read_file_meta_info(path).TransferSyntaxUID in SYNTAXES:
                pixels = dcmread(path).PixelData
                found[path.name] = next(generate_frames(pixels, number_of_frames=1))
    return found


CODESTREAMS = _codestreams()


def test_there_are_lossless_ones_among_them() -> None:
    assert len(CODESTREAMS) > 10
    for marker in (b"\xff\xc0", b"\xff\xc3", b"\xff\xf7"):
        assert any(marker in content for content in CODESTREAMS.values()), marker


@pytest.mark.parametrize("name", sorted(CODESTREAMS))
class TestEndOfImage:
    """Each codestream, somewhere inside of a stream."""

    def test_it_is_that_of_the_last_marker(self, name: str) -> None:
        content = CODESTREAMS[name]
        end = content.rindex(END) + len(END)
        stream = BytesIO(b"before" + content + b"\0behind")
        assert end_of_image(stream, 6, 6 + len(content)) == 6 + end
        assert end_of_image(stream, 6, 6 + end) == 6 + end

    def test_there_is_none_in_a_part(self, name: str) -> None:
        content = CODESTREAMS[name]
        end = content.rindex(END) + len(END)
        for stop in (0, 1, 2, 20, end // 2, end - 2, end - 1):
            # What lies behind is there to be read, and is not the codestream's.
            assert end_of_image(BytesIO(content), 0, stop) is None, stop

    def test_there_is_none_without_a_start(self, name: str) -> None:
        content = CODESTREAMS[name]
        assert end_of_image(BytesIO(b"\0\0" + content[2:]), 0, len(content)) is None
        assert end_of_image(BytesIO(bytes(len(content))), 0, len(content)) is None


def test_two_bytes_that_only_jpeg_ls_takes_for_data_end_no_image() -> None:
    """0xFF and a byte below 0x80: seven bits of data (ITU-T T.87, A.1)."""
    frame = b"\xff\xf7\0\x0b\x08\0\x10\0\x10\1\1\x11\0"
    scan = b"\xff\xda\0\x08\1\1\0\0\0\0"
    # 0xFF 0x40 would be a marker of no meaning elsewhere, and 0xFF 0x7F too.
    content = b"\xff\xd8" + frame + scan + b"\xff\x40\x12\xff\x7f\xff\0" * 9 + END
    assert end_of_image(BytesIO(content), 0, len(content)) == len(content)


def test_rows_may_come_behind_the_scan() -> None:
    """Define number of lines (T.81, B.2.5)."""
    jpeg = samples.small_jpeg()
    content = jpeg[:-2] + b"\xff\xdc\0\4\0\x60" + END
    assert end_of_image(BytesIO(content), 0, len(content)) == len(content)
