"""Where a project has mounted the app, found in its URLconf.

Not by ``reverse()``: projects include the API's ``urlpatterns`` as a plain list too, without the
namespace, and their own views may be called ``ping``.
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from django.urls import NoReverseMatch, URLResolver, get_resolver, reverse

ENDPOINT_MODULE = "edc_retinopathy.api.views"
BASE = r"retinopathy(?:/|\Z)"


def is_below_api(path_info: str, urlconf: Any = None) -> bool:
    """True if the path is the API's base or below it, whether or not there is such an endpoint."""
    path = path_info.removeprefix("/")
    return any(re.match(prefix + BASE, path) for prefix in _api_prefixes(urlconf))


def has_api() -> bool:
    """True if the project mounts the API."""
    return bool(_api_prefixes(None))


def admin_index() -> str | None:
    """The address of the app's admin site; None where the project does not mount it."""
    try:
        return reverse("edc_retinopathy_admin:index")
    except NoReverseMatch:
        return None


def _api_prefixes(urlconf: Any) -> tuple[str, ...]:
    return _prefixes_of(get_resolver(urlconf))


@cache
def _prefixes_of(resolver: URLResolver) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_walk(resolver, "")))


def _walk(resolver: URLResolver, prefix: str) -> Iterator[str]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            below = pattern.pattern.regex.pattern.removeprefix("^").removeprefix("/")
            # Group names of one route may be those of another.
            yield from _walk(pattern, prefix + re.sub(r"\(\?P<\w+>", "(?:", below))
        elif pattern.name == "ping" and pattern.lookup_str.startswith(ENDPOINT_MODULE):
            yield prefix
