"""Every JPEG, PNG and PDF file that the installed packages bring, and what readers make of it."""

import sysconfig
import zlib
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from PIL import Image, features

from edc_retinopathy.choices import FileType
from tests import samples
from tests.content.judged import refusal

PACKAGES = Path(sysconfig.get_paths()["purelib"])
IMAGES = (".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".apng")
FILES = {
    str(path.relative_to(PACKAGES)): path
    for path in sorted(PACKAGES.rglob("*"))
    if path.suffix.lower() in {*IMAGES, ".pdf"} and path.is_file()
}
# JPEG files as Pillow can write them, beside those that are there.
SUBSAMPLINGS = ("4:4:4", "4:2:2", "4:2:0")


def is_shown(content: bytes) -> bool:
    """Whether Pillow decodes all of a JPEG or PNG file."""
    with (
        suppress(OSError, SyntaxError, ValueError, zlib.error),
        Image.open(BytesIO(content), formats=["JPEG", "PNG", "MPO"]) as image,
    ):
        image.load()
        return True
    return False


def has_pages(content: bytes) -> bool:
    """Whether Chromium's reader finds a page in a PDF file."""
    with suppress(pypdfium2.PdfiumError):
        document = pypdfium2.PdfDocument(content)
        try:
            return len(document) > 0
        finally:
            document.close()
    return False


def written(image: Image.Image, kind: str, **options: Any) -> bytes:
    """An image as Pillow writes it."""
    buffer = BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def test_there_are_files() -> None:
    assert sum(name.endswith(".png") for name in FILES) > 20
    assert any(name.endswith(".jpg") for name in FILES)


@pytest.mark.parametrize("name", sorted(FILES))
def test_a_file_is_accepted_if_readers_show_it(name: str) -> None:
    content = FILES[name].read_bytes()
    if name.lower().endswith(IMAGES):
        assert (refusal(content, FileType.LEFT) == "") == is_shown(content)
        assert refusal(content[:-40], FileType.LEFT)
    else:
        assert (refusal(content, FileType.REPORT) == "") == has_pages(content)


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
@pytest.mark.parametrize("size", [(1, 1), (17, 5), (300, 200), (2000, 1500)])
def test_what_pillow_writes_as_jpeg_is_accepted_whole_and_refused_cut(
    mode: str, size: tuple[int, int]
) -> None:
    image = Image.effect_noise(size, 70).convert(mode)
    for options in (
        {"quality": 1},
        {"quality": 100, "optimize": True},
        {"progressive": True},
        {"progressive": True, "restart_marker_rows": 1},
        {"restart_marker_blocks": 2},
        {"exif": b"Exif\0\0" + b"\xff\xd9" * 30_000},
        {"icc_profile": b"\xff\xda\xff\xd9" * 50_000},
        *({"subsampling": each} for each in SUBSAMPLINGS if mode == "RGB"),
    ):
        content = written(image, "JPEG", **options)
        assert not refusal(content, FileType.LEFT), options
        for part in (0.1, 0.5, 0.9):
            assert refusal(content[: int(len(content) * part)], FileType.LEFT), (options, part)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_what_pillow_writes_as_png_is_accepted_whole_and_refused_cut(mode: str) -> None:
    image = Image.effect_noise((300, 200), 70).convert(mode)
    for options in ({}, {"optimize": True}, {"compress_level": 0}, {"icc_profile": b"icc" * 900}):
        content = written(image, "PNG", **options)
        assert not refusal(content, FileType.LEFT), options
        for part in (0.1, 0.5, 0.9):
            assert refusal(content[: int(len(content) * part)], FileType.LEFT), (options, part)


def test_two_pictures_in_one_file_are_accepted() -> None:
    """MPF, as phones and stereo cameras write it."""
    assert features.check("jpg")
    image = Image.effect_noise((300, 200), 70).convert("RGB")
    content = written(image, "MPO", save_all=True, append_images=[image.resize((100, 70))])
    first_end = content.index(b"\xff\xd9\xff\xd8") + 2
    for end in (len(content), len(content) - 500, first_end + 10, first_end):
        assert not refusal(content[:end], FileType.LEFT), end
    assert refusal(content[: first_end - 10], FileType.LEFT)
    assert refusal(content[: first_end - 900] + content[first_end:], FileType.LEFT)


def test_what_pillow_writes_as_pdf_is_accepted_whole_and_refused_cut() -> None:
    image = Image.effect_noise((300, 200), 70).convert("RGB")
    for content in (
        written(image, "PDF"),
        written(image, "PDF", save_all=True, append_images=[image]),
        samples.VALID["pdf"].content,
    ):
        assert has_pages(content)
        assert not refusal(content, FileType.REPORT)
        for part in (0.1, 0.5, 0.9):
            assert refusal(content[: int(len(content) * part)], FileType.REPORT), part
