"""Stored files for tests of pictures."""

from io import BytesIO
from typing import Any

import numpy
import numpy.typing
from PIL import Image

from edc_retinopathy.models import CameraSession, SessionFile, SessionFileFacts
from tests import factories
from tests.samples import DICOM, EXTENSIONS, JPEG, PDF, PNG

type Pixels = numpy.typing.NDArray[Any]

FILE_TYPES = {JPEG: "left", PNG: "left", DICOM: "left_dicom", PDF: "report"}


def store(
    session: CameraSession,
    content: bytes,
    content_type: str = JPEG,
    *,
    name: str = "",
    facts: dict[str, Any] | None = None,
    **fields: Any,
) -> SessionFile:
    """A stored file, with facts if there are any."""
    file = factories.store_file(
        session,
        FILE_TYPES.get(content_type, "report"),
        name=name or f"picture{EXTENSIONS[content_type]}",
        content=content,
        content_type=content_type,
        **fields,
    )
    if facts is not None:
        SessionFileFacts.objects.create(
            session_file=file, site_id=session.site_id, rules_version=1, **facts
        )
    return file


def opened(jpeg: bytes) -> Image.Image:
    """The picture in a JPEG file, decoded."""
    image = Image.open(BytesIO(jpeg), formats=["JPEG"])
    image.load()
    return image


def pixels_of(jpeg: bytes) -> Pixels:
    """Its red, green and blue as whole numbers that can be subtracted."""
    return numpy.asarray(opened(jpeg).convert("RGB")).astype(int)


def difference(a: Pixels, b: Pixels) -> float:
    """By how much two pictures of one size differ, on average, of 255."""
    assert a.shape == b.shape
    return float(numpy.abs(a - b).mean())
