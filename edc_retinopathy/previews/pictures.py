"""Pictures of stored files: asked for by size and frame, made once, found again."""

import logging
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from io import BufferedReader
from pathlib import Path
from threading import BoundedSemaphore

from django.core.exceptions import ObjectDoesNotExist
from pydicom.uid import JPEGLossless, JPEGLosslessSV1

from edc_retinopathy import conf, storage
from edc_retinopathy.choices import IMAGES, ContentType
from edc_retinopathy.content.dicom import DECODABLE_SYNTAXES
from edc_retinopathy.files.serving import open_whole
from edc_retinopathy.models import SessionFile, SessionFileFacts

from .child.task import Answer
from .eviction import note_written
from .places import NotHad, lock
from .process import WAIT_SECONDS, ask_child
from .reasons import PASSING, NotRendered, Reason
from .shelf import Known, Shelf
from .sizes import FIRST_SIZES, Size

logger = logging.getLogger(__name__)

# Libraries that come and go with extras.
CODECS = ("gdcm", "jpeg_ls", "libjpeg", "openjpeg", "pylibjpeg")
LOSSLESS_CODECS = frozenset({"gdcm", "libjpeg"})
LOSSLESS_SYNTAXES = frozenset({JPEGLossless, JPEGLosslessSV1})
# Of one process's threads, that wait for a picture to be made: the others go on receiving uploads.
MOST_WAITING = 3
SECONDS_AT_THE_DOOR = 1.0
# Frames count from 1.
ALL_PAGES = 0
SHOWN = IMAGES | {ContentType.DICOM, ContentType.PDF}

