"""The child's answer to a file, in this process: quicker, and its errors are seen."""

from hashlib import sha256
from io import BytesIO
from tempfile import TemporaryFile
from typing import Any

from pydicom.dataset import Dataset
from pydicom.uid import (
    UID,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)

from edc_retinopathy.previews import NotRendered
from edc_retinopathy.previews.child.main import answer_to
from edc_retinopathy.previews.child.task import Answer, Task
from tests.previews.stored import Pixels, pixels_of

MAX_PIXELS = 100_000_000


def drawn(
    content: bytes,
    content_type: str,
    *sizes: str,
    frame: int = 1,
    max_pixels: int | None = MAX_PIXELS,
) -> tuple[dict[str, bytes], Answer]:
    """The pictures of these sizes; raises ``NotRendered``."""
    files = {size: TemporaryFile() for size in sizes or ("screen",)}  # noqa: SIM115
    task = Task(
        content_type=content_type,
        checksum=sha256(content).hexdigest(),
        frame=frame,
        outputs={size: file.fileno() for size, file in files.items()},
        max_pixels=max_pixels,
        memory_bytes=0,
        seconds=0,
    )
    answer = answer_to(task, BytesIO(content))  # type: ignore[arg-type]
    pictures = {}
    for size, file in files.items():
        with file:
            file.seek(0)
            pictures[size] = file.read()
    if answer.reason is not None:
        raise NotRendered(answer.reason)
    return pictures, answer


def screen(content: bytes, content_type: str, **options: Any) -> Pixels:
    """The pixels of the picture for the screen."""
    return pixels_of(drawn(content, content_type, "screen", **options)[0]["screen"])


def saved(data_set: Dataset, syntax: UID | None = None) -> bytes:
    """A DICOM file of the data set, in another transfer syntax without compression if named."""
    if syntax is not None:
        data_set.file_meta.TransferSyntaxUID = syntax
    if syntax == ExplicitVRBigEndian:
        # pydicom converts no data set that it has read as little endian.
        fresh = Dataset(data_set)
        fresh.file_meta = data_set.file_meta
        fresh["PixelData"].VR = "OB"
        data_set = fresh
    buffer = BytesIO()
    encodings = {
        ExplicitVRBigEndian: {"implicit_vr": False, "little_endian": False},
        ImplicitVRLittleEndian: {"implicit_vr": True, "little_endian": True},
        ExplicitVRLittleEndian: {"implicit_vr": False, "little_endian": True},
    }
    data_set.save_as(buffer, enforce_file_format=True, **encodings.get(syntax, {}))  # type: ignore[arg-type]
    return buffer.getvalue()
