"""What bytes are: a disk that cannot be read says nothing about them."""

import errno
from io import BytesIO

import pytest

from edc_retinopathy.choices import FileType
from edc_retinopathy.content import check_content
from tests import samples


class Unreadable(BytesIO):
    """A file whose blocks cannot be read from some position on."""

    def __init__(self, content: bytes, *, readable: int, error: int) -> None:
        super().__init__(content)
        self.readable = readable
        self.error = error

    def read(self, size: int | None = -1, /) -> bytes:
        """Read, or fail as a disk does."""
        if self.tell() > self.readable:
            raise OSError(self.error, "as the disk says")
        return super().read(size)


@pytest.mark.parametrize(
    ("sample", "file_type"), [("dicom jpeg baseline", FileType.LEFT_DICOM), ("jpeg", FileType.LEFT)]
)
def test_an_error_of_the_disk_is_no_fault_of_the_file(sample: str, file_type: FileType) -> None:
    content = samples.VALID[sample].content
    stream = Unreadable(content, readable=len(content) // 2, error=errno.EIO)
    with pytest.raises(OSError, match="as the disk says"):
        check_content(stream, len(content), file_type)
