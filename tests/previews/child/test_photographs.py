"""JPEG and PNG files, upright and in the colours of a screen, without a word about the person."""

from io import BytesIO
from typing import Any

import numpy
import pytest
from PIL import Image, PngImagePlugin

from demo.sample_exam import left_jpeg
from edc_retinopathy.previews import NotRendered
from edc_retinopathy.previews.child.jpeg import Odd, head_of, without_metadata
from tests.previews.child.pictures import drawn, screen
from tests.previews.child.test_dicom import CLOSE, photograph, swapping_profile
from tests.previews.stored import Pixels, difference, opened, pixels_of
from tests.samples import JPEG, PNG

__all__ = ["photograph"]

SECRET = b"105-10-0001-2 ANN EXAMPLE"
# What EXIF says, and what has to be done to a picture for it to be upright.
ORIENTATIONS: dict[int, Any] = {
    1: lambda p: p,
    2: lambda p: p[:, ::-1],
    3: lambda p: p[::-1, ::-1],
    4: lambda p: p[::-1],
    5: lambda p: p.transpose(1, 0, 2),
    6: lambda p: numpy.rot90(p, -1),
    7: lambda p: numpy.rot90(p, 2).transpose(1, 0, 2),
    8: numpy.rot90,
}


def encoded(image: Image.Image, kind: str = "JPEG", **options: Any) -> bytes:
    buffer = BytesIO()
    image.save(buffer, kind, **({"quality": 95} if kind == "JPEG" else {}), **options)
    return buffer.getvalue()


def with_orientation(image: Image.Image, orientation: int) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010E] = SECRET.decode()
    return encoded(image, exif=exif)


def segment(marker: int, body: bytes) -> bytes:
    return bytes((0xFF, marker)) + (len(body) + 2).to_bytes(2) + body


@pytest.mark.parametrize("orientation", ORIENTATIONS)
@pytest.mark.parametrize("size", ["screen", "full"])
def test_it_is_upright(photograph: Pixels, orientation: int, size: str) -> None:
    # No square, or turning it would not show in its size.
    oblong = photograph[:, :160]
    content = with_orientation(Image.fromarray(oblong), orientation)
    pictures, answer = drawn(content, JPEG, size)
    expected = ORIENTATIONS[orientation](oblong)
    assert difference(pixels_of(pictures[size]), expected) < CLOSE
    assert answer.sizes[size] == [expected.shape[1], expected.shape[0]]
    assert SECRET not in pictures[size]


@pytest.mark.parametrize("orientation", [0, 9, 77])
def test_a_senseless_orientation_is_left_aside(photograph: Pixels, orientation: int) -> None:
    content = with_orientation(Image.fromarray(photograph), orientation)
    assert difference(screen(content, JPEG), photograph) < CLOSE


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"restart_marker_rows": 1}])
def test_what_may_name_a_person_is_left_out_and_no_pixel_changes(
    photograph: Pixels, options: dict[str, Any]
) -> None:
    plain = encoded(Image.fromarray(photograph), **options)
    named = (
        plain[:2]
        + b"".join(
            segment(marker, head + SECRET)
            for marker, head in [
                (0xE1, b"Exif\0\0"),
                (0xEC, b""),
                (0xED, b"Photoshop"),
                (0xFE, b""),
            ]
        )
        + plain[2:]
        + SECRET
    )
    full = drawn(named, JPEG, "full")[0]["full"]
    assert full == without_metadata(plain)
    assert SECRET not in full
    assert (pixels_of(full) == pixels_of(plain)).all()


def test_a_preview_in_the_file_goes_too(photograph: Pixels) -> None:
    plain = encoded(Image.fromarray(photograph))
    jfif = b"JFIF\0\x01\x01\0\0\x01\0\x01\x02\x02" + b"pixels of it"
    full = drawn(plain[:2] + segment(0xE0, jfif) + plain[20:], JPEG, "full")[0]["full"]
    assert b"pixels of it" not in full
    assert (pixels_of(full) == pixels_of(plain)).all()


@pytest.mark.parametrize("data", [b"", b"\xff\xd8", b"\xff\xd8\xff\xe0\x00", left_jpeg()[:-2]])
def test_an_odd_stream_is_not_taken_apart(data: bytes) -> None:
    with pytest.raises(Odd):
        without_metadata(data)


