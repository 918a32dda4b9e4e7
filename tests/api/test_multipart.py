"""The form of an upload: read as it arrives, whole or not at all."""

import time
import tracemalloc
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edc_retinopathy.api.multipart import (
    MAX_HEADER_BYTES,
    MAX_PARTS,
    MultipartReader,
    boundary_of,
    header_parameters,
)
from edc_retinopathy.errors import InvalidFilename, InvalidRequest
from edc_retinopathy.models import CameraSession, SessionFile
from tests import factories
from tests.api.client import BOUNDARY, CAPTURED, CameraApi, assert_error, sha256, upload_url
from tests.samples import small_jpeg
from tests.storage import StorageOnDisk

IDENTIFIER = factories.FEMALE_IDENTIFIER
MIB = 1024 * 1024
# What forms are written with.
SYNTAX = (
    b"--b -- : ; = * % \" \\ '' name file filename= base64 Content-Transfer-Encoding: "
    b"Content-Disposition:form-data;name=x"
).split(b" ")
TIME_FIELD = (b'Content-Disposition: form-data; name="capture_datetime"', CAPTURED.encode())
FILE_HEADER = b'Content-Disposition: form-data; name="file"; filename="photo.jpg"'
SECOND = b"\r\nContent-Type: image/jpeg"


def body(*parts: tuple[bytes, bytes], boundary: bytes = BOUNDARY.encode()) -> bytes:
    """A form of parts, each a header and a content."""
    written = b"".join(
        b"--" + boundary + b"\r\n" + header + b"\r\n\r\n" + content + b"\r\n"
        for header, content in parts
    )
    return written + b"--" + boundary + b"--\r\n"


def photo(header: bytes = FILE_HEADER, content: bytes | None = None) -> bytes:
    """An upload whose file has this header."""
    return body(TIME_FIELD, (header, small_jpeg() if content is None else content))


def read(
    written: bytes, boundary: bytes = BOUNDARY.encode(), size: Callable[[], int] = lambda: MIB
) -> list[tuple[str, str | None, bytes]]:
    """The parts as the reader gives them, whatever pieces the body arrives in."""

    class Pieces(BytesIO):
        def read(self, limit: int | None = -1, /) -> bytes:
            return super().read(min(limit or 1, size()))

    reader = MultipartReader(Pieces(written), boundary)
    return [
        (part.name, part.filename, b"".join(map(bytes, part.chunks))) for part in reader.parts()
    ]


def send(camera: CameraApi, written: bytes, content_type: str | None = None, **headers: Any) -> Any:
    """Post these bytes as an upload of type ``left``."""
    return camera.client.generic(
        "POST",
        upload_url(IDENTIFIER, "left"),
        written,
        content_type=content_type or f"multipart/form-data; boundary={BOUNDARY}",
        **headers,
    )


ODD_BUT_WHOLE = {
    "preamble": b"This is a multi-part message.\r\n" + photo(),
    "preamble like a boundary": f"x--{BOUNDARY}\r\n\r\n--{BOUNDARY}x\r\n".encode() + photo(),
    "long preamble": b"\r\n" * 10_000 + photo(),
    "epilogue": photo() + b"The end.\r\n" * 10,
    "long epilogue": photo() + b"x" * 40_000,
    "epilogue with a boundary": photo() + photo(),
    "no line end behind the last boundary": photo().removesuffix(b"\r\n"),
    "white space behind the boundaries": photo().replace(
        BOUNDARY.encode() + b"\r\n", BOUNDARY.encode() + b" \t \r\n"
    ),
    "folded header": photo(
        b'Content-Disposition: form-data;\r\n name="file";\r\n\tfilename="photo.jpg"' + SECOND
    ),
    "lower-case header": photo(FILE_HEADER.lower() + SECOND.lower()),
    "no space behind the colon": photo(FILE_HEADER.replace(b": ", b":")),
    "header last": photo(SECOND.strip() + b"\r\n" + FILE_HEADER),
    "many headers": photo(b"X-Note: n\r\n" * 300 + FILE_HEADER),
    "header without a colon": photo(b"nonsense\r\n" + FILE_HEADER),
    "header that is not UTF-8": photo(b"X-Note: \xff\xfe\r\n" + FILE_HEADER),
    "unquoted": photo(b"Content-Disposition: form-data; name=file; filename=photo.jpg"),
    "names in capitals": photo(
        b'Content-Disposition: form-data; NAME="file"; FileName="photo.jpg"'
    ),
    "space around the equals sign": photo(
        b'Content-Disposition: form-data; name = "file"; filename = "photo.jpg"'
    ),
    "extended name": photo(
        b"Content-Disposition: form-data; name=\"file\"; filename*=UTF-8''photo.jpg"
    ),
    "extended name before the plain one": photo(
        b"Content-Disposition: form-data; name=\"file\"; filename*=utf-8'en'photo.jpg; filename=x"
    ),
    "length of the part": photo(FILE_HEADER + b"\r\nContent-Length: 1"),
    "part without a name": body((b"X-Note: n", b"x"), TIME_FIELD, (FILE_HEADER, small_jpeg())),
    "part without headers": body((b"", b"x"))
    .replace(b"\r\n\r\n\r\n", b"\r\n\r\n", 1)
    .removesuffix(f"--{BOUNDARY}--\r\n".encode())
    + photo(),
    "file before the fields": body((FILE_HEADER, small_jpeg()), TIME_FIELD),
    "another, empty file": body(
        (b'Content-Disposition: form-data; name="other"; filename=""', b""),
        TIME_FIELD,
        (FILE_HEADER, small_jpeg()),
    ),
    "binary": photo(FILE_HEADER + b"\r\nContent-Transfer-Encoding: binary"),
}


