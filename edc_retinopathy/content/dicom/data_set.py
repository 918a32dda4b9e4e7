"""The values that a walk through a data set keeps, and what they say of its image."""

from dataclasses import dataclass, field

from .elements import DOUBLE_PIXEL_DATA, FLOAT_PIXEL_DATA, ROWS, Element
from .pixel_data import ImageSize, PixelData
from .source import Source

MEDIA_SOP_CLASS, TRANSFER_SYNTAX = 0x00020002, 0x00020010
SOP_CLASS = 0x00080016
ACQUISITION_DATETIME, ACQUISITION_DATE, ACQUISITION_TIME = 0x0008002A, 0x00080022, 0x00080032
COLUMNS, SAMPLES, BITS_ALLOCATED = 0x00280011, 0x00280002, 0x00280100
FRAMES, PHOTOMETRIC = 0x00280008, 0x00280004
# What is kept as it is written, and under which name.
TEXTS = {
    0x00080018: "sop_instance_uid",
    0x00080070: "manufacturer",
    0x00080201: "timezone_offset",
    0x00081090: "manufacturer_model_name",
    0x00100020: "patient_id",
    0x00181000: "device_serial_number",
    0x0020000D: "study_instance_uid",
    0x00200060: "laterality",
    0x00200062: "image_laterality",
    0x00280301: "burned_in_annotation",
}
NUMBERS = (ROWS, COLUMNS, SAMPLES, BITS_ALLOCATED, FRAMES)
OTHERS = (
    MEDIA_SOP_CLASS,
    TRANSFER_SYNTAX,
    SOP_CLASS,
    ACQUISITION_DATETIME,
    ACQUISITION_DATE,
    ACQUISITION_TIME,
    PHOTOMETRIC,
)
WANTED = frozenset({*TEXTS, *NUMBERS, *OTHERS})
MAX_VALUE_BYTES = 1024

# Pixel data of floating point numbers has a width of its own (PS3.3 C.7.6.24, C.7.6.25).
BITS_OF_PIXELS = {FLOAT_PIXEL_DATA: 32, DOUBLE_PIXEL_DATA: 64}
UNSIGNED_LONG_BYTES = 4


@dataclass(slots=True)
class DataSet:
    """What a walk has met: the values of the elements wanted, the pixel data, the document."""

    is_little_endian: bool = True
    values: dict[int, tuple[bytes, bytes]] = field(default_factory=dict)
    passed: set[int] = field(default_factory=set)
    # Whether the walk left its last element before the end of it.
    is_broken_off: bool = False
    pixels: PixelData | None = None
    pixels_tag: int = 0
    document: tuple[int, int] | None = None

    def keep(self, element: Element, source: Source) -> None:
        """Take the beginning of the value of an element that is wanted; the first one counts."""
        if element.tag in WANTED and not element.is_undefined and element.tag not in self.values:
            value = source.take(min(element.length, MAX_VALUE_BYTES))
            self.values[element.tag] = (element.vr, value)

    def text(self, tag: int) -> str:
        """The value of an element as a text, without its padding."""
        _, value = self.values.get(tag, (b"", b""))
        try:
            text = value.decode()
        except UnicodeDecodeError:
            text = value.decode("latin-1")
        return text.strip(" \0")

    def number(self, tag: int) -> int | None:
        """The first value of a numeric element; None if it has none, or none that can be read."""
        vr, value = self.values.get(tag, (b"", b""))
        if tag == FRAMES or vr in {b"IS", b"DS"}:
            return _number_of_text(self.text(tag))
        width = UNSIGNED_LONG_BYTES if vr == b"UL" else UNSIGNED_LONG_BYTES // 2
        if not value:
            return None
        return int.from_bytes(value[:width], "little" if self.is_little_endian else "big")

    @property
    def frames(self) -> int:
        """How many images there are: one, where the file does not say or nobody can read it."""
        frames = self.number(FRAMES)
        return 1 if frames is None else frames

    def image_size(self) -> ImageSize | None:
        """The size of the image; None if the file does not give it."""
        rows, columns = self.number(ROWS), self.number(COLUMNS)
        bits = self.number(BITS_ALLOCATED) or BITS_OF_PIXELS.get(self.pixels_tag)
        if rows is None or columns is None or bits is None:
            return None
        return ImageSize(rows, columns, self._samples(), bits, self.frames)

    def _samples(self) -> float:
        """Samples of a pixel, as stored: some pixels share their colour (PS3.3 C.7.6.3.1.2)."""
        photometric = self.text(PHOTOMETRIC)
        if photometric.endswith("_422"):
            return 2
        if photometric.endswith("_420"):
            return 1.5
        samples = self.number(SAMPLES)
        if samples is None:
            return 3 if photometric.startswith(("RGB", "YBR")) else 1
        return samples


def _number_of_text(text: str) -> int | None:
    """The number of an integer string, also where it is written as a decimal (PS3.5 6.2)."""
    try:
        return int(float(text.split("\\", maxsplit=1)[0]))
    except (ValueError, OverflowError):
        return None
