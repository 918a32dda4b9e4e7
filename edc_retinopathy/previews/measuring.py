"""What is measured of a picture, kept beside the record, with the findings that follow.

It happens when somebody has looked, on the picture that was drawn for the screen. If it cannot be
written down the picture was shown all the same, and whoever looks next makes up for it.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, fields
from uuid import UUID

from django.db import DatabaseError, connections, router, transaction

from edc_retinopathy import conf
from edc_retinopathy.choices import DICOMS, IMAGES, ContentType
from edc_retinopathy.errors import NoSession
from edc_retinopathy.inspection.bookkeeping import update_findings
from edc_retinopathy.logs.quiet import quiet
from edc_retinopathy.models import SessionFile, SessionFileMeasures
from edc_retinopathy.models.session_file import SessionFileQuerySet
from edc_retinopathy.sessions.transactions import hold_session, recording

from .judging import PIXEL_CODES, judge
from .pictures import open_rendering
from .process import ask_child
from .quality import MEASURES_VERSION, Measures
from .reasons import NotRendered
from .sizes import Size

logger = logging.getLogger(__name__)

MEASURER = "previews"


def measure_if_due(session_file: SessionFile) -> None:
    """Measure the picture and write down what is found in it, unless that was done already.

    Blocks for up to a second or two, so it is called when a picture was sent. What the database
    refuses is logged, and no more.
    """
    using = router.db_for_write(SessionFile)
    try:
        measures = _measured(session_file) if _is_due(session_file) else None
        if measures is None:
            return
        with _transaction(using):
            hold_session(session_file.camera_session_id, using)
            _keep(session_file.pk, measures, using)
    except (DatabaseError, NoSession) as e:
        logger.warning(
            "What was measured of session file %s is not kept.", session_file.pk, exc_info=quiet(e)
        )


def judge_again(pk: UUID) -> int:
    """Let the findings of a file that was measured be as the thresholds of today say.

    Gives how many changed.
    """
    using = router.db_for_write(SessionFile)
    with recording(using):
        files = _files(using)
        hold_session(files.values_list("camera_session_id", flat=True).get(pk=pk), using)
        session_file = files.get(pk=pk)
        kept: SessionFileMeasures | None = getattr(session_file, "measures", None)
        if kept is None or session_file.is_superseded:
            return 0
        measures = Measures(**{field.name: getattr(kept, field.name) for field in fields(Measures)})
        return _judge(session_file, measures, using)


def _is_due(session_file: SessionFile) -> bool:
    """Asks nothing of the database where the measures were selected with the file."""
    if session_file.file_content_type not in IMAGES | DICOMS or session_file.is_superseded:
        return False
    kept: SessionFileMeasures | None = getattr(session_file, "measures", None)
    return kept is None or kept.measures_version != MEASURES_VERSION


def _measured(session_file: SessionFile) -> Measures | None:
    """None where there is no picture, or nobody has time: whoever looks next tries again."""
    try:
        _, picture = open_rendering(session_file, Size.SCREEN)
    except (NotRendered, FileNotFoundError):
        return None
    with picture:
        answer = ask_child(
            picture,
            content_type=ContentType.JPEG,
            checksum=session_file.checksum,
            is_to_be_measured=True,
        )
    return Measures(**answer.measures) if answer.measures else None


@contextmanager
def _transaction(using: str) -> Iterator[None]:
    """A transaction of its own, unless the project has one around each request."""
    is_inside = connections[using].in_atomic_block
    with transaction.atomic(using=using) if is_inside else recording(using):
        yield


def _keep(pk: UUID, measures: Measures, using: str) -> None:
    # Another process may have done so, or a next version come, while this one measured.
    session_file = _files(using).get(pk=pk)
    if not _is_due(session_file):
        return
    SessionFileMeasures(
        session_file=session_file,
        site_id=session_file.site_id,
        measures_version=MEASURES_VERSION,
        **asdict(measures),
    ).save(using=using)
    _judge(session_file, measures, using)


def _judge(session_file: SessionFile, measures: Measures, using: str) -> int:
    found = judge(measures, conf.quality_thresholds())
    return update_findings(session_file, found, using=using, by=MEASURER, codes=PIXEL_CODES)


def _files(using: str) -> SessionFileQuerySet:
    return SessionFile.objects.using(using).select_related("measures")
