"""Lists of a country's records: bounded, and read in the order of an index.

A page is asked for in two steps: the keys of its rows, which an index alone can tell, then the
rows. So neither a wide row nor a join is read for what is skipped or sorted away.
"""

from typing import Any

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.core.paginator import Page, Paginator
from django.db.models import F, Func, Q
from django.db.models.lookups import In
from django.http import HttpRequest
from django.utils.functional import cached_property

# Set on a request that asks for the order of a list alone.
WITHOUT_ROWS = "edc_retinopathy_without_rows"
# Nobody leafs through more. Counting goes no further.
MOST_LISTED = 10_000


def with_count(label: Any, count: int) -> str:
    """The label of a filter's value, and how many rows have it; from ``MOST_LISTED`` on, a "+"."""
    return f"{label} ({MOST_LISTED}+)" if count > MOST_LISTED else f"{label} ({count})"


class CappedPaginator(Paginator):  # type: ignore[type-arg]
    """The first ``MOST_LISTED`` of a queryset; ``rows`` is asked for those of a page."""

    object_list: Any

    def __init__(self, object_list: Any, per_page: int, *args: Any, rows: Any, **kwargs: Any):
        super().__init__(object_list, per_page, *args, **kwargs)
        self._rows = rows

    @cached_property
    def _found(self) -> int:
        keys = self.object_list.order_by().values("pk")
        return int(keys[: MOST_LISTED + 1].count())

    @property
    def count(self) -> int:
        """How many are listed."""
        return min(self._found, MOST_LISTED)

    @property
    def is_capped(self) -> bool:
        """True if there are more than are listed."""
        return self._found > MOST_LISTED

    def page(self, number: Any) -> "Page[Any]":
        """The rows of a page, in the order of the list."""
        number = self.validate_number(number)
        begin = (number - 1) * self.per_page
        end = min(begin + self.per_page, self.count)
        keys = list(self.object_list.values_list("pk", flat=True)[begin:end])
        rows = {row.pk: row for row in self._rows.filter(pk__in=keys).order_by()}
        # What was deleted between the two questions is left out.
        return self._get_page([rows[key] for key in keys if key in rows], number, self)  # type: ignore[attr-defined, no-any-return]


class LargeChangeList(ChangeList):
    """A list whose rows the paginator reads, also where there is one page only."""

    def get_filters(self, request: HttpRequest) -> Any:
        """As Django's; a NUL, which PostgreSQL takes in no text, is a wrong value as any other."""
        given = self.get_filters_params().values()
        if any("\x00" in value for values in given for value in values):
            raise IncorrectLookupParameters
        return super().get_filters(request)

    def get_ordering(self, request: HttpRequest, queryset: Any) -> list[Any]:
        """As Django's, whose last is ``-pk``; the way of the first, which is an index's."""
        ordering = list(super().get_ordering(request, queryset))
        if ordering[-1:] == ["-pk"] and not str(ordering[0]).startswith("-"):
            ordering[-1] = "pk"
        return ordering

    def get_results(self, request: HttpRequest) -> None:
        """As Django's, which takes the queryset itself for one page and for all of a few.

        None at all where a request asks for the order of a list alone. A number that SQLite cannot
        even be asked for is a wrong value as any other.
        """
        if WITHOUT_ROWS in vars(request):
            return
        try:
            super().get_results(request)
        except OverflowError as e:
            raise IncorrectLookupParameters from e
        if not self.multi_page:
            self.result_list = self.paginator.page(1).object_list
        elif self.show_all and self.can_show_all:
            model_admin: Any = self.model_admin
            self.result_list = model_admin.with_list_columns(self.result_list)


class LargeListMixin:
    """For a ``ModelAdmin`` whose list may be long."""

    list_per_page = 50
    show_full_result_count = False
    # Counts beside each filter's values read the whole table once for each filter.
    show_facets = admin.ShowFacets.NEVER
    model: Any

    def with_list_columns(self, queryset: Any) -> Any:
        """With what the list shows, joined or annotated."""
        return queryset

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        """One whose rows the paginator reads."""
        return LargeChangeList

    def get_paginator(
        self, request: HttpRequest, queryset: Any, per_page: int, *args: Any, **kwargs: Any
    ) -> CappedPaginator:
        """One whose rows are read by their keys alone: the queryset has chosen and judged them."""
        rows = self.with_list_columns(self.model._default_manager.all())  # noqa: SLF001 - as the admin does
        return CappedPaginator(queryset, per_page, *args, rows=rows, **kwargs)


class Unindexed(Func):
    """A column that SQLite is to look for no index of; nor MariaDB, if it is ``IN`` several values.

    PostgreSQL knows by its statistics what is better.
    """

    template = "%(expressions)s"
    arity = 1

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """With a plus before it: https://www.sqlite.org/optoverview.html, 2.1."""
        return self.as_sql(compiler, connection, template="+%(expressions)s", **context)

    def as_mysql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """As a sum, which no index is of."""
        template = "(%(expressions)s + 0)" if self.extra["is_one_of_several"] else self.template
        return self.as_sql(compiler, connection, template=template, **context)


def at_sites(site_lookup: str, site_ids: tuple[int, ...]) -> Any:
    """The condition that a record is of one of the sites.

    SQLite has no statistics: it would read all records of a site, and then look for the one that
    was asked for. MariaDB would sort all records of several sites, instead of reading them in the
    list's order. An index by what is asked for, with the site in it, is better.
    """
    if not site_ids or not site_lookup.endswith("site"):
        return Q(**{f"{site_lookup}__in": site_ids})
    column = Unindexed(F(f"{site_lookup}_id"), is_one_of_several=len(site_ids) > 1)
    return In(column, list(site_ids))