def test_a_head_is_read() -> None:
    head = head_of(left_jpeg())
    assert (head.columns, head.rows, head.bits, head.is_jfif) == (1411, 1411, 8, True)


@pytest.mark.parametrize("mode", ["L", "CMYK"])
def test_other_kinds_of_jpeg(photograph: Pixels, mode: str) -> None:
    image = Image.fromarray(photograph).convert(mode)
    expected = numpy.asarray(image.convert("RGB")).astype(int)
    for size in ("screen", "full"):
        jpeg = drawn(encoded(image), JPEG, size)[0][size]
        assert difference(pixels_of(jpeg), expected) < CLOSE
        assert opened(jpeg).mode in {"L", "RGB"}


@pytest.mark.parametrize(("kind", "content_type"), [("JPEG", JPEG), ("PNG", PNG)])
def test_a_profile_is_applied_and_left_out(
    photograph: Pixels, kind: str, content_type: str
) -> None:
    image = Image.fromarray(photograph)
    content = encoded(image, kind, icc_profile=swapping_profile())
    pictures = drawn(content, content_type, "screen", "full")[0]
    for jpeg in pictures.values():
        assert difference(pixels_of(jpeg), photograph) > 10
        assert b"ICC_PROFILE" not in jpeg
    assert difference(pixels_of(pictures["full"]), pixels_of(pictures["screen"])) < CLOSE


class TestPng:
    """Every kind of PNG file."""

    @pytest.mark.parametrize("mode", ["RGB", "L", "P", "RGBA", "LA", "1"])
    def test_modes(self, photograph: Pixels, mode: str) -> None:
        image = Image.fromarray(photograph).convert(mode)
        expected = numpy.asarray(image.convert("RGB")).astype(int)
        # Black and white in turns is hard for JPEG.
        assert difference(screen(encoded(image, "PNG"), PNG), expected) < 4 * CLOSE

    def test_sixteen_bits(self, photograph: Pixels) -> None:
        grey = numpy.asarray(Image.fromarray(photograph).convert("L"))
        content = encoded(Image.fromarray(grey.astype(numpy.uint16) * 257), "PNG")
        expected = numpy.repeat(grey[..., None].astype(int), 3, axis=2)
        assert difference(screen(content, PNG), expected) < CLOSE

    def test_what_shines_through_is_black(self, photograph: Pixels) -> None:
        image = Image.fromarray(photograph)
        image.putalpha(0)
        assert screen(encoded(image, "PNG"), PNG).max() < 5

    def test_texts_are_left_out(self, photograph: Pixels) -> None:
        texts = PngImagePlugin.PngInfo()
        texts.add_text("Title", SECRET.decode())
        content = encoded(Image.fromarray(photograph), "PNG", pnginfo=texts)
        for jpeg in drawn(content, PNG, "thumbnail", "screen", "full")[0].values():
            assert SECRET not in jpeg


class TestBounds:
    """Claimed sizes are asked before a pixel is decoded."""

    def test_a_png_that_claims_much(self) -> None:
        bomb = encoded(Image.new("1", (20_000, 20_000)), "PNG")
        assert len(bomb) < 100_000
        with pytest.raises(NotRendered, match="too_many_pixels"):
            drawn(bomb, PNG)

    def test_a_jpeg_that_claims_much(self) -> None:
        at = left_jpeg().index(b"\xff\xc0") + 5
        bomb = left_jpeg()[:at] + b"\xff\xff\xff\xff" + left_jpeg()[at + 4 :]
        with pytest.raises(NotRendered, match="too_many_pixels"):
            drawn(bomb, JPEG)

    @pytest.mark.parametrize("content", [b"", b"\xff\xd8\xff", left_jpeg()[:600], b"<html>"])
    def test_broken(self, content: bytes) -> None:
        with pytest.raises(NotRendered, match="broken"):
            drawn(content, JPEG)

    def test_noise_fits_into_a_thumbnail(self) -> None:
        noise = numpy.random.default_rng(1).integers(0, 256, (400, 400, 3), dtype=numpy.uint8)
        jpeg = drawn(encoded(Image.fromarray(noise), "PNG"), PNG, "thumbnail")[0]["thumbnail"]
        assert len(jpeg) <= 25_000

    def test_a_line_is_no_size_of_zero(self) -> None:
        line = encoded(Image.new("RGB", (5000, 1)), "PNG")
        assert drawn(line, PNG, "thumbnail")[1].sizes == {"thumbnail": [320, 1]}
