"""A DICOM file's facts, and whether it is whole, in one walk (PS3.10 7)."""

import zlib
from contextlib import suppress
from typing import BinaryIO

from pydicom.config import IGNORE
from pydicom.uid import (
    UID,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ImplicitVRLittleEndian,
)

from edc_retinopathy.choices import ContentType
from edc_retinopathy.content import pdf
from edc_retinopathy.content.facts import Facts

from .data_set import (
    ACQUISITION_DATE,
    ACQUISITION_DATETIME,
    ACQUISITION_TIME,
    BITS_ALLOCATED,
    COLUMNS,
    MEDIA_SOP_CLASS,
    SOP_CLASS,
    TEXTS,
    TRANSFER_SYNTAX,
    DataSet,
)
from .elements import PIXELS, ROWS, CutShort, Element, Elements, LooseEnd, NotWritten
from .pixel_data import NO_PIXELS, NO_SIZE, flaw_of_pixels, read_pixels
from .source import InflatedSource, Source, TooMuchData

# Behind the preamble of 128 bytes and "DICM" (PS3.10 7.1).
META_START = 132
META_GROUP = 0x0002
SIZE_OF_IMAGE = frozenset({ROWS, COLUMNS, BITS_ALLOCATED})

# What a file that is no image is for, by the beginning of its SOP class; what follows it is no
# harm. A directory has its records (type 2, PS3.3 F.3.2.2), an encapsulated document the document
# (type 1, PS3.3 C.24.2): without them, the file is not whole. A structured report may be without
# content, where its root has no children (type 1C, PS3.3 C.17.3).
DOCUMENT, REPORT_CONTENT = 0x00420011, 0x0040A730
CONTENT_OF_CLASS = {
    "1.2.840.10008.1.3.10": 0x00041220,
    "1.2.840.10008.5.1.4.1.1.104.": DOCUMENT,
    "1.2.840.10008.5.1.4.1.1.88.": REPORT_CONTENT,
}
# Where every object says what it is (PS3.3 C.12.1). Of a report that ends there, no more than the
# beginning was copied: whose it is, and of which study, stands behind.
IDENTIFYING_GROUP = 0x0008
# A document that begins with so many zeros is not written yet.
DOCUMENT_HEAD_BYTES = 1024

INCOMPLETE = "The DICOM file is incomplete: {what}."
UNREADABLE = "The DICOM file cannot be read: its deflated data set is damaged."
UNPACKS_TO_TOO_MUCH = "The DICOM file unpacks to more data than an image can have."
NO_DATA_SET = "it has no data set"
NO_CONTENT = "what it is for is missing"
ENDS_WITHIN = "it ends within its data"
ZEROS = "zeros stand where its data should go on, as in a copy that is not finished"
NOT_INFLATED = "its deflated data set is cut short"


def examine(stream: BinaryIO, size: int) -> Facts:
    """The facts of a file that begins as DICOM files do; ``flaw`` says what is missing of it.

    The data set is visited element by element until its pixels, in constant memory: what readers
    tolerate is tolerated. Uncompressed pixels must be as many as the image needs, each frame of
    compressed ones must end as its codec ends. Raises ``OSError`` alone.
    """
    meta, start = _read_meta(stream, size)
    data_set = DataSet(is_little_endian=meta.text(TRANSFER_SYNTAX) != ExplicitVRBigEndian)
    try:
        what = _read_data_set(stream, start, size, meta, data_set)
        flaw = INCOMPLETE.format(what=what) if what else None
    except TooMuchData:
        flaw = UNPACKS_TO_TOO_MUCH
    except zlib.error:
        flaw = UNREADABLE
    return _facts(meta, data_set, flaw)


def _read_meta(stream: BinaryIO, size: int) -> tuple[DataSet, int]:
    """The File Meta Information, and where the data set starts.

    That is where the first element of another group is, whatever the group's length says.
    """
    meta = DataSet()
    source = Source(stream, META_START, size)
    elements = Elements(source)
    walk = iter(elements)
    with suppress(CutShort, LooseEnd):
        while elements.tag_ahead() >> 16 == META_GROUP and (element := next(walk, None)):
            meta.keep(element, source)
            source.skip(0 if element.is_undefined else element.end - source.position)
    return meta, source.position


def _read_data_set(
    stream: BinaryIO, start: int, size: int, meta: DataSet, data_set: DataSet
) -> str | None:
    """Fill in the data set; what is missing of it, as a part of a sentence."""
    syntax = meta.text(TRANSFER_SYNTAX)
    is_deflated = syntax == DeflatedExplicitVRLittleEndian
    source = InflatedSource(stream, start, size) if is_deflated else Source(stream, start, size)
    flaw = _walk(source, syntax, meta, data_set)
    if flaw is None and not source.drain():
        flaw = NOT_INFLATED
    return flaw or _what_is_missing(meta, data_set, stream)