@pytest.mark.django_db
class TestUpload:
    """What is a form, and what is none, as a camera meets it."""

    @pytest.mark.parametrize("written", ODD_BUT_WHOLE.values(), ids=ODD_BUT_WHOLE.keys())
    def test_an_odd_form_is_read(
        self, camera: CameraApi, session: CameraSession, storage: StorageOnDisk, written: bytes
    ) -> None:
        response = send(camera, written)
        assert response.status_code == 201, response.content
        assert storage.files() == {f"images/{session.pk}/photo.jpg": small_jpeg()}
        assert SessionFile.objects.get().checksum == sha256(small_jpeg())

    @pytest.mark.parametrize(
        "content_type",
        [
            f"Multipart/Form-Data; boundary={BOUNDARY}",
            f"MULTIPART/FORM-DATA;BOUNDARY={BOUNDARY}",
            f'multipart/form-data; boundary="{BOUNDARY}"',
            f"multipart/form-data; charset=utf-8; boundary={BOUNDARY}",
            f'multipart/form-data; Boundary="{BOUNDARY}"; charset="utf-8"',
            f"multipart/form-data;  boundary = {BOUNDARY} ;",
        ],
    )
    def test_the_header_may_be_written_in_any_way(
        self,
        camera: CameraApi,
        session: CameraSession,
        storage: StorageOnDisk,
        content_type: str,
    ) -> None:
        assert send(camera, photo(), content_type).status_code == 201
        assert storage.files() == {f"images/{session.pk}/photo.jpg": small_jpeg()}

    @pytest.mark.parametrize(
        "boundary", ["b", "a b:c/d=e?f", "-" * 27 + "7", "x" * 70, "b'()+_,-."]
    )
    def test_any_boundary_of_the_standard(
        self, camera: CameraApi, session: CameraSession, boundary: str
    ) -> None:
        written = body(TIME_FIELD, (FILE_HEADER, small_jpeg()), boundary=boundary.encode())
        response = send(camera, written, f'multipart/form-data; boundary="{boundary}"')
        assert response.status_code == 201, response.content

    @pytest.mark.parametrize(
        ("written", "word"),
        [
            (photo().replace(b"\r\n", b"\n"), "LF"),
            (b"preamble\n" + photo().replace(b"\r\n", b"\n"), "LF"),
            (photo().replace(b"\r\n\r\n", b"\n\n"), "LF"),
            (b"\x1f\x8b\x08" + bytes(200), "compressed"),
            (photo(), "boundary"),
        ],
        ids=["lines", "lines with a preamble", "header's end", "gzip", "other boundary"],
    )
    def test_a_clear_sentence_says_what_is_wrong(
        self,
        camera: CameraApi,
        session: CameraSession,
        storage: StorageOnDisk,
        written: bytes,
        word: str,
    ) -> None:
        if word == "boundary":
            written = written.replace(BOUNDARY.encode(), b"other")
        error = assert_error(send(camera, written), 400, "invalid_request")["error"]
        assert word in error
        assert storage.files() == {}

    @pytest.mark.parametrize("coding", ["gzip", "deflate", "GZIP", "br"])
    def test_a_compressed_body_is_not_read(
        self, camera: CameraApi, session: CameraSession, storage: StorageOnDisk, coding: str
    ) -> None:
        response = send(camera, photo(), HTTP_CONTENT_ENCODING=coding)
        body = assert_error(response, 415, "unsupported_media_type")
        assert "compressed" in body["error"]
        assert storage.files() == {}
        assert send(camera, photo(), HTTP_CONTENT_ENCODING="identity").status_code == 201

    @pytest.mark.parametrize(
        "content_type",
        [
            "multipart/form-data",
            "multipart/form-data; boundary=",
            "multipart/form-data; boundary=é",
        ],
    )
    def test_a_header_without_a_boundary(
        self, camera: CameraApi, session: CameraSession, content_type: str
    ) -> None:
        assert (
            "boundary"
            in assert_error(send(camera, photo(), content_type), 400, "invalid_request")["error"]
        )

    def test_a_form_cut_anywhere_leaves_nothing(
        self, camera: CameraApi, session: CameraSession, storage: StorageOnDisk
    ) -> None:
        whole = photo().removesuffix(b"\r\n")
        cuts = {*range(0, len(whole), 97), *range(len(whole) - 60, len(whole))}
        for cut in sorted(cuts):
            response = send(camera, whole[:cut])
            assert response.status_code == 400, cut
            assert response.json()["code"] == "invalid_request", cut
            assert storage.files() == {}
        assert not SessionFile.objects.exists()

    def test_base64_is_decoded(
        self, camera: CameraApi, session: CameraSession, storage: StorageOnDisk
    ) -> None:
        import base64

        header = FILE_HEADER + b"\r\nContent-Transfer-Encoding: base64"
        written = photo(header, base64.encodebytes(small_jpeg()))
        assert send(camera, written).status_code == 201
        assert storage.files() == {f"images/{session.pk}/photo.jpg": small_jpeg()}
        for bad in (b"@@@@", base64.b64encode(small_jpeg())[:-1]):
            assert_error(send(camera, photo(header, bad)), 400, "invalid_request")
        unknown = FILE_HEADER + b"\r\nContent-Transfer-Encoding: quoted-printable"
        assert_error(send(camera, photo(unknown)), 400, "invalid_request")

    @pytest.mark.parametrize(
        ("written", "stored"),
        [
            (b'filename="OD 1 (2).jpg"', "OD 1 (2).jpg"),
            (b'filename="a;b.jpg"', "a;b.jpg"),
            (b'filename="a=b.jpg"; size=3', "a=b.jpg"),
            (b'filename="C:\\Images\\photo.jpg"', "photo.jpg"),
            (b'filename="C:\\\\Images\\\\photo.jpg"', "photo.jpg"),
            # As browsers and requests write what would end the name.
            (b'filename="a%22b.jpg"', "a%22b.jpg"),
            ('filename="網膜.jpg"'.encode(), "網膜.jpg"),
            (b"filename*=UTF-8''%E7%B6%B2%E8%86%9C.jpg", "網膜.jpg"),
            (b"filename=\"x.jpg\"; filename*=utf-8''%E7%B6%B2.jpg", "網.jpg"),
            (b"filename*=iso-8859-1'fr'r%E9tine.jpg", "rétine.jpg"),
        ],
    )
    def test_a_name_is_read_as_clients_write_it(
        self, camera: CameraApi, session: CameraSession, written: bytes, stored: str
    ) -> None:
        response = send(camera, photo(b'Content-Disposition: form-data; name="file"; ' + written))
        assert response.status_code == 201, response.content
        assert response.json()["original_filename"] == stored

    @pytest.mark.parametrize(
        "written",
        [
            b'filename=""',
            b"filename=",
            b"filename*=UTF-8''",
            b"filename*=UTF-8''%FF.jpg",
            b"filename*=koi8-r''photo.jpg",
            b"filename*=photo.jpg",
            b'filename="\xff.jpg"',
            b'filename="a\\"b.jpg"',
            b'filename="' + b"n" * MAX_HEADER_BYTES + b'.jpg"',
        ],
    )
    def test_a_name_that_cannot_be_is_the_names_fault(
        self, camera: CameraApi, session: CameraSession, storage: StorageOnDisk, written: bytes
    ) -> None:
        response = send(camera, photo(b'Content-Disposition: form-data; name="file"; ' + written))
        assert_error(response, 400, "invalid_filename")
        assert storage.files() == {}


