"""What kind of file bytes are: by signature, in an order that polyglots cannot turn around."""

import subprocess
import sys
from io import BytesIO
from threading import Thread

import pytest

from edc_retinopathy.choices import ContentType
from edc_retinopathy.content import detect
from edc_retinopathy.content.libmagic import media_type
from tests import samples

TIFF = b"II*\0\x08\0\0\0"
PREFIX_AT = 128


def found(content: bytes) -> ContentType | None:
    """The kind that is detected."""
    return detect(BytesIO(content), len(content))


@pytest.mark.parametrize("name", sorted(samples.VALID))
def test_every_sample_is_what_it_is(name: str) -> None:
    assert found(samples.VALID[name].content) == samples.VALID[name].content_type


@pytest.mark.parametrize(
    "preamble",
    [TIFF, b"MM\0*", samples.small_jpeg(), samples.small_png(), b"%PDF-1.4\n", b"<html><body>"],
)
def test_a_dicom_file_may_have_anything_for_its_preamble(preamble: bytes) -> None:
    content = samples.small_dicom()
    mixed = preamble[:PREFIX_AT].ljust(PREFIX_AT, b"\0") + content[PREFIX_AT:]
    assert found(mixed) == ContentType.DICOM


@pytest.mark.parametrize("name", ["jpeg", "png"])
@pytest.mark.parametrize("inside", [b"%PDF-1.4\n", b"<html><body>", b"<!DOCTYPE html>"])
def test_an_image_that_holds_something_else_is_an_image(name: str, inside: bytes) -> None:
    content = samples.VALID[name].content
    kind = samples.VALID[name].content_type
    assert found(content[:16] + inside + content[16:] + inside + b"%%EOF") == kind


@pytest.mark.parametrize(
    "content",
    [
        b"\xff\xd8",
        b"\xff\xd8\0\0" + samples.small_jpeg()[2:],
        b"\0" + samples.small_jpeg(),
        samples.small_png()[1:],
        samples.small_png().replace(b"\r\n", b"\n", 1),
        TIFF + bytes(100),
        b"GIF89a" + bytes(100),
        b"RIFF\x24\0\0\0WEBPVP8 " + bytes(100),
        b"\xff\x0a" + bytes(100),
        b"\xff\xfb" + bytes(100),
        samples.ELF,
        samples.TEXT,
    ],
)
def test_other_kinds_are_none_we_keep(content: bytes) -> None:
    assert found(content) is None


def test_the_bundled_libmagic_is_used_where_the_system_has_none() -> None:
    """In a process of its own: what this one has loaded must not hide it."""
    program = """
import builtins, sys, types
imported, real_import = [], builtins.__import__
def without_libmagic(name, *args, **kwargs):
    if name in {"magic", "pylibmagic"}:
        imported.append(name)
        if name == "magic" and "pylibmagic" not in imported:
            raise ImportError("failed to find libmagic.  Check your installation")
        if name == "pylibmagic":
            return types.ModuleType(name)
    return real_import(name, *args, **kwargs)
builtins.__import__ = without_libmagic
from edc_retinopathy.content.libmagic import media_type
print(imported, media_type(b"GIF89a" + bytes(20)))
"""
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert run.stdout.startswith("['magic', 'pylibmagic', 'magic'")
    assert run.stdout.endswith("image/gif\n")


def test_many_threads_ask_libmagic_at_once() -> None:
    answers: list[str] = []
    contents = {b"no tags here\n": "text/plain", b"GIF89a" + bytes(20): "image/gif"}

    def ask() -> None:
        for content, expected in list(contents.items()) * 50:
            if media_type(content) != expected:
                answers.append(expected)

    threads = [Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not answers


@pytest.mark.parametrize("space", [b"\n", b" ", b"\t", b"\r\n", b" \n", b"\0\n", b"\1\n"])
def test_libmagic_is_not_asked_about_much_white_space(
    space: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some of its rules take half a second for it."""
    asked: list[bytes] = []

    def media_type_of(head: bytes) -> str:
        asked.append(head)
        return "text/plain"

    monkeypatch.setattr(sys.modules[detect.__module__], "media_type", media_type_of)
    assert found(b"Report" + space * 70_000 + b"<html>") is None
    (head,) = asked
    assert head.count(b"\n\n") == 0
    assert len(head) <= 8 * 1024
