"""Where a form goes back to: what ``?next=`` names, if it is a page of this project.

clinicedc writes the name of a URL and of the parameters that it takes:
``?next=subject_dashboard_url,subject_identifier&subject_identifier=105-10-0001-2``. The app's own
pages give a path. An address of another host, or of no page, is as if nothing were given.
"""

from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, Resolver404, resolve, reverse
from django.utils.http import url_has_allowed_host_and_scheme

NEXT = "next"

# A URL's name and its parameters, which clinicedc's forms ask for.
type Target = tuple[str, dict[str, Any]]


def target_of(request: HttpRequest) -> Target | None:
    """The page that ``?next=`` names; None if it names none."""
    wanted = request.GET.get(NEXT, "")
    if wanted.startswith("/"):
        return _target_of_path(wanted)
    name, *keys = wanted.split(",")
    parameters = {key: request.GET[key] for key in keys if request.GET.get(key)}
    for given in (parameters, {}):
        try:
            reverse(name, kwargs=given)
        except NoReverseMatch:
            continue
        return name, given
    return None


def url_to_return_to(request: HttpRequest) -> str | None:
    """The address of the page that ``?next=`` names; None if it names none."""
    target = target_of(request)
    return target and reverse(target[0], kwargs=target[1])


def _target_of_path(path: str) -> Target | None:
    # Without hosts that are allowed, only a path of this one is.
    if not url_has_allowed_host_and_scheme(path, allowed_hosts=None):
        return None
    try:
        match = resolve(path.partition("?")[0])
        # Not every view can be named with these parameters.
        reverse(match.view_name, kwargs=match.kwargs)
    except (Resolver404, NoReverseMatch):
        return None
    return match.view_name, match.kwargs