class TestReader:
    """Whatever pieces a body arrives in, and whatever is in it."""

    @settings(deadline=None, database=None)
    @given(data=st.data())
    def test_the_pieces_make_no_difference(self, data: st.DataObject) -> None:
        # Contents that are nearly boundaries.
        noise = st.lists(
            st.sampled_from(
                [
                    b"\r\n",
                    b"\r",
                    b"\n",
                    b"--",
                    b"-",
                    b"b",
                    b"bo",
                    b"\r\n--bo",
                    b"\r\n--b",
                    b"x",
                    b" ",
                ]
            ),
            max_size=30,
        ).map(b"".join)
        contents = data.draw(st.lists(noise, max_size=4))
        boundary = b"bo!"
        parts = [
            (f'Content-Disposition: form-data; name="{n}"'.encode(), content)
            for n, content in enumerate(contents)
        ]
        preamble, epilogue = data.draw(noise), data.draw(noise)
        written = preamble + b"\r\n" + body(*parts, boundary=boundary) + epilogue
        sizes = data.draw(st.lists(st.integers(1, 40), min_size=1, max_size=20))
        supply: Iterator[int] = iter(())

        def size() -> int:
            nonlocal supply
            following = next(supply, None)
            if following is None:
                supply = iter(sizes)
                following = next(supply)
            return following

        expected = [(str(n), None, content) for n, content in enumerate(contents)]
        assert read(written, boundary, size) == expected

    @settings(deadline=None, database=None)
    @given(
        written=st.lists(
            st.sampled_from([b"\r\n", *SYNTAX, b"\xff", b"\r", b"\n"]),
            max_size=40,
        ).map(b"".join)
    )
    def test_any_bytes_are_read_or_refused(self, written: bytes) -> None:
        for whole in (written, b"--b\r\n" + written, b"--b\r\n" + written + b"\r\n--b--"):
            try:
                read(whole, b"b")
            except (InvalidRequest, InvalidFilename):
                continue

    def test_many_parts_are_too_many(self) -> None:
        part = (b'Content-Disposition: form-data; name="x"', b"")
        assert len(read(body(*[part] * MAX_PARTS))) == MAX_PARTS
        with pytest.raises(InvalidRequest, match="parts"):
            read(body(*[part] * (MAX_PARTS + 1)))


