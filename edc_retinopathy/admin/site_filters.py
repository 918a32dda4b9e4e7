"""Sites of lists: the filter by them, of those that the account may read."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, Q
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from edc_retinopathy.accounts.sites import site_titles

from .large_lists import WITHOUT_ROWS, at_sites


class AtReadableSitesFilter(admin.SimpleListFilter):
    """A filter that looks at records of the sites that the account may read."""

    def __init__(self, request: HttpRequest, params: Any, model: Any, model_admin: Any) -> None:
        # Before Django asks for the values, which may depend on it.
        self._site_ids: tuple[int, ...] = model_admin.readable_site_ids(request)
        super().__init__(request, params, model, model_admin)


class ReadableSiteFilter(AtReadableSitesFilter):
    """By the site, where edc_sites would offer all of the profile; of another one, nothing."""

    title = _("site")
    parameter_name = "site"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The sites by name; by number, where nobody looks at the names."""
        if WITHOUT_ROWS in vars(request):
            return [(str(site_id), str(site_id)) for site_id in self._site_ids]
        titles = site_titles(self._site_ids)
        return [(str(site_id), title) for site_id, title in titles.items()]

    def get_facet_counts(self, pk_attname: str, filtered_qs: Any) -> dict[str, Any]:
        """By conditions: Django would ask for the keys of each site."""
        return {
            f"{n}__c": Count(pk_attname, filter=Q(site_id=value))
            for n, (value, _label) in enumerate(self.lookup_choices)
        }

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        """Those of the site chosen, found as the lists of accounts that have no other."""
        if self.value() is None:
            return queryset
        chosen = tuple(site_id for site_id in self._site_ids if str(site_id) == self.value())
        return queryset.filter(at_sites("site", chosen))
