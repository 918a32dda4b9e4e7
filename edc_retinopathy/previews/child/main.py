"""The child process: one file in by standard input, pictures out, one line of JSON."""

import sys
import traceback
from hashlib import file_digest
from io import BufferedReader

from edc_retinopathy.previews.reasons import NotRendered, Reason

from .limits import limit_this_process
from .task import Answer, Task

JPEG, PNG, DICOM, PDF = "image/jpeg", "image/png", "application/dicom", "application/pdf"


def main(said: str) -> None:
    """Do the task and print the answer."""
    task = Task.loads(said)
    limit_this_process(memory_bytes=task.memory_bytes, seconds=task.seconds)
    with open(0, "rb", closefd=False) as stream:
        answer = answer_to(task, stream)
    sys.stdout.write(answer.dumps())
    sys.stdout.flush()


def answer_to(task: Task, stream: BufferedReader) -> Answer:
    """The answer, whatever the file does to the libraries that decode it."""
    try:
        if task.is_to_be_measured:
            return _measured(stream)
        _require_unchanged(stream, task.checksum)
        return _done(task, stream)
    except NotRendered as e:
        return Answer(reason=e.reason)
    except ImportError as e:
        # A library is missing, or has no memory to be loaded into: no fault of the file's.
        return Answer(reason=Reason.UNAVAILABLE, place=_place(e))
    except MemoryError:
        return Answer(reason=Reason.TOO_COSTLY)
    # What codecs raise for a broken file is not written anywhere; where they do is logged.
    except Exception as e:  # noqa: BLE001
        return Answer(reason=Reason.BROKEN, place=_place(e))


def _require_unchanged(stream: BufferedReader, checksum: str) -> None:
    """A picture is kept under the checksum: it must be of these very bytes."""
    if file_digest(stream, "sha256").hexdigest() != checksum:
        raise NotRendered(Reason.CHANGED)
    stream.seek(0)


def _measured(stream: BufferedReader) -> Answer:
    from .measure import measure_jpeg  # noqa: PLC0415

    return Answer(frames=1, measures=measure_jpeg(stream))


def _done(task: Task, stream: BufferedReader) -> Answer:
    # Each kind of file needs libraries of its own, some of which take long to load.
    if task.content_type == PDF:
        from .pages import count_pages, open_page  # noqa: PLC0415

        if not task.outputs:
            return Answer(frames=count_pages(stream))
        picture = open_page(stream, page=task.frame, sizes=set(task.outputs))
    elif task.content_type == JPEG:
        from .photographs import open_jpeg  # noqa: PLC0415

        picture = open_jpeg(stream, task.max_pixels)
    elif task.content_type == PNG:
        from .png import open_png  # noqa: PLC0415

        picture = open_png(stream, task.max_pixels)
    elif task.content_type == DICOM:
        from .dicom import open_dicom  # noqa: PLC0415

        picture = open_dicom(stream, task.max_pixels, frame=task.frame)
    else:
        raise NotRendered(Reason.NO_IMAGE)
    from .write import write_sizes  # noqa: PLC0415

    return Answer(frames=picture.frames, sizes=write_sizes(picture, task.outputs))


def _place(error: Exception) -> str:
    """The kind of error and the line that raised it: no text, which may quote the file."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} in {last.name}, line {last.lineno}"