HOSTILE = {
    "one header": b"--b\r\nX: " + b"x" * 4 * MIB,
    "many headers": b"--b\r\n" + b"X: y\r\n" * 700_000,
    "folds": b"--b\r\nX: y" + b"\r\n y" * 1_000_000,
    "empty parts": b"--b\r\n\r\n\r\n" * 400_000,
    "boundaries": b"--b\r\n" * 800_000,
    "nearly boundaries": b"--b\r\n\r\n" + b"\r\n--bx" * 700_000,
    "nearly boundaries with space": b"--b\r\n\r\n" + b"\r\n--b  x" * 500_000,
    "a boundary's space": b"--b\r\n\r\n\r\n--b" + b" " * 4 * MIB,
    "line ends": b"--b\r\n\r\n" + b"\r" * 4 * MIB,
    "preamble": b"\r\n--b" * 800_000,
    "epilogue": b"--b--" + b"\r\n--b--" * 600_000,
    "one field": b'--b\r\nContent-Disposition: form-data; name="x"\r\n\r\n' + b"x" * 4 * MIB,
}


class TestCosts:
    """Time and memory like those of an honest body, whatever is in it."""

    @pytest.mark.parametrize("written", HOSTILE.values(), ids=HOSTILE.keys())
    def test_a_body_takes_time_by_its_size_and_no_memory(self, written: bytes) -> None:
        def consume() -> None:
            stream = BytesIO(written)
            try:
                for part in MultipartReader(stream, b"b").parts():
                    for _ in part.chunks:
                        pass
            except (InvalidRequest, InvalidFilename):
                pass

        begun = time.process_time()
        consume()
        assert time.process_time() - begun < 2
        tracemalloc.start()
        try:
            consume()
            assert tracemalloc.get_traced_memory()[1] < 3 * MIB
        finally:
            tracemalloc.stop()

    @pytest.mark.parametrize(
        "unit",
        [
            "form-data",
            " filename=",
            ';a="',
            ';a="\\"',
            ";a*=",
            ';a="\\',
            "; ",
            "=",
            '"',
            "\\",
            ";a=;",
            "a'",
        ],
    )
    def test_a_header_takes_time_by_its_length(self, unit: str) -> None:
        header = "form-data" + unit * (MAX_HEADER_BYTES // len(unit))
        begun = time.process_time()
        for _ in range(10):
            try:
                header_parameters(header)
            except InvalidFilename:
                continue
        assert time.process_time() - begun < 1

    def test_the_media_types_header_has_no_limit_of_its_own(self) -> None:
        begun = time.process_time()
        assert boundary_of("multipart/form-data" + ';a="\\"' * 10_000 + '"; boundary=b') == b"b"
        assert time.process_time() - begun < 1
