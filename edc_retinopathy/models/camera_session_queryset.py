"""Which session is meant: the contract's rules of choice, as queries.

Each choice is a single query, whatever the number of sessions of a subject.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Self
from uuid import UUID

from clinicedc_constants import YES
from django.db import models
from django.db.models import Case, Count, Exists, OuterRef, Q, Subquery, Sum, When
from django.db.models.functions import Cast, Coalesce
from django.utils import timezone

from edc_retinopathy import conf
from edc_retinopathy.choices import CLEARED_ANSWERS, CONTRAINDICATION_FIELDS, REQUIREMENTS, FileType
from edc_retinopathy.errors import NoEligibleSession, NoSession

if TYPE_CHECKING:
    from .camera_session import CameraSession

NEWEST_FIRST = ("-report_datetime", "-created", "-pk")

NO_SESSION = "There is no camera session for this subject."
EXPIRED = (
    "The camera session for this subject has expired. "
    "A clinician can reopen it for uploads in the EDC."
)
NOT_ELIGIBLE = "Every camera session of this subject is complete or contraindicated."
CONTRAINDICATED = "The camera session for this subject is contraindicated."


def has_file_annotation(file_type: FileType) -> str:
    """The name of the annotation that says whether a session has a file of this type."""
    return f"has_{file_type.value}"


def _files_of_session() -> "models.QuerySet[Any]":
    from .session_file import SessionFile  # noqa: PLC0415 - the file's model names the session's

    return SessionFile.objects.filter(camera_session=OuterRef("pk"))


class CameraSessionQuerySet(models.QuerySet["CameraSession"]):
    """Sessions of a subject, as an account may see them, and the one that is meant."""

    def visible_at(self, site_ids: Iterable[int]) -> Self:
        """Those of the sites given."""
        return self.filter(site_id__in=list(site_ids))

    def for_subject(self, subject_identifier: str) -> Self:
        """Those of one subject; an identifier that cannot be one has none."""
        # PostgreSQL refuses a NUL in a parameter instead of finding nothing.
        if "\x00" in subject_identifier:
            return self.none()
        return self.filter(subject_identifier=subject_identifier)

    def with_uploaded_file_types(self) -> Self:
        """Adds what ``uploaded_file_types`` needs, so that it asks the database no more."""
        return self.annotate(
            **{
                has_file_annotation(file_type): Exists(
                    _files_of_session().filter(file_type=file_type)
                )
                for file_type in FileType
            }
        )

    def with_usability(self) -> Self:
        """Adds ``is_contraindicated`` and ``has_expired``, computed by the database.

        They agree with the model's ``contraindicated is True`` and ``is_expired``; a test
        holds the two together.
        """
        return self.annotate(
            is_contraindicated=_as_boolean(_contraindicated()),
            has_expired=_as_boolean(_expired()),
        )

    def contraindicated(self) -> Self:
        """Those with any answer Yes."""
        return self.filter(_contraindicated())

    def eligible(self) -> Self:
        """Those with every answer given and none Yes."""
        return self.filter(_cleared())

    def unanswered(self) -> Self:
        """Those with no answer Yes, and any missing or not evaluated."""
        return self.filter(~_contraindicated() & ~_cleared())

    def complete(self) -> Self:
        """Those that miss nothing; the queryset is annotated ``with_uploaded_file_types``."""
        return self.filter(_complete())

    def begun(self) -> Self:
        """Those with files that still miss something; annotated likewise."""
        return self.filter(Exists(_files_of_session()) & ~_complete())

    def without_files(self) -> Self:
        """Those that nothing was uploaded to."""
        return self.filter(~Exists(_files_of_session()))

    def newest_first(self) -> Self:
        """By the date of the report, then of entry."""
        return self.order_by(*NEWEST_FIRST)

    def to_resolve(self) -> "CameraSession":
        """The newest that is neither contraindicated, complete nor expired.

        Raises ``NoSession`` if there is none at all or all that are open have expired, and
        ``NoEligibleSession`` if every one is complete or contraindicated.
        """
        session: CameraSession | None = (
            self.defer("initials")
            .with_uploaded_file_types()
            .with_usability()
            .annotate(
                is_open=_as_boolean(~_contraindicated() & ~_complete()),
                stored_initials=Cast("initials", models.CharField()),
            )
            .order_by("-is_open", "has_expired", *NEWEST_FIRST)
            .first()
        )
        if session is None:
            raise NoSession(NO_SESSION)
        if not session.is_open:
            raise NoEligibleSession(NOT_ELIGIBLE)
        if session.has_expired:
            raise NoSession(EXPIRED)
        return session

    def for_upload(self, camera_session_id: UUID | None = None) -> "CameraSession":
        """The session that an upload goes to.

        With an id: that one, expired or not. Without: the one last resolved, complete or
        not; if none ever was resolved, the newest that is neither expired nor
        contraindicated. A resolved session that has expired is not replaced by another one:
        the files of one exam must not slide into another. Raises ``NoSession`` and
        ``NoEligibleSession``.
        """
        if camera_session_id is None:
            session = self.implied_by_upload()
        else:
            session = self.for_ingest().filter(pk=camera_session_id).first()
        if session is None:
            raise NoSession(NO_SESSION)
        if session.is_contraindicated:
            raise NoEligibleSession(CONTRAINDICATED)
        if camera_session_id is None and session.has_expired:
            raise NoSession(EXPIRED)
        return session

    def for_status(self) -> "CameraSession":
        """The session that an upload without an id would go to; failing that, the newest.

        Raises ``NoSession`` if there is none.
        """
        sessions = self.defer("initials").with_uploaded_file_types()
        session = sessions.implied_by_upload()
        if session is None:
            raise NoSession(NO_SESSION)
        if session.is_contraindicated or session.has_expired:
            session = sessions.newest_first()[0]
        return session

    def for_ingest(self) -> Self:
        """With what an upload must know of its session: may it be used, and how full is it?"""
        files = _files_of_session().order_by().values("camera_session")
        return (
            # Decrypting the initials would cost more than the rest of the query.
            self.defer("initials")
            .with_usability()
            .annotate(
                file_count=_or_zero(files.annotate(n=Count("pk")).values("n")),
                stored_bytes=_or_zero(files.annotate(n=Sum("file_size")).values("n")),
            )
        )

    def implied_by_upload(self) -> "CameraSession | None":
        """The session that an upload without an id means; None if the subject has none.

        The session last resolved, whatever its state; else the best there is, newest first.
        """
        last_resolved = (
            self.filter(last_resolved_datetime__isnull=False)
            .order_by("-last_resolved_datetime", "-pk")
            .values("pk")[:1]
        )
        implied: CameraSession | None = (
            self.for_ingest()
            .annotate(is_last_resolved=_as_boolean(Q(pk=Subquery(last_resolved))))
            .order_by("-is_last_resolved", "is_contraindicated", "has_expired", *NEWEST_FIRST)
            .first()
        )
        return implied


def _as_boolean(condition: Q) -> Case:
    return Case(When(condition, then=True), default=False, output_field=models.BooleanField())


def _or_zero(query: "models.QuerySet[Any]") -> Coalesce:
    return Coalesce(Subquery(query), 0, output_field=models.BigIntegerField())


def _contraindicated() -> Q:
    condition = Q()
    for name in CONTRAINDICATION_FIELDS:
        condition |= Q(**{name: YES})
    return condition


def _cleared() -> Q:
    condition = Q()
    for name in CONTRAINDICATION_FIELDS:
        condition &= Q(**{f"{name}__in": CLEARED_ANSWERS})
    return condition


def _complete() -> Q:
    """A condition over the annotations of ``with_uploaded_file_types``."""
    condition = Q()
    for report_type, requirements in REQUIREMENTS.items():
        met = Q(report_type=report_type)
        for requirement in requirements:
            any_of = Q()
            for file_type in requirement.satisfied_by:
                any_of |= Q(**{has_file_annotation(file_type): True})
            met &= any_of
        condition |= met
    return condition


def _expired() -> Q:
    """True where the time allowed has passed since the latest of the four moments."""
    expires_after = conf.session_expires_after()
    if expires_after is None:
        return Q(pk__isnull=True)
    cutoff = timezone.now() - expires_after
    return ~(
        Q(report_datetime__gt=cutoff)
        | Q(last_resolved_datetime__isnull=False, last_resolved_datetime__gt=cutoff)
        | Q(last_reopened_datetime__isnull=False, last_reopened_datetime__gt=cutoff)
        | Q(Exists(_files_of_session().filter(received_datetime__gt=cutoff)))
    )
