"""Sessions as an account may see them, with what their files and answers make of them."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Self

from clinicedc_constants import YES
from django.db import models, transaction
from django.db.models import Case, F, Q, Subquery, Value, When
from django.db.models.functions import Cast
from django.utils import timezone

from edc_retinopathy import conf
from edc_retinopathy.choices import CLEARED_ANSWERS, CONTRAINDICATION_FIELDS, Eligibility, Progress

from .session_activity import SessionActivity
from .session_activity_queryset import FLAGS

if TYPE_CHECKING:
    from .camera_session import CameraSession

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


def eligibility_expression() -> Case:
    """What the screening says, of the five answers."""
    return Case(
        When(_contraindicated(), then=Value(Eligibility.CONTRAINDICATED.value)),
        When(_cleared(), then=Value(Eligibility.ELIGIBLE.value)),
        default=Value(Eligibility.UNANSWERED.value),
        output_field=models.CharField(max_length=10),
    )


class CameraSessionQuerySet(models.QuerySet["CameraSession"]):
    """Sessions, as an account may see them, and the one that the contract's rules choose."""

    def bulk_create(self, objs: Iterable["CameraSession"], *args: Any, **kwargs: Any) -> Any:
        """As Django's, with the rows of what cameras do."""
        with transaction.atomic(using=self.db):
            sessions = super().bulk_create(objs, *args, **kwargs)
            activities = SessionActivity.objects.using(self.db)
            activities.bulk_create(activities.counted(sessions), kwargs.get("batch_size"))
        return sessions

    def visible_at(self, site_ids: Iterable[int]) -> Self:
        """Those of the sites given."""
        return self.filter(site_id__in=list(site_ids))

    def in_use(self) -> Self:
        """All but those that were withdrawn, which are never chosen again."""
        return self.filter(withdrawn_datetime__isnull=True)

    def withdrawn(self) -> Self:
        """Those that a person withdrew."""
        # As a range: SQLite looks up no index for what is not null.
        return self.filter(withdrawn_datetime__gt=LONG_AGO)

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
        return self.annotate(**{name: F(f"activity__{name}") for name in FLAGS})

    def with_usability(self, cutoff: Any = None) -> Self:
        """Adds ``is_contraindicated`` and ``has_expired``, computed by the database.

        Expired is what nothing happened to since ``cutoff``, a datetime or an expression; by
        default :func:`expiry_cutoff`. They agree with ``SessionState``; a test holds the two
        together.
        """
        return self.annotate(
            is_contraindicated=_as_boolean(_contraindicated()),
            has_expired=_as_boolean(_expired(cutoff or expiry_cutoff())),
        )

    def with_state(self, cutoff: Any = None) -> Self:
        """Adds what ``SessionState`` needs, so that it asks the database no more."""
        return self.with_uploaded_file_types().with_usability(cutoff)

    def contraindicated(self) -> Self:
        """Those with any answer Yes."""
        return self.filter(eligibility=Eligibility.CONTRAINDICATED)

    def eligible(self) -> Self:
        """Those with every answer given and none Yes."""
        return self.filter(eligibility=Eligibility.ELIGIBLE)

    def unanswered(self) -> Self:
        """Those with no answer Yes, and any missing or not evaluated."""
        return self.filter(eligibility=Eligibility.UNANSWERED)

    def complete(self) -> Self:
        """Those that miss nothing."""
        return self.filter(_complete())

    def begun(self) -> Self:
        """Those with files that still miss something."""
        return self.filter(activity__progress=Progress.BEGUN)

    def without_files(self) -> Self:
        """Those that nothing was uploaded to."""
        return self.filter(activity__progress=Progress.NONE)

    def waiting(self) -> Self:
        """Those that miss something and may get it: neither withdrawn nor contraindicated."""
        missing = [state for state in Progress if state != Progress.COMPLETE]
        return (
            self.in_use()
            .filter(activity__progress__in=missing)
            .exclude(eligibility=Eligibility.CONTRAINDICATED)
        )

    def expired(self) -> Self:
        """Those that nothing happened to for longer than is allowed."""
        return self.filter(_expired(expiry_cutoff()))

    def unexpired(self) -> Self:
        """Those that something has happened to since then."""
        return self.filter(activity__latest_datetime__gt=expiry_cutoff())

    def with_openness(self, cutoff: Any) -> Self:
        """Adds ``is_open``: neither contraindicated nor complete; and all it is computed from."""
        return self.with_usability(cutoff).annotate(
            is_open=_as_boolean(~_contraindicated() & ~_complete())
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
            self.filter(activity__last_resolved_datetime__isnull=False)
            .order_by("-activity__last_resolved_datetime", "-pk")
            .values("pk")[:1]
        )

    def newest(self) -> Self:
        """The one with the latest report date, or entered last."""
        return self._first_of(self.order_by(*NEWEST_FIRST))

    def _first_of(self, ranked: Self) -> Self:
        # What else is asked of it is then computed once, not for all that it is chosen from.
        return self.filter(pk=Subquery(ranked.values("pk")[:1]))

    def with_stored_initials(self) -> Self:
        """Adds the initials as the database has them, encrypted."""
        return self.annotate(stored_initials=Cast("initials", models.CharField()))


def _as_boolean(condition: Q) -> Case:
    return Case(When(condition, then=True), default=False, output_field=models.BooleanField())


def _contraindicated() -> Q:
    condition = Q()
    for name in CONTRAINDICATION_FIELDS:
        condition |= Q(**{name: YES})
    return condition


def _cleared() -> Q:
    condition = Q()
    for name in CONTRAINDICATION_FIELDS:
        condition &= Q(**{f"{name}__in": sorted(CLEARED_ANSWERS)})
    return condition


def _complete() -> Q:
    return Q(activity__progress=Progress.COMPLETE)


def _expired(cutoff: Any) -> Q:
    """True where nothing happened after the cutoff."""
    return Q(activity__latest_datetime__lte=cutoff)
