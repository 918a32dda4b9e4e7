"""Bytes that make judging them long: wide, deep, cut, false; and honest files beside them."""

import random
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

UNDEFINED = b"\xff\xff\xff\xff"
EXPLICIT, JPEG_BASELINE, DEFLATED, RLE, JPEG_2000, JPEG_LS, IMPLICIT, VIDEO = (
    "1.2.840.10008.1.2.1",
    "1.2.840.10008.1.2.4.50",
    "1.2.840.10008.1.2.1.99",
    "1.2.840.10008.1.2.5",
    "1.2.840.10008.1.2.4.90",
    "1.2.840.10008.1.2.4.80",
    "1.2.840.10008.1.2",
    "1.2.840.10008.1.2.4.100",
)


@dataclass(frozen=True)
class Input:
    """Bytes of about the wanted size, and what they are; ``media`` is what they begin as."""

    media: str
    label: str
    content: bytes


def fill(unit: bytes, size: int, *, before: bytes = b"", behind: bytes = b"") -> bytes:
    """As many units as there is room for between the two."""
    return before + unit * max((size - len(before) - len(behind)) // len(unit), 1) + behind


def element(tag: int, vr: str, value: bytes, *, length: bytes | None = None) -> bytes:
    """One element in explicit little endian; of ``length``, whatever its value has."""
    head = (tag >> 16).to_bytes(2, "little") + (tag & 0xFFFF).to_bytes(2, "little") + vr.encode()
    if vr in {"OB", "OW", "SQ", "UN", "UT", "UC"}:
        return head + b"\0\0" + (length or len(value).to_bytes(4, "little")) + value
    return head + (length or len(value).to_bytes(2, "little")) + value


def item(value: bytes = b"", *, length: bytes | None = None) -> bytes:
    """An item of a sequence, or a fragment."""
    return b"\xfe\xff\x00\xe0" + (length or len(value).to_bytes(4, "little")) + value


ITEM_END = b"\xfe\xff\x0d\xe0\0\0\0\0"
SEQUENCE_END = b"\xfe\xff\xdd\xe0\0\0\0\0"


def meta(syntax: str) -> bytes:
    """Preamble, prefix and File Meta Information."""
    uid = syntax.encode()
    value = element(0x00020010, "UI", uid + b"\0" * (len(uid) % 2))
    return (
        bytes(128) + b"DICM" + element(0x00020000, "UL", len(value).to_bytes(4, "little")) + value
    )


def image(*, rows: int = 8, columns: int = 8, frames: int = 1, without_rows: bool = False) -> bytes:
    """What describes an image of one grey sample a pixel."""

    def short(tag: int, number: int) -> bytes:
        return element(tag, "US", number.to_bytes(2, "little"))

    text = str(frames).encode()
    return b"".join(
        [
            element(0x00080016, "UI", b"1.2.840.10008.5.1.4.1.1.77.1.5.1"),
            short(0x00280002, 1),
            element(0x00280004, "CS", b"MONOCHROME2 "),
            element(0x00280008, "IS", text + b" " * (len(text) % 2)),
            b"" if without_rows else short(0x00280010, rows),
            short(0x00280011, columns),
            short(0x00280100, 8),
        ]
    )


PIXELS = element(0x7FE00010, "OB", bytes(64))
ENCAPSULATED = element(0x7FE00010, "OB", b"", length=UNDEFINED)
SQ = element(0x00081140, "SQ", b"", length=UNDEFINED)


def honest_dicom(size: int) -> bytes:
    """Uncompressed pixels."""
    rows = size // 4096
    return (
        meta(EXPLICIT)
        + image(rows=rows, columns=4096)
        + element(0x7FE00010, "OW", bytes(range(256)) * (rows * 16))
    )


def honest_jpeg_dicom(size: int, jpeg: bytes) -> bytes:
    """A JPEG in one fragment: its frames are walked."""
    return meta(JPEG_BASELINE) + image() + ENCAPSULATED + item() + item(jpeg) + SEQUENCE_END


def deflated(data: bytes) -> bytes:
    """A data set as DICOM deflates it."""
    packer = zlib.compressobj(1, zlib.DEFLATED, -zlib.MAX_WBITS)
    return meta(DEFLATED) + packer.compress(data) + packer.flush()


def hostile_dicom(size: int) -> Iterator[Input]:
    """Wide, deep, cut, false: what makes walks long."""
    start, whole = meta(EXPLICIT), image() + PIXELS
    rows = element(0x00280010, "US", b"\x08\0")
    small = element(0x00090010, "LO", b"")
    defined = element(0x00081140, "SQ", item(small) * 2)
    inner = element(0x00081140, "SQ", b"", length=UNDEFINED) + item(length=UNDEFINED)
    closed = inner + ITEM_END + SEQUENCE_END
    head = meta(JPEG_BASELINE) + image(frames=1) + ENCAPSULATED
    many = meta(JPEG_BASELINE) + image(frames=19_000) + ENCAPSULATED + item()
    frame = item(
        b"\xff\xd8\xff\xc0\0\x0b\x08\0\x08\0\x08\1\1\x11\0\xff\xda\0\x08\1\1\0\0\x3f\0\1\xff\xd9"
    )
    piece = max(size // 19_000 - 8, 2) // 2 * 2
    nested = b""
    while len(nested) < min(size, 60_000):
        nested = element(0x00081140, "SQ", item(nested))
    kinds: dict[str, bytes] = {
        "repeated Rows": fill(rows, size, before=start, behind=whole),
        "repeated Rows, no pixels": fill(rows, size, before=start),
        "repeated Columns and Rows, no pixels": fill(
            element(0x00280011, "US", b"\x08\0") + rows, size, before=start
        ),
        "Rows in private values": fill(element(0x00091010, "UN", rows), size, before=start),
        "empty elements": fill(small, size, before=start, behind=whole),
        "empty elements behind": fill(
            small, size, before=start + image(without_rows=True) + PIXELS
        ),
        "unknown elements": fill(b"\x09\0\x10\x10ZZ\0\0", size, before=start, behind=whole),
        "implicit elements": fill(b"\x09\0\x10\x10\0\0\0\0", size, before=meta(IMPLICIT)),
        "implicit Rows": fill(b"\x28\0\x10\0\2\0\0\0\x08\0", size, before=meta(IMPLICIT)),
        "empty items": fill(item(), size, before=start + SQ, behind=SEQUENCE_END + whole),
        "empty items, not closed": fill(item(), size, before=start + SQ),
        "items of undefined length": fill(
            item(length=UNDEFINED) + ITEM_END, size, before=start + SQ, behind=whole
        ),
        "deep, undefined length": fill(inner, size, before=start, behind=whole),
        "deep, closed": fill(inner, size // 2, before=start)
        + (ITEM_END + SEQUENCE_END) * (size // 32),
        "wide, undefined length": fill(closed, size, before=start, behind=whole),
        "wide, defined length": fill(defined, size, before=start, behind=whole),
        "deep, defined length": fill(nested, size, before=start, behind=whole),
        "items in a defined length": start + element(0x00081140, "SQ", fill(item(), size)) + whole,
        "a sequence of Rows and pixels": fill(
            rows + element(0x7FE00010, "OB", b""), size, before=start + SQ + item() * 20_000
        ),
        "zeros behind the pixels": fill(b"\0", size, before=start + whole),
        "0xFF behind the pixels": fill(b"\xff", size, before=start + whole),
        "elements behind the pixels": fill(small, size, before=start + whole),
        "zeros before the pixels": fill(b"\0", size, before=start, behind=whole),
        "zeros as a value": start + element(0x00091010, "UN", bytes(size)) + whole,
        "empty fragments": fill(item(), size, before=head, behind=SEQUENCE_END),
        "19,000 empty pieces": head + item() * 19_000 + SEQUENCE_END + bytes(size - 152_000),
        "19,000 pieces, one frame": head + item() + item(bytes(piece)) * 19_000 + SEQUENCE_END,
        "19,000 pieces of 0xFF": head + item(b"\xff\xd8") + item(b"\xff" * piece) * 18_999,
        "19,000 frames": fill(b"\0", size, before=many + frame * 19_000 + SEQUENCE_END),
        "19,000 large frames": many
        + item(frame[8:-2] + bytes(piece) + b"\xff\xd9") * 19_000
        + SEQUENCE_END,
        "19,000 starts, two frames": meta(JPEG_BASELINE)
        + image(frames=2)
        + ENCAPSULATED
        + item()
        + item(b"\xff\xd8\xff" + bytes(piece)) * 19_000
        + SEQUENCE_END,
        "19,000 pieces, 9,000 frames": meta(JPEG_BASELINE)
        + image(frames=9_000)
        + ENCAPSULATED
        + item()
        + (frame + item(bytes(piece))) * 9_500
        + SEQUENCE_END,
        "a frame of JPEG segments": head
        + item()
        + item(fill(b"\xff\xe0\0\2", size, before=b"\xff\xd8", behind=frame[10:]))
        + SEQUENCE_END,
        "JPEG-LS of 0xFF": meta(JPEG_LS)
        + image()
        + ENCAPSULATED
        + item()
        + item(
            fill(
                b"\xff\xd0",
                size,
                before=b"\xff\xd8\xff\xf7\0\x0b\x08\0\x08\0\x08\1\1\x11\0\xff\xda\0\x08\1\1\0\0\x3f\0",
            )
        )
        + SEQUENCE_END,
        "JPEG 2000 of tile parts": meta(JPEG_2000)
        + image()
        + ENCAPSULATED
        + item()
        + item(fill(b"\xff\x90", size, before=b"\xff\x4f\xff\x51"))
        + SEQUENCE_END,
        "19,000 JPEG 2000 frames": meta(JPEG_2000)
        + image(frames=19_000)
        + ENCAPSULATED
        + item()
        + item(b"\xff\x4f\xff\x51" + bytes(piece - 8) + b"\xff\x90\xff\xd9") * 19_000
        + SEQUENCE_END,
        "RLE of no operation": meta(RLE)
        + image(rows=60_000, columns=60_000)
        + ENCAPSULATED
        + item()
        + item((1).to_bytes(4, "little") + (64).to_bytes(4, "little") + bytes(56) + b"\x80" * size)
        + SEQUENCE_END,
        "19,000 RLE frames": meta(RLE)
        + image(rows=60_000, columns=60_000, frames=19_000)
        + ENCAPSULATED
        + item()
        + item(
            (1).to_bytes(4, "little") + (64).to_bytes(4, "little") + bytes(56 + max(piece - 64, 2))
        )
        * 19_000
        + SEQUENCE_END,
        "a video in 19,000 pieces": meta(VIDEO)
        + image(frames=100)
        + ENCAPSULATED
        + item()
        + item(bytes(piece)) * 19_000
        + SEQUENCE_END,
        "deflated empty items": deflated(
            fill(item(), 8 * size, before=SQ, behind=SEQUENCE_END + whole)
        ),
        "deflated elements": deflated(fill(small, 8 * size, behind=whole)),
        "deflated, a long value": deflated(
            element(0x00091010, "UN", bytes(48 * 1024 * 1024)) + whole
        ),
        "deflated, repeated Rows": deflated(fill(rows, 8 * size, behind=whole)),
        "deflated zeros": deflated(whole + bytes(8 * size)),
        "meta elements": fill(element(0x00020016, "AE", b""), size, before=start, behind=whole),
        "a long text": start + element(0x00081080, "UT", b" " * size) + whole,
        "pseudo elements of noise": fill(bytes(range(1, 255)), size, before=start),
    }
    for label, content in kinds.items():
        yield Input("deflated" if label.startswith("deflated") else "DICOM", label, content)


def hostile_pictures(size: int, jpeg: bytes, png: bytes) -> Iterator[Input]:
    """JPEG and PNG of many small parts."""
    scan = jpeg.index(b"\xff\xda")
    units = {
        "empty segments": b"\xff\xe0\0\2",
        "segments without a length": b"\xff\xe0\0\0",
        "fill bytes": b"\xff",
        "restarts": b"\xff\xd0",
        "stuffed bytes": b"\xff\0",
        "zeros": b"\0",
        "SOS": b"\xff\xda\0\2",
        "SOS with a head": b"\xff\xda\0\x08\1\1\0\0\x3f\0",
        "frames": b"\xff\xc0\0\2",
        "frames with a head": b"\xff\xc0\0\x0b\x08\0\x08\0\x08\1\1\x11\0",
        "JPEG-LS frames": b"\xff\xf7\0\2",
        "starts": b"\xff\xd8",
        "starts in data": b"\xff\xd8\0",
        "line counts": b"\xff\xdc\0\4\0\1",
        "unknown markers": b"\xff\x41",
        "lengths beyond the end": b"\xff\xe0\xff\xff",
    }
    for label, unit in units.items():
        yield Input("JPEG", f"{label} before", fill(unit, size, before=jpeg[:2], behind=jpeg[2:]))
        yield Input("JPEG", f"{label} alone", fill(unit, size, before=jpeg[:2]))
        yield Input("JPEG", f"{label} in the scan", fill(unit, size, before=jpeg[: scan + 20]))
        yield Input("JPEG", f"{label} behind", fill(unit, size, before=jpeg))
    data = png.index(b"IDAT") - 4
    chunks = {
        "text chunks": b"\0\0\0\0tEXt\0\0\0\0",
        "empty data": b"\0\0\0\0IDAT\0\0\0\0",
        "ends of no chunk": b"IEND",
        "zeros": b"\0",
        "false ends": b"\0\0\0\0IEND\xae\x42\x60",
    }
    for label, unit in chunks.items():
        yield Input(
            "PNG", f"{label} before", fill(unit, size, before=png[:data], behind=png[data:])
        )
        yield Input("PNG", f"{label} alone", fill(unit, size, before=png[:data]))
        yield Input("PNG", f"{label} behind", fill(unit, size, before=png))


def hostile_reports(size: int) -> Iterator[Input]:
    """HTML and PDF that look for their beginning or their end in vain."""
    html, pdf = b"<!DOCTYPE html><html><body>x</body></html>", b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\n"
    end = b"startxref\n9\n%%EOF\n"
    for label, unit in {
        "white space": b" ",
        "NUL": b"\0",
        "line ends": b"\r\n",
        "spaces and NUL": b" \0",
        "comments": b"<!---->",
        "open comments": b"<!--",
        "wide comments": b"<\0!\0-\0-\0-\0-\0>\0",
        "instructions": b"<?x>",
        "brackets": b"<",
        "text": b"text and ",
        "doctypes": b"<!doctype ",
        "control bytes": b"\1",
        "PDF headers": b"%PDF-",
        "quotes": b"<a '\"",
    }.items():
        yield Input("HTML", f"{label} before", fill(unit, size, behind=html))
        yield Input(
            "HTML", f"{label} in a comment", fill(unit, size, before=b"<!--", behind=b"-->" + html)
        )
        yield Input("HTML", f"{label} behind", fill(unit, size, before=html))
    for label, unit in {
        "%%EOF": b"%%EOF",
        "%%EO": b"%%EO",
        "percents": b"%",
        "objects": b"1 0 obj ",
        "references": b"/Encrypt 1 0 R ",
        "zeros": b"\0",
        "digits": b"1",
        "Linearized": b"/Linearized /L 99 ",
        "startxref": b"startxref 9 ",
        "trailers": b"trailer <</Encrypt ",
    }.items():
        yield Input("PDF", f"{label} inside", fill(unit, size, before=pdf, behind=end))
        yield Input("PDF", f"{label} not ended", fill(unit, size, before=pdf))
        yield Input("PDF", f"{label} behind", fill(unit, size, before=pdf + end))
        yield Input(
            "PDF",
            f"{label}, linearized",
            fill(unit, size, before=b"%PDF-1.4\n/Linearized 1 /L 99 ", behind=end),
        )


def honest(size: int, jpeg: bytes, png: bytes) -> dict[str, bytes]:
    """A file of each kind that is what it seems: its data is noise."""
    noise = random.Random(1).randbytes(size)  # noqa: S311
    scan = jpeg.index(b"\xff\xda") + 20
    data = png.index(b"IDAT") - 4
    part = 8192
    chunks = b"".join(
        part.to_bytes(4)
        + b"IDAT"
        + noise[at : at + part]
        + zlib.crc32(noise[at : at + part]).to_bytes(4)
        for at in range(0, size - part, part)
    )
    text = noise.hex().encode()[:size]
    return {
        "DICOM": honest_dicom(size),
        # Of a black photograph little is left, and all of it has to be inflated.
        "deflated": deflated(
            image(rows=6_000, columns=6_000) + element(0x7FE00010, "OW", bytes(36_000_000))
        ),
        "JPEG": jpeg[:scan] + noise.replace(b"\xff", b"\xff\0") + jpeg[-2:],
        "PNG": png[:data] + chunks + png[data:],
        "HTML": b"<!DOCTYPE html><html><body><img src='data:" + text + b"'></body></html>",
        "PDF": b"%PDF-1.4\n1 0 obj\n<<>>stream\n"
        + noise
        + b"\nendstream\nendobj\nstartxref\n9\n%%EOF\n",
    }


def hostile(size: int, jpeg: bytes, png: bytes) -> Iterator[Input]:
    """All of them."""
    yield from hostile_dicom(size)
    yield from hostile_pictures(size, jpeg, png)
    yield from hostile_reports(size)
