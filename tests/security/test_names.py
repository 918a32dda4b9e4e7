"""Names of files: what is accepted is stored exactly as sent; what is unsafe is refused."""

import unicodedata
from collections.abc import Callable
from pathlib import PurePosixPath, PureWindowsPath

import pytest
from django.contrib.auth.models import User
from hypothesis import HealthCheck, Phase, assume, example, given, seed, settings
from hypothesis import strategies as st

from edc_retinopathy.choices import ContentType
from edc_retinopathy.errors import InvalidFilename
from edc_retinopathy.files.extensions import extension_belongs, require_harmless_extension
from edc_retinopathy.files.names import filename_key, require_safe_filename
from edc_retinopathy.models import CameraSession, SessionFile
from tests import factories
from tests.admin.pages import logged_in
from tests.api.client import CameraApi, assert_error
from tests.contents import photograph
from tests.samples import small_jpeg
from tests.storage import StorageOnDisk

IDENTIFIER = factories.FEMALE_IDENTIFIER
# Characters that names are made dangerous with, among all others.
TRICKY = (
    "./\\ :*?\"<>|%&;'~$`\0\n\r\t\x7f\u202e\u200b\ufeff\u2028\ud800"
    "\uff0e\uff0f\u2024éÉß\u017f\u212aﬁ"
)
NAMES = st.text(st.sampled_from(TRICKY) | st.characters(codec=None), max_size=40)

property_test = settings(
    max_examples=300,
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
    suppress_health_check=list(HealthCheck),
)
stored_test = settings(property_test, max_examples=40)

UNSAFE = {
    "empty": b"",
    "dots": b"..",
    "NUL": b"photo\0.jpg",
    "newline": b"photo\n.jpg",
    "tab": b"photo\t.jpg",
    "delete": b"photo\x7f.jpg",
    "C1 control": "photo\x85.jpg".encode(),
    "right-to-left override": "photo\u202egpj.exe.jpg".encode(),
    "isolate": "photo\u2066.jpg".encode(),
    "zero width": "photo\u200b.jpg".encode(),
    "byte order mark": "\ufeffphoto.jpg".encode(),
    "line separator": "photo\u2028.jpg".encode(),
    "private use": "photo\ue000.jpg".encode(),
    "unassigned": "photo\u0378.jpg".encode(),
    "not UTF-8": b"photo\xff\xfe.jpg",
    "surrogate": b"photo\xed\xa0\x80.jpg",
    "255 bytes": b"n" * 251 + b".jpg",
    "255 bytes of 129 characters": ("é" * 125 + "e.jpg").encode(),
    "leading dot": b".photo.jpg",
    "leading space": b" photo.jpg",
    "leading ideographic space": "\u3000photo.jpg".encode(),
    "trailing dot": b"photo.jpg.",
    "trailing space": b"photo.jpg ",
    "colon": b"photo:stream.jpg",
    "star": b"photo*.jpg",
    "question mark": b"photo?.jpg",
    "less than": b"photo<.jpg",
    "pipe": b"photo|.jpg",
    "CON": b"CON.jpg",
    "nul with extensions": b"nul.tar.jpg",
    "Com1": b"Com1.jpg",
    "superscript device": "LPT².jpg".encode(),
    "device and space": b"aux .jpg",
    "script's extension": b"photo.php",
    "double extension": b"photo.jpg.exe",
    "report's extension": b"photo.html",
}
STRIPPED = {
    "path": b"../../etc/photo.jpg",
    "absolute path": b"/etc/photo.jpg",
    "Windows path": b"C:\\Images\\photo.jpg",
    "mixed": b"..\\../photo.jpg",
}
VERBATIM = [
    "photo.jpg",
    "OS 1 (final).JPG",
    "a&amp;b &#46;&lt;.jpg",
    "%2e%2e%2fphoto.jpg",
    "œil gauche.jpeg",
    "左眼.jpg",
    "e\u0301.jpg",
    "-rf.jpg",
    "$(reboot) `id`;'.jpg",
    "n" * 250 + ".jpg",
    "é" * 125 + ".jpg",
    "photo.tar.gz.jpg",
    "~photo.jpg",
    "con-1.jpg",
    "common.jpg",
]