_waiting = BoundedSemaphore(MOST_WAITING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendering:
    """A picture, a JPEG file, of so many pixels; it may be gone the next moment."""

    path: Path
    width: int
    height: int


def can_be_shown(session_file: SessionFile) -> bool:
    """Whether there is likely a picture, by what the file says of itself: nothing is decoded."""
    return _refusal(session_file) is None


def frame_count(session_file: SessionFile) -> int:
    """How many frames or pages can be asked for; 0 for what holds no picture.

    Pages of a PDF file are counted once, in a child process, and that is kept with its pictures.
    """
    if session_file.file_content_type == ContentType.PDF:
        return _page_count(session_file)
    if not session_file.is_image:
        return 0
    facts = _facts(session_file)
    return max(facts.frames, 1) if facts else 1


def rendering(session_file: SessionFile, size: Size, *, frame: int = 1) -> Rendering:
    """The picture of a frame, counted from 1: found, or made now, which can take seconds.

    Raises ``NotRendered``, and ``FileNotFoundError`` if the file's bytes are gone.
    """
    reason = _refusal(session_file)
    if reason is not None:
        raise NotRendered(reason)
    shelf = _shelf(session_file)
    found = _found(shelf, size, frame)
    if found is not None:
        shelf.touch(size, frame)
        return found
    with open_whole(session_file) as stream:
        try:
            with _place_to_wait(), lock(shelf.lock_name, seconds=WAIT_SECONDS):
                # Whoever held the lock may have made it.
                return _found(shelf, size, frame) or _made(shelf, stream, session_file, size, frame)
        except NotHad:
            raise NotRendered(Reason.BUSY) from None
        except OSError:
            logger.exception("The picture of session file %s cannot be kept.", session_file.pk)
            raise NotRendered(Reason.UNAVAILABLE) from None


@contextmanager
def _place_to_wait() -> Iterator[None]:
    """Be one of the few threads that wait; raises ``NotHad`` if there are enough of them."""
    if not _waiting.acquire(timeout=SECONDS_AT_THE_DOOR):
        raise NotHad
    try:
        yield
    finally:
        _waiting.release()


def open_rendering(
    session_file: SessionFile, size: Size, *, frame: int = 1
) -> tuple[Rendering, BufferedReader]:
    """The picture, and its bytes, which stay readable whoever deletes the file.

    Raises as :func:`rendering` does.
    """
    picture = rendering(session_file, size, frame=frame)
    with suppress(FileNotFoundError):
        return picture, picture.path.open("rb")
    # Deleted since; not every time.
    picture = rendering(session_file, size, frame=frame)
    return picture, picture.path.open("rb")


def is_kept(session_file: SessionFile, size: Size, *, frame: int = 1) -> bool:
    """Whether asking for the picture now makes nothing: it is there, or known not to be."""
    return _refusal(session_file) is not None or _shelf(session_file).has(size, frame)


def _facts(session_file: SessionFile) -> SessionFileFacts | None:
    try:
        facts: SessionFileFacts = session_file.facts
    except ObjectDoesNotExist:
        return None
    return facts


def _refusal(session_file: SessionFile) -> Reason | None:
    """Why there is no picture, by what is known without reading the file."""
    is_pdf = session_file.file_content_type == ContentType.PDF
    if session_file.file_content_type not in SHOWN or not (session_file.is_image or is_pdf):
        return Reason.NO_IMAGE
    facts = _facts(session_file)
    if facts is None or is_pdf:
        return None
    pixels = (facts.rows or 0) * (facts.columns or 0) * max(facts.frames, 1)
    most = conf.max_pixels()
    if most is not None and pixels > most:
        return Reason.TOO_MANY_PIXELS
    syntax = facts.transfer_syntax_uid
    if syntax in LOSSLESS_SYNTAXES and LOSSLESS_CODECS.isdisjoint(_codecs()):
        return Reason.NEEDS_EXTRA
    return Reason.UNDECODABLE if syntax and syntax not in DECODABLE_SYNTAXES else None


def _shelf(session_file: SessionFile) -> Shelf:
    return Shelf(session_file.checksum, rules=f"{conf.max_pixels()} {' '.join(_codecs())}")


@cache
def _codecs() -> tuple[str, ...]:
    return tuple(name for name in CODECS if find_spec(name))


def _found(shelf: Shelf, size: Size, frame: int) -> Rendering | None:
    known = shelf.known(frame)
    if known is None:
        return None
    if known.reason is not None:
        raise NotRendered(known.reason)
    if size not in known.sizes or not shelf.path(size, frame).exists():
        return None
    width, height = known.sizes[size]
    return Rendering(path=shelf.path(size, frame), width=width, height=height)


def _made(
    shelf: Shelf,
    stream: storage.StoredStream,
    session_file: SessionFile,
    size: Size,
    frame: int,
) -> Rendering:
    """Make the picture, with others that cost little then; the caller holds the lock."""
    sizes = FIRST_SIZES if size in FIRST_SIZES else (size,)
    try:
        answer = _drawn(shelf, stream, session_file, sizes, frame)
    except FileNotFoundError:
        # The cache was deleted meanwhile; not every time.
        stream.seek(0)
        answer = _drawn(shelf, stream, session_file, sizes, frame)
    if answer.reason is not None:
        raise NotRendered(answer.reason)
    width, height = answer.sizes[size]
    return Rendering(path=shelf.path(size, frame), width=width, height=height)


def _drawn(
    shelf: Shelf,
    stream: storage.StoredStream,
    session_file: SessionFile,
    sizes: Iterable[Size],
    frame: int,
) -> Answer:
    """Let a child draw the sizes, and keep what it drew, or why it did not."""
    with ExitStack() as stack:
        outputs = {size: stack.enter_context(shelf.new_file()) for size in sizes}
        answer = ask_child(
            stream,
            content_type=session_file.file_content_type,
            checksum=session_file.checksum,
            frame=frame,
            outputs={str(size): output.file for size, output in outputs.items()},
        )
        if answer.reason is None:
            note_written(
                sum(output.keep_as(shelf.path(size, frame)) for size, output in outputs.items())
            )
        _remember(shelf, frame, answer)
    return answer


def _remember(shelf: Shelf, frame: int, answer: Answer) -> None:
    if answer.reason in PASSING:
        return
    before = shelf.known(frame)
    sizes = {**(before.sizes if before else {}), **answer.sizes}
    shelf.keep_known(frame, Known(frames=answer.frames, sizes=sizes, reason=answer.reason))


def _page_count(session_file: SessionFile) -> int:
    """Of a file that cannot be read, 1: asked for that page, it says why."""
    shelf = _shelf(session_file)
    known = _known_pages(shelf)
    if known is None:
        with (
            suppress(NotHad, OSError),
            open_whole(session_file) as stream,
            lock(shelf.lock_name, seconds=WAIT_SECONDS),
        ):
            known = _known_pages(shelf) or _counted(shelf, stream, session_file)
    return max(known.frames, 1) if known else 1


def _known_pages(shelf: Shelf) -> Known | None:
    """What is known of all pages, or of the first one: that knows how many there are."""
    return shelf.known(ALL_PAGES) or shelf.known(1)


def _counted(shelf: Shelf, stream: storage.StoredStream, session_file: SessionFile) -> Known:
    answer = ask_child(
        stream, content_type=session_file.file_content_type, checksum=session_file.checksum
    )
    _remember(shelf, ALL_PAGES, answer)
    return Known(frames=answer.frames, reason=answer.reason)
