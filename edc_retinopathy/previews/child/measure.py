"""A picture that was drawn here, measured."""

from dataclasses import asdict
from typing import Any, BinaryIO

import numpy as np
from PIL import Image

from edc_retinopathy.previews.quality import measure


def measure_jpeg(stream: BinaryIO) -> dict[str, Any]:
    """The fields of the measures of a JPEG file, by name."""
    with Image.open(stream, formats=["JPEG"]) as image:
        return asdict(measure(np.asarray(image.convert("RGB"))))
