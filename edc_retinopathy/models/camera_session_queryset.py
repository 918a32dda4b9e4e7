"""Sessions as an account may see them, with what their files and answers make of them."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Self

from clinicedc_constants import YES
from django.apps import apps
from django.db import models
from django.db.models import Case, Count, Exists, OuterRef, Q, Subquery, Sum, When
from django.db.models.functions import Cast, Coalesce
from django.utils import timezone

from edc_retinopathy import conf
from edc_retinopathy.choices import (
    CLEARED_ANSWERS,
    CONTRAINDICATION_FIELDS,
    EYE_REQUIREMENTS,
    REQUIREMENTS,
    FileType,
    Requirement,
)

if TYPE_CHECKING:
    # Named in the base class alone.
    from .camera_session import CameraSession  # noqa: F401

NEWEST_FIRST = ("-report_datetime", "-created", "-pk")

# The earliest that every database can store.
LONG_AGO = datetime(1000, 1, 1, tzinfo=UTC)

# How long a complete exam goes on after its last activity where sessions never expire.
EXAM_GOES_ON_FOR = timedelta(minutes=120)


def expiry_cutoff() -> datetime:
    """A session that nothing happened to since then has expired; long ago if none ever does."""
    expires_after = conf.session_expires_after()
    return LONG_AGO if expires_after is None else timezone.now() - expires_after


def going_on_cutoff() -> datetime:
    """A complete exam that nothing happened to since then is over, not only interrupted.

    That is :func:`expiry_cutoff`; where sessions never expire, 120 minutes ago.
    """
    return timezone.now() - (conf.session_expires_after() or EXAM_GOES_ON_FOR)


def has_file_annotation(file_type: FileType) -> str:
    """The name of the annotation that says whether a session has a file of this type."""
    return f"has_{file_type.value}"


def is_met_annotations(requirement: Requirement) -> list[str]:
    """The names of the annotations any of which says that a session has what is required."""
    if requirement.needs_image:
        return [_shows_eye_annotation(requirement)]
    return [has_file_annotation(file_type) for file_type in requirement.satisfied_by]


def _shows_eye_annotation(requirement: Requirement) -> str:
    return f"shows_{requirement.file_type.value}"


def _files_of_session() -> "models.QuerySet[Any]":
    # By its name: the file's model names the session's.
    session_file: Any = apps.get_model("edc_retinopathy", "SessionFile")
    files: models.QuerySet[Any] = session_file.objects.filter(camera_session=OuterRef("pk"))
    return files


class CameraSessionQuerySet(models.QuerySet["CameraSession"]):
    """Sessions, as an account may see them, and the one that the contract's rules choose."""

    def visible_at(self, site_ids: Iterable[int]) -> Self:
        """Those of the sites given."""
        return self.filter(site_id__in=list(site_ids))

    def in_use(self) -> Self:
        """All but those that were withdrawn, which are never chosen again."""
        return self.filter(withdrawn_datetime__isnull=True)

    def withdrawn(self) -> Self:
        """Those that a person withdrew."""
        return self.filter(withdrawn_datetime__isnull=False)

    def open_on(self, day: date) -> Self:
        """Those of a day, by the local date of the report, that uploads can go to.

        Neither withdrawn, contraindicated, complete nor expired.
        """
        # As a range: MariaDB knows the local date only where its time zones were loaded.
        begin = timezone.make_aware(datetime.combine(day, time.min))
        end = timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))
        return (
            self.in_use()
            .filter(report_datetime__gte=begin, report_datetime__lt=end)
            .with_openness(expiry_cutoff())
            .filter(is_open=True, has_expired=False)
        )

    def with_uploaded_file_types(self) -> Self:
        """Adds what ``uploaded_file_types`` and ``missing_file_types`` need.

        So that they ask the database no more.
        """
        files = _files_of_session().filter(superseded_datetime__isnull=True)
        stored = {has_file_annotation(t): Exists(files.filter(file_type=t)) for t in FileType}
        images = files.filter(is_image=True)
        shown = {
            _shows_eye_annotation(eye): Exists(images.filter(file_type__in=eye.satisfied_by))
            for eye in EYE_REQUIREMENTS
        }
        return self.annotate(**stored, **shown)

    def with_usability(self, cutoff: Any = None) -> Self:
        """Adds ``is_contraindicated`` and ``has_expired``, computed by the database.

        Expired is what nothing happened to since ``cutoff``, a datetime or an expression; by
        default :func:`expiry_cutoff`. They agree with the model's ``contraindicated is True`` and
        ``is_expired``; a test holds the two together.
        """
        return self.annotate(
            is_contraindicated=_as_boolean(_contraindicated()),
            has_expired=_as_boolean(_expired(cutoff or expiry_cutoff())),
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

    def with_openness(self, cutoff: Any) -> Self:
        """Adds ``is_open``: neither contraindicated nor complete; and all it is computed from."""
        return (
            self.with_uploaded_file_types()
            .with_usability(cutoff)
            .annotate(is_open=_as_boolean(~_contraindicated() & ~_complete()))
        )

    def to_resolve(self, cutoff: Any, going_on_cutoff: Any) -> Self:
        """The one to resolve, annotated ``with_openness`` and with ``is_going_on``.

        The newest open and unexpired one; else the exam that is still going on; else the best of
        the rest, open ones first. An exam goes on while the session last resolved is neither
        contraindicated nor without activity since ``going_on_cutoff``. The cutoffs are datetimes
        or expressions, as in ``with_usability``.
        """
        is_going_on = (
            Q(pk=Subquery(self._last_resolved())) & ~_contraindicated() & ~_expired(going_on_cutoff)
        )
        is_open = Q(is_open=True)
        rank = Case(
            When(is_open & Q(has_expired=False), then=0),
            When(is_going_on, then=1),
            When(is_open, then=2),
            default=3,
            output_field=models.IntegerField(),
        )
        chosen = self._first_of(self.with_openness(cutoff).order_by(rank, *NEWEST_FIRST))
        return chosen.with_openness(cutoff).annotate(is_going_on=_as_boolean(is_going_on))

    def for_upload(self, cutoff: Any) -> Self:
        """The one that an upload without an id means: that last resolved, whatever its state; else
        the best there is, newest first. ``cutoff`` as in ``with_usability``.
        """
        return self._first_of(
            self.with_usability(cutoff)
            .annotate(is_last_resolved=_as_boolean(Q(pk=Subquery(self._last_resolved()))))
            .order_by("-is_last_resolved", "is_contraindicated", "has_expired", *NEWEST_FIRST)
        )

    def _last_resolved(self) -> Any:
        return (
            self.filter(last_resolved_datetime__isnull=False)
            .order_by("-last_resolved_datetime", "-pk")
            .values("pk")[:1]
        )

    def newest(self) -> Self:
        """The one with the latest report date, or entered last."""
        return self._first_of(self.order_by(*NEWEST_FIRST))

    def _first_of(self, ranked: Self) -> Self:
        # What else is asked of it is then computed once, not for all that it is chosen from.
        return self.filter(pk=Subquery(ranked.values("pk")[:1]))

    def with_amounts(self) -> Self:
        """Adds ``file_count`` and ``stored_bytes``: how full is it?"""
        files = _files_of_session().order_by().values("camera_session")
        return self.annotate(
            file_count=_or_zero(files.annotate(n=Count("pk")).values("n")),
            stored_bytes=_or_zero(files.annotate(n=Sum("file_size")).values("n")),
        )

    def with_stored_initials(self) -> Self:
        """Adds the initials as the database has them, encrypted."""
        return self.annotate(stored_initials=Cast("initials", models.CharField()))


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
            for name in is_met_annotations(requirement):
                any_of |= Q(**{name: True})
            met &= any_of
        condition |= met
    return condition


def _expired(cutoff: Any) -> Q:
    """True where none of the four moments is after the cutoff."""
    return ~(
        Q(report_datetime__gt=cutoff)
        | Q(last_resolved_datetime__isnull=False, last_resolved_datetime__gt=cutoff)
        | Q(last_reopened_datetime__isnull=False, last_reopened_datetime__gt=cutoff)
        | Q(Exists(_files_of_session().filter(received_datetime__gt=cutoff)))
    )
