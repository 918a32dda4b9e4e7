"""Where an account may work and read: clinicedc's rules on sites, and nothing more.

An account works at the current site, if that site is in its profile; a superuser works
there whatever the profile says, as with clinicedc's login. Other sites of the profile are
view-only, for multisite viewers without rights to change anything (``edc_sites``) and for
data managers (as in ``edc_sites``'s admin).
"""

from collections.abc import Iterable
from typing import Any

from django.contrib.sites.models import Site
from django.contrib.sites.shortcuts import get_current_site
from django.http import HttpRequest
from edc_data_manager.auth_objects import DATA_MANAGER_ROLE
from edc_sites.exceptions import InvalidSiteForUser
from edc_sites.site import sites

from .tokens import known_of_user


def site_title(site: Any) -> str:
    """What people call a site, as the EDC's pages do; asks nothing if read with its profile."""
    # Without a profile its attribute is an error that getattr knows.
    profile = getattr(site, "siteprofile", None)
    return str((profile and profile.title) or site.name)


def site_titles(site_ids: Iterable[int]) -> dict[int, str]:
    """What people call the sites, by their numbers, in the order of these."""
    found = Site.objects.filter(pk__in=list(site_ids)).select_related("siteprofile")
    return {site.pk: site_title(site) for site in found.order_by("pk")}


def current_site_id(request: Any) -> int:
    """The id of the site that the request came to, from the middleware or the settings."""
    site: Any = getattr(request, "site", None) or get_current_site(request)
    return int(site.pk)


def writable_site_ids(user: Any, site_id: int) -> tuple[int, ...]:
    """The current site, if the account may work there."""
    has_site = user.is_superuser or known_of_user(
        user, "has_site", lambda: user.userprofile.sites.filter(pk=site_id).exists()
    )
    return (site_id,) if has_site else ()


def readable_site_ids(user: Any, site_id: int) -> tuple[int, ...]:
    """The current site and those that clinicedc makes view-only to the account.

    Nothing for an account that may not work at the current site.
    """
    own = writable_site_ids(user, site_id)
    is_multisite_viewer = known_of_user(
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