def _walk(source: Source, syntax: str, meta: DataSet, data_set: DataSet) -> str | None:
    elements = Elements(
        source,
        is_little_endian=data_set.is_little_endian,
        is_explicit=syntax != ImplicitVRLittleEndian,
    )
    flaw = None
    try:
        for element in elements:
            if element.tag in PIXELS:
                data_set.pixels_tag = element.tag
                data_set.pixels = read_pixels(source, elements, element.length)
                if data_set.values.keys() >= SIZE_OF_IMAGE:
                    break
            else:
                data_set.keep(element, source)
                if element.tag == DOCUMENT:
                    data_set.document = _document(element, source)
    except CutShort:
        return ENDS_WITHIN if data_set.pixels is None else None
    except LooseEnd:
        flaw = ENDS_WITHIN
    except NotWritten:
        flaw = ZEROS
    finally:
        data_set.passed = elements.passed
        data_set.is_broken_off = (
            elements.latest is not None and elements.latest.tag not in elements.passed
        )
    # Behind what a file is for, anything may follow; but zeros right behind an empty element may
    # be all that was written of it.
    is_empty = flaw == ZEROS and elements.latest is not None and not elements.latest.length
    is_there = data_set.pixels is not None or (
        _content_tag(meta, data_set) in elements.passed and not is_empty
    )
    return None if is_there else flaw


def _document(element: Element, source: Source) -> tuple[int, int] | None:
    """Where the document is; None if it is empty. Raises ``NotWritten``."""
    if not element.length:
        return None
    if not any(source.peek(min(element.length, DOCUMENT_HEAD_BYTES))):
        raise NotWritten
    return source.position, element.end


def _what_is_missing(meta: DataSet, data_set: DataSet, stream: BinaryIO) -> str | None:
    if data_set.pixels is not None:
        size = data_set.image_size()
        if size is None:
            return NO_SIZE
        syntax = meta.text(TRANSFER_SYNTAX)
        return flaw_of_pixels(data_set.pixels, size, syntax=syntax, stream=stream)
    if not data_set.passed:
        return NO_DATA_SET
    if ROWS in data_set.values or _is_image_class(_sop_class(meta, data_set)):
        return NO_PIXELS
    content_tag = _content_tag(meta, data_set)
    if content_tag is not None and not _has_content(content_tag, data_set):
        return NO_CONTENT
    return _what_is_missing_of_document(meta, data_set, stream) if content_tag == DOCUMENT else None


def _has_content(tag: int, data_set: DataSet) -> bool:
    """Whether what the file is for is there; of a report, also that it may well have none."""
    if tag in data_set.passed:
        return True
    may_lack_it = tag == REPORT_CONTENT and not data_set.is_broken_off
    return may_lack_it and max(data_set.passed) >> 16 > IDENTIFYING_GROUP


def _what_is_missing_of_document(meta: DataSet, data_set: DataSet, stream: BinaryIO) -> str | None:
    """A copy that was caught half-way may have all of the document's length, but not its end."""
    if data_set.document is None:
        return NO_CONTENT
    start, stop = data_set.document
    is_deflated = meta.text(TRANSFER_SYNTAX) == DeflatedExplicitVRLittleEndian
    return ZEROS if not is_deflated and pdf.ends_in_zeros(stream, start, stop) else None


def _sop_class(meta: DataSet, data_set: DataSet) -> str:
    return data_set.text(SOP_CLASS) or meta.text(MEDIA_SOP_CLASS)


def _is_image_class(sop_class: str) -> bool:
    return "Image Storage" in UID(sop_class, validation_mode=IGNORE).name


def _content_tag(meta: DataSet, data_set: DataSet) -> int | None:
    sop_class = _sop_class(meta, data_set)
    return next((tag for uid, tag in CONTENT_OF_CLASS.items() if sop_class.startswith(uid)), None)


def _facts(meta: DataSet, data_set: DataSet, flaw: str | None) -> Facts:
    date, time = data_set.text(ACQUISITION_DATE), data_set.text(ACQUISITION_TIME)
    return Facts(
        content_type=ContentType.DICOM,
        flaw=flaw,
        is_image=data_set.pixels is not None,
        rows=data_set.number(ROWS),
        columns=data_set.number(COLUMNS),
        frames=data_set.frames,
        is_locked=False,
        transfer_syntax_uid=meta.text(TRANSFER_SYNTAX),
        sop_class_uid=_sop_class(meta, data_set),
        acquisition_datetime=data_set.text(ACQUISITION_DATETIME) or (date and date + time),
        **{name: data_set.text(tag) for tag, name in TEXTS.items()},
    )