def is_accepted(name: str) -> bool:
    """True if the name may be stored."""
    try:
        require_safe_filename(name)
    except InvalidFilename:
        return False
    return True


@seed(0)
@property_test
@given(name=NAMES)
@example(name="a" * 254)
@example(name="a" * 255)
def test_what_is_accepted_is_a_plain_visible_name(name: str) -> None:
    assume(is_accepted(name))
    # One part, of a path of any system; nothing that a system would change or hide.
    assert PurePosixPath(name).parts == (name,)
    assert PureWindowsPath(name).parts == (name,)
    assert PureWindowsPath("C:/d") / name == PureWindowsPath(f"C:/d/{name}")
    assert 0 < len(name.encode()) < 255
    assert not name.startswith(".")
    assert name == name.strip().rstrip(".")
    assert not {unicodedata.category(c) for c in name} & {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


@seed(1)
@property_test
@given(name=NAMES, hidden=st.characters(categories=["Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"]))
def test_an_invisible_character_is_refused_anywhere(name: str, hidden: str) -> None:
    assume(is_accepted(name))
    for at in (0, len(name) // 2, len(name)):
        assert not is_accepted(name[:at] + hidden + name[at:])


@seed(2)
@property_test
@given(name=NAMES)
def test_names_that_a_disk_may_confuse_have_one_key(name: str) -> None:
    assume(is_accepted(name))
    for form in ("NFC", "NFD", "NFKC", "NFKD"):
        twin = unicodedata.normalize(form, name)
        for variant in (twin, twin.upper(), twin.lower(), twin.casefold(), twin.swapcase()):
            assert filename_key(variant) == filename_key(name)


@seed(3)
@stored_test
@given(stem=NAMES)
def test_what_is_accepted_is_stored_as_sent_inside_its_session(
    camera: CameraApi, session: CameraSession, storage: StorageOnDisk, stem: str
) -> None:
    name = f"{stem}.jpg"
    # A backslash and a quote are the header's own; paths are another test's.
    assume(is_accepted(name))
    already = SessionFile.objects.filter(filename_key=filename_key(name)).exists()
    response = camera.upload_named(IDENTIFIER, name.encode())
    if already:
        assert response.status_code in {200, 400}
        return
    assert response.status_code == 201, response.content
    assert response.json()["original_filename"] == name
    assert response.json()["stored_filename"] == f"{session.pk}/{name}"
    assert storage.files()[f"images/{session.pk}/{name}"] == small_jpeg()
    assert {path.parts[:2] for path in map(PurePosixPath, storage.files())} == {
        ("images", str(session.pk))
    }


@pytest.mark.parametrize("name", VERBATIM)
def test_an_unusual_name_comes_back_as_it_was_sent(
    camera: CameraApi, session: CameraSession, storage: StorageOnDisk, name: str
) -> None:
    response = camera.upload_named(IDENTIFIER, name.encode())
    assert response.status_code == 201, response.content
    assert response.json()["original_filename"] == name
    assert list(storage.files()) == [f"images/{session.pk}/{name}"]
    assert camera.upload_named(IDENTIFIER, name.encode()).status_code == 200


@pytest.mark.parametrize("raw_name", UNSAFE.values(), ids=UNSAFE)
def test_an_unsafe_name_is_refused(
    camera: CameraApi, session: CameraSession, storage: StorageOnDisk, raw_name: bytes
) -> None:
    assert_error(camera.upload_named(IDENTIFIER, raw_name), 400, "invalid_filename")
    assert storage.files() == {}
    assert not SessionFile.objects.exists()


@pytest.mark.parametrize("raw_name", STRIPPED.values(), ids=STRIPPED)
def test_directory_parts_are_stripped(
    camera: CameraApi, session: CameraSession, storage: StorageOnDisk, raw_name: bytes
) -> None:
    response = camera.upload_named(IDENTIFIER, raw_name)
    assert response.status_code == 201
    assert response.json()["original_filename"] == "photo.jpg"
    assert list(storage.files()) == [f"images/{session.pk}/photo.jpg"]


class TestTwins:
    """Names that differ only in case or in Unicode form, in one session."""

    @pytest.mark.parametrize(
        "names",
        [
            ("photo.jpg", "PHOTO.jpg"),
            ("PHOTO.jpg", "photo.jpg"),
            ("photo.jpg", "photo.JPG"),
            ("é.jpg", "e\u0301.jpg"),
            ("É.jpg", "e\u0301.jpg"),
            ("straße.jpg", "STRASSE.jpg"),
            ("ﬁeld.jpg", "field.jpg"),
            ("K.jpg", "\u212a.jpg"),
            ("\uff11.jpg", "1.jpg"),
        ],
    )
    def test_the_second_is_refused(
        self, camera: CameraApi, storage: StorageOnDisk, session: CameraSession, names: list[str]
    ) -> None:
        one, other = names
        assert camera.upload_named(IDENTIFIER, one.encode()).status_code == 201
        for content in (small_jpeg(), photograph(1)):
            response = camera.upload_named(IDENTIFIER, other.encode(), content)
            assert_error(response, 400, "invalid_filename")
        assert list(storage.files()) == [f"images/{session.pk}/{one}"]

    def test_in_another_session_it_is_welcome(
        self, camera: CameraApi, create_session: Callable[..., CameraSession]
    ) -> None:
        sessions = [create_session(), create_session()]
        for session, name in zip(sessions, ("photo.jpg", "PHOTO.jpg"), strict=True):
            response = camera.upload(IDENTIFIER, name=name, query={"camera_session_id": session.pk})
            assert response.status_code == 201


IMAGE_EXTENSIONS = {".jpg", ".jpeg", ".jpe", ".jfif", ".png"}
BELONGING = {
    ContentType.JPEG: IMAGE_EXTENSIONS,
    ContentType.PNG: IMAGE_EXTENSIONS,
    ContentType.DICOM: {".dcm", ".dicom", ".dic", "", ".1"},
    ContentType.PDF: {".pdf"},
    ContentType.HTML: {".html", ".htm", ".xhtml", ".xht"},
}
# What files are called by mistake, by phones, by cameras and by what copies them.
HARMLESS = {
    *(".bmp", ".tif", ".tiff", ".gif", ".webp", ".heic", ".jp2", ".jpeg_large", ".jpg-1"),
    *(".dat", ".raw", ".tmp", ".bak", ".old", ".part", ".download", ".txt", ".csv", ".json"),
    *(".jpg~", ".mat", ".mp4", ".os", ".left", ".jpg (1)", ".\u0434cm"),
}
# Programs, scripts, server pages, installers, shortcuts, archives, images of disks, active pages
# and documents with macros, on Windows, macOS and Linux.
DANGEROUS = {
    *(".exe", ".com", ".scr", ".pif", ".cpl", ".dll", ".jar", ".app", ".run", ".gadget"),
    *(".bat", ".cmd", ".js", ".jse", ".vbs", ".vbe", ".wsf", ".wsh", ".hta", ".ps1", ".psm1"),
    *(".sh", ".command", ".py", ".pl", ".rb", ".scpt", ".workflow", ".terminal", ".sct"),
    *(".php", ".phtml", ".asp", ".aspx", ".jsp", ".cgi", ".shtml"),
    *(".msi", ".msix", ".deb", ".rpm", ".pkg", ".appimage", ".apk", ".application"),
    *(".lnk", ".url", ".desktop", ".reg", ".scf", ".inf", ".webloc", ".settingcontent-ms"),
    *(".zip", ".cab", ".7z", ".rar", ".iso", ".dmg", ".vhd", ".vhdx", ".img"),
    *(".crt", ".der", ".asx", ".wflow", ".pet", ".slp", ".pax"),
    *(".svg", ".svgz", ".xml", ".xsl", ".mht", ".mhtml", ".chm", ".swf"),
    *(".docm", ".xlsm", ".pptm", ".xll", ".xlam", ".doc", ".xls", ".slk", ".mdb", ".one"),
    *(".{3050f4d8-98B5-11CF-BB82-00AA00BDCE0B}", ".\uff25\uff38\uff25", ".\u017fcr"),
}


def is_extension_accepted(extension: str, content_type: ContentType) -> bool:
    """True if a file of this content may have a name with the extension, in either case."""
    try:
        for name in (f"name{extension}", f"name{extension.upper()}", f"a.jpg{extension}"):
            require_harmless_extension(name, content_type)
    except InvalidFilename:
        return False
    return True


@pytest.mark.parametrize("content_type", list(ContentType))
def test_only_the_extensions_of_its_kind_belong_to_a_content(content_type: ContentType) -> None:
    extensions = HARMLESS.union(DANGEROUS, *BELONGING.values())
    belonging = {e for e in extensions if extension_belongs(f"name{e}", content_type)}
    assert belonging == BELONGING[content_type]
    assert belonging == {
        e for e in extensions if extension_belongs(f"name{e.upper()}", content_type)
    }


@pytest.mark.parametrize("content_type", list(ContentType))
def test_what_a_desktop_would_run_is_refused_and_what_is_harmless_is_kept(
    content_type: ContentType,
) -> None:
    pages = BELONGING[ContentType.HTML]
    harmless = HARMLESS.union(*BELONGING.values()) - pages
    if content_type == ContentType.HTML:
        harmless |= pages
    extensions = harmless | DANGEROUS | pages
    assert {e for e in extensions if is_extension_accepted(e, content_type)} == harmless


@pytest.mark.parametrize("at", ["photo{}", "photo.jpg{}", "photo{}.", "photo{} ", "photo{}::$DATA"])
def test_nothing_is_stored_under_a_name_that_a_desktop_would_run(
    camera: CameraApi, session: CameraSession, storage: StorageOnDisk, at: str
) -> None:
    for extension in (".exe", ".JS", ".hta", ".html", ".svg", ".php", ".sh", ".lnk", ".zip"):
        response = camera.upload_named(IDENTIFIER, at.format(extension).encode())
        assert_error(response, 400, "invalid_filename")
    assert not SessionFile.objects.exists()
    assert storage.files() == {}


def test_a_harmless_extension_of_other_content_is_kept(
    camera: CameraApi, session: CameraSession, storage: StorageOnDisk
) -> None:
    names = [
        f"photo{e}" for e in ("", ".png", ".dcm", ".bmp", ".jpeg_large", ".pdf", ".tmp", ".exe.jpg")
    ]
    for name in names:
        assert camera.upload_named(IDENTIFIER, name.encode()).status_code == 201, name
        assert camera.upload_named(IDENTIFIER, name.encode()).status_code == 200, name
        assert SessionFile.objects.get(original_filename=name).file_content_type == ContentType.JPEG
    assert storage.files() == {f"images/{session.pk}/{name}": small_jpeg() for name in names}


def test_a_file_under_an_odd_name_is_served_as_what_it_is(
    camera: CameraApi, session: CameraSession, clinician: User
) -> None:
    """What a browser is told never follows from the name."""
    browser = logged_in(clinician)
    for name in ("photo.dcm", "photo.pdf", "photo.txt", "photo"):
        assert camera.upload_named(IDENTIFIER, name.encode()).status_code == 201
        stored = SessionFile.objects.get(original_filename=name)
        for url in (stored.get_content_url(), stored.get_download_url()):
            response = browser.get(url)
            assert response.headers["Content-Type"] == "image/jpeg"
            assert response.headers["X-Content-Type-Options"] == "nosniff"
            assert b"".join(response.streaming_content) == small_jpeg()
