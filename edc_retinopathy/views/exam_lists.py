"""The exam before and the exam after, in the list that one came from."""

from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import SuspiciousOperation
from django.db.models import Q
from django.http import HttpRequest, QueryDict
from django.urls import reverse

from edc_retinopathy.admin_site import edc_retinopathy_admin
from edc_retinopathy.models import CameraSession

PARAMETER = "list"
# The admin's list, its filters behind a question mark.
ALL = "all"
HAS_PICTURES = Q(activity__shows_right=True) | Q(activity__shows_left=True)
# Longer than a person's filters make it.
LONGEST_REFERENCE = 2000


class Neighbours(NamedTuple):
    """The addresses beside an exam's; None at an end of the list."""

    previous: str | None = None
    next: str | None = None


def neighbours(request: HttpRequest, session: CameraSession) -> Neighbours:
    """Those in the list that the address names, as the account may see it: two short queries.

    Sessions with nothing to see are passed over. A list that cannot be made of what the
    address says has none.
    """
    reference = request.GET.get(PARAMETER, ALL)[:LONGEST_REFERENCE]
    name, _sign, query = reference.partition("?")
    if name != ALL:
        return Neighbours()
    model_admin: Any = edc_retinopathy_admin.get_model_admin(CameraSession)
    try:
        sessions, ordering = model_admin.sessions_of_list(request, QueryDict(query))
    except (IncorrectLookupParameters, SuspiciousOperation):
        return Neighbours()
    # Where the session left the list meanwhile, its place in it is still known.
    columns = [str(name).removeprefix("-") for name in ordering]
    values = CameraSession.objects.filter(pk=session.pk).values_list(*columns).get()
    places = [
        (column, str(name).startswith("-"), value)
        for name, column, value in zip(ordering, columns, values, strict=True)
    ]
    sessions = sessions.filter(HAS_PICTURES)
    before = sessions.filter(_beyond(places, is_before=True)).reverse()
    after = sessions.filter(_beyond(places, is_before=False))
    return Neighbours(*(_address(found, request) for found in (before, after)))


def _beyond(places: list[tuple[str, bool, Any]], *, is_before: bool) -> Q:
    """The condition that a row stands before, or after, the place that the values name."""
    condition = Q()
    equal: dict[str, Any] = {}
    for column, is_descending, value in places:
        sign = "gt" if is_descending == is_before else "lt"
        condition |= Q(**equal, **{f"{column}__{sign}": value})
        equal[column] = value
    # What the first column alone can tell, for the databases' indexes.
    column, is_descending, value = places[0]
    sign = "gte" if is_descending == is_before else "lte"
    return condition & Q(**{f"{column}__{sign}": value})


def _address(sessions: Any, request: HttpRequest) -> str | None:
    pk = sessions.values_list("pk", flat=True).first()
    if pk is None:
        return None
    kept = {PARAMETER: request.GET[PARAMETER]} if PARAMETER in request.GET else {}
    address = reverse("edc_retinopathy:exam", args=(pk,))
    return f"{address}?{urlencode(kept)}" if kept else address
