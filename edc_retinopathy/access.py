"""Where an account may work and read: clinicedc's rules on sites, and nothing more.

An account works at the current site, if that site is in its profile; a superuser works
there whatever the profile says, as with clinicedc's login. Other sites of the profile are
view-only, for multisite viewers without rights to change anything (``edc_sites``) and for
data managers (as in ``edc_sites``'s admin).
"""

from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.sites.shortcuts import get_current_site
from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q, QuerySet
from django.http import HttpRequest
from edc_data_manager.auth_objects import DATA_MANAGER_ROLE
from edc_sites.exceptions import InvalidSiteForUser
from edc_sites.site import sites

from .auth_objects import ADD_FILES, VIEW_SESSIONS
from .errors import NotPermitted

MODEL_BACKEND = "django.contrib.auth.backends.ModelBackend"
# The permissions that the API asks for, and the annotations that answer.
PERMISSION_ANNOTATIONS = {VIEW_SESSIONS: "may_view_sessions", ADD_FILES: "may_add_files"}


def current_site_id(request: Any) -> int:
    """The id of the site that the request came to, from the middleware or the settings."""
    site: Any = getattr(request, "site", None) or get_current_site(request)
    return int(site.pk)


def users_with_access(site_id: int) -> QuerySet[Any]:
    """All users, annotated with what the API asks of one, so that a single query answers.

    Adds ``may_view_sessions`` and ``may_add_files`` (granted to the user, by a group or by
    being a superuser) and ``has_site`` (may work at this site).
    """
    manager: Any = get_user_model().objects
    annotations = {
        name: Exists(manager.with_perm(permission, backend=MODEL_BACKEND).filter(pk=OuterRef("pk")))
        for permission, name in PERMISSION_ANNOTATIONS.items()
    }
    in_profile = Exists(manager.filter(pk=OuterRef("pk"), userprofile__sites__pk=site_id))
    users: QuerySet[Any] = manager.select_related("userprofile", "camera_account").annotate(
        has_site=ExpressionWrapper(
            Q(is_superuser=True) | Q(in_profile), output_field=BooleanField()
        ),
        **annotations,
    )
    return users


def device_id_for(user: Any, *named: str) -> str:
    """The device that the account acts for: the one it is bound to, else the first one named.

    Raises ``NotPermitted`` if the account is bound to one device and another is named.
    """
    account = getattr(user, "camera_account", None)
    bound = account.device_id if account else ""
    given = [name for name in named if name]
    if bound and any(name != bound for name in given):
        raise NotPermitted("The account is bound to one camera and may not act for another.")
    return bound or next(iter(given), "")


def writable_site_ids(user: Any, site_id: int) -> tuple[int, ...]:
    """The current site, if the account may work there; costs no query for an annotated user."""
    has_site = getattr(user, "has_site", None)
    if has_site is None:
        has_site = user.is_superuser or (
            hasattr(user, "userprofile") and user.userprofile.sites.filter(pk=site_id).exists()
        )
    return (site_id,) if has_site else ()


def readable_site_ids(user: Any, site_id: int) -> tuple[int, ...]:
    """The current site and those that clinicedc makes view-only to the account.

    Nothing for an account that may not work at the current site.
    """
    own = writable_site_ids(user, site_id)
    if not own or not hasattr(user, "userprofile"):
        return own
    return (*own, *_view_only_site_ids(user, site_id))


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


def _view_only_site_ids(user: Any, site_id: int) -> list[int]:
    if not user.userprofile.is_multisite_viewer:
        return []
    try:
        return list(sites.get_view_only_site_ids_for_user(user=user, site_id=site_id))
    except InvalidSiteForUser:
        # A superuser without the site in the profile: no other site either.
        return []
