"""Where an account may work and read: clinicedc's rules on sites, and nothing more.

An account works at the current site, if that site is in its profile; a superuser works
there whatever the profile says, as with clinicedc's login. Other sites of the profile are
view-only, for multisite viewers without rights to change anything (``edc_sites``) and for
data managers (as in ``edc_sites``'s admin).
"""

from collections.abc import Callable
from functools import cache
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.sites.shortcuts import get_current_site
from django.core.exceptions import ObjectDoesNotExist
from django.db.models import (
    BooleanField,
    CharField,
    Exists,
    ExpressionWrapper,
    F,
    IntegerField,
    OuterRef,
    Q,
)
from django.http import HttpRequest
from edc_data_manager.auth_objects import DATA_MANAGER_ROLE
from edc_sites.exceptions import InvalidSiteForUser
from edc_sites.site import sites

from .auth_objects import ADD_FILES, VIEW_SESSIONS
from .errors import NotPermitted
from .prepared import Parameter, PreparedQuery

MODEL_BACKEND = "django.contrib.auth.backends.ModelBackend"
# The permissions that the API asks for, and the annotations that answer.
PERMISSION_ANNOTATIONS = {VIEW_SESSIONS: "may_view_sessions", ADD_FILES: "may_add_files"}


def current_site_id(request: Any) -> int:
    """The id of the site that the request came to, from the middleware or the settings."""
    site: Any = getattr(request, "site", None) or get_current_site(request)
    return int(site.pk)


def user_of_token(key: str, site_id: int) -> Any:
    """The user of an API token, with what the API asks of one; None if there is none.

    A single query answers all of it, in attributes of the user: ``may_view_sessions`` and
    ``may_add_files`` (granted to the user, by a group or by being a superuser), ``has_site``
    (may work at this site), ``is_multisite_viewer`` and ``bound_device_id``.
    """
    return _query_of_token().first(token=key, site_id=site_id)


@cache
def _query_of_token() -> PreparedQuery[Any]:
    users: Any = get_user_model().objects
    granted = {
        name: Exists(users.with_perm(permission, backend=MODEL_BACKEND).filter(pk=OuterRef("pk")))
        for permission, name in PERMISSION_ANNOTATIONS.items()
    }
    site_id = Parameter("site_id", IntegerField())
    in_profile = Exists(users.filter(pk=OuterRef("pk"), userprofile__sites__pk=site_id))
    return PreparedQuery(
        users.filter(auth_token__key=Parameter("token", CharField())).annotate(
            has_site=ExpressionWrapper(
                Q(is_superuser=True) | Q(in_profile), output_field=BooleanField()
            ),
            is_multisite_viewer=F("userprofile__is_multisite_viewer"),
            bound_device_id=F("camera_account__device_id"),
            **granted,
        )
    )


def conditions_of_token(token: Any, site_id: Any) -> dict[str, Exists]:
    """Whether a token is still good for an upload at a site, as annotations of whatever is asked.

    ``is_token_known``: it is that of an active account; ``may_add_files`` and ``has_site`` as in
    :func:`user_of_token`. Both arguments are expressions.
    """
    users: Any = get_user_model().objects
    active = users.filter(auth_token__key=token, is_active=True)
    may_add_files = users.with_perm(ADD_FILES, backend=MODEL_BACKEND)
    at_site = Q(is_superuser=True) | Q(userprofile__sites__pk=site_id)
    return {
        "is_token_known": Exists(active),
        "may_add_files": Exists(may_add_files.filter(auth_token__key=token)),
        "has_site": Exists(active.filter(at_site)),
    }


def device_id_for(user: Any, *named: str) -> str:
    """The device that the account acts for: the one it is bound to, else the first one named.

    Raises ``NotPermitted`` if the account is bound to one device and another is named.
    """
    bound = _annotated(user, "bound_device_id", lambda: user.camera_account.device_id)
    given = [name for name in named if name]
    if bound and any(name != bound for name in given):
        raise NotPermitted("The account is bound to one camera and may not act for another.")
    return bound or next(iter(given), "")


def _annotated(user: Any, name: str, ask: Callable[[], Any]) -> Any:
    """What :func:`user_of_token` already knows of the user, or else what ``ask`` says.

    None where ``ask`` meets a record that the user does not have.
    """
    if hasattr(user, name):
        return getattr(user, name)
    try:
        return ask()
    except ObjectDoesNotExist:
        return None


def writable_site_ids(user: Any, site_id: int) -> tuple[int, ...]:
    """The current site, if the account may work there."""
    has_site = user.is_superuser or _annotated(
        user, "has_site", lambda: user.userprofile.sites.filter(pk=site_id).exists()
    )
    return (site_id,) if has_site else ()


def readable_site_ids(user: Any, site_id: int) -> tuple[int, ...]:
    """The current site and those that clinicedc makes view-only to the account.

    Nothing for an account that may not work at the current site.
    """
    own = writable_site_ids(user, site_id)
    is_multisite_viewer = _annotated(
        user, "is_multisite_viewer", lambda: user.userprofile.is_multisite_viewer
    )
    if not own or not is_multisite_viewer:
        return own
    try:
        return (*own, *sites.get_view_only_site_ids_for_user(user=user, site_id=site_id))
    except InvalidSiteForUser:
        # A superuser without the site in the profile: no other site either.
        return own


def readable_site_ids_of_page(request: HttpRequest) -> tuple[int, ...]:
    """:func:`readable_site_ids` for pages: data managers read at all sites of their profile."""
    user: Any = request.user
    site_id = current_site_id(request)
    site_ids = readable_site_ids(user, site_id)
    if site_ids and hasattr(user, "userprofile"):
        profile = user.userprofile
        if profile.roles.filter(name=DATA_MANAGER_ROLE).exists():
            own = profile.sites.exclude(pk__in=site_ids).values_list("pk", flat=True)
            site_ids = (*site_ids, *own)
    return site_ids
