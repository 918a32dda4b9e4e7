"""What the app's admin classes share."""

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.http import Http404, HttpRequest
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from edc_model_admin.history import SimpleHistoryAdmin
from edc_model_admin.mixins import TemplatesModelAdminMixin
from edc_sites.admin import SiteModelAdminMixin
from edc_sites.admin.list_filters import SiteListFilter

from edc_retinopathy.accounts.sites import (
    current_site_id,
    readable_site_ids_of_page,
    site_title,
    writable_site_ids,
)

from .large_lists import LargeListMixin, at_sites
from .masked import NotForMaskedMixin
from .site_filters import ReadableSiteFilter

# Where a request remembers the sites that its account may read.
SITE_IDS = "edc_retinopathy_readable_site_ids"
# Of what is searched for. Each word is a condition, of which a database takes only so many.
LONGEST_TERM = 255


class SiteAccessAdminMixin(SiteModelAdminMixin):
    """edc_sites's filtering by site, by the same rule as the app's pages and downloads.

    An account without the current site sees nothing, where edc_sites raises.
    """

    # The path from the model to its site.
    site_lookup = "site"

    def readable_site_ids(self, request: HttpRequest) -> tuple[int, ...]:
        """The sites whose objects the account may look at; asked once for each request."""
        cache = vars(request)
        if SITE_IDS not in cache:
            cache[SITE_IDS] = readable_site_ids_of_page(request)
        site_ids: tuple[int, ...] = cache[SITE_IDS]
        return site_ids

    def get_view_only_site_ids_for_user(self, request: HttpRequest) -> list[int]:
        """The readable sites but for the current one."""
        current = current_site_id(request)
        return [site_id for site_id in self.readable_site_ids(request) if site_id != current]

    def user_may_view_other_sites(self, request: HttpRequest) -> bool:
        """True if the list may hold more than one site."""
        return bool(self.get_view_only_site_ids_for_user(request))

    def get_list_filter(self, request: HttpRequest) -> Any:
        """With a filter of its own instead of edc_sites's, before the others."""
        filters = super().get_list_filter(request)
        others = [item for item in filters if item is not SiteListFilter]
        return self.with_site_filter(request, others)

    def with_site_filter(self, request: HttpRequest, filters: Any) -> tuple[Any, ...]:
        """The filters, and that of the site where there may be more than one."""
        is_needed = self.site_lookup == "site" and self.user_may_view_other_sites(request)
        return (ReadableSiteFilter, *filters) if is_needed else tuple(filters)

    @admin.display(description=_("Site"), ordering="site")
    def site_code(self, obj: Any = None) -> Any:
        """What people call the site; lists of several sites have this column."""
        return site_title(obj.site) if obj and obj.site_id else None

    def get_queryset(self, request: HttpRequest) -> Any:
        """Only what the account may look at."""
        # Past SiteModelAdminMixin's own, which raises for an account without the site.
        queryset = super(SiteModelAdminMixin, self).get_queryset(request)
        return queryset.filter(at_sites(self.site_lookup, self.readable_site_ids(request)))

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> Any:
        """What the beginning of the term finds, where it is longer than any name."""
        return super().get_search_results(request, queryset, search_term[:LONGEST_TERM])

    def is_at_current_site(self, request: HttpRequest) -> bool:
        """True if the account may work at the current site, not only read."""
        return bool(writable_site_ids(request.user, current_site_id(request)))


class ReadOnlyAdminMixin:
    """Looked at, never added, changed or deleted by hand, by anybody."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody."""
        return False


class RetinopathyModelAdmin(
    NotForMaskedMixin,
    LargeListMixin,
    SiteAccessAdminMixin,
    TemplatesModelAdminMixin,
    SimpleHistoryAdmin,
):
    """The base of the app's admin classes: EDC look, audit trail, sites, and masking."""

    show_object_tools = True
    # The pages of the admin are the only ones of these models.
    view_on_site = False

    @property
    def change_form_title(self) -> str:
        """The kind of record: without it clinicedc's pages have "None" in their title."""
        return str(capfirst(self.opts.verbose_name))

    def revert_disabled(self, request: HttpRequest, obj: Any = None) -> bool:
        """A version is looked at, never saved again: the pages offer no button for it."""
        return True

    def history_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> Any:
        """The audit trail; 404 for what is no key, which simple_history asks the database."""
        try:
            UUID(object_id)
        except ValueError:
            raise Http404 from None
        return super().history_view(request, object_id, *args, **kwargs)

    def history_form_view(
        self, request: HttpRequest, object_id: str, version_id: str, *args: Any, **kwargs: Any
    ) -> Any:
        """One version; 404 if there is none that the account may see."""
        try:
            found = self._versions(request, UUID(object_id)).filter(history_id=UUID(version_id))
        except ValueError:
            raise Http404 from None
        if not found.exists():
            raise Http404
        return super().history_form_view(request, object_id, version_id, *args, **kwargs)

    def get_history_queryset(
        self, request: HttpRequest, history_manager: Any, pk_name: str, object_id: Any
    ) -> Any:
        """The versions that the account may see; not those of a time at another site."""
        versions = super().get_history_queryset(request, history_manager, pk_name, object_id)
        return versions.filter(pk__in=self._versions(request, object_id).values("pk"))

    def has_view_history_or_change_history_permission(
        self, request: HttpRequest, obj: Any = None
    ) -> bool:
        """By site too: simple_history looks past ``get_queryset``, and would save a version."""
        if obj is None or not self._versions(request, obj.pk).exists():
            raise Http404
        allowed: bool = super().has_view_history_or_change_history_permission(request, obj)
        return allowed and request.method in {"GET", "HEAD"}

    def _versions(self, request: HttpRequest, pk: Any) -> Any:
        """The versions of a record that were at a site of the account, as the record is today.

        A record that was deleted has no site today: its versions decide.
        """
        versions = self.model.history.filter(id=pk)
        is_here = self.get_queryset(request).filter(pk=pk).exists()
        if not is_here and self.model.objects.filter(pk=pk).exists():
            return versions.none()
        return versions.filter(at_sites(self.site_lookup, self.readable_site_ids(request)))
