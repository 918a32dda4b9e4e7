"""What the admin offers to masked accounts: a list of exams that does not say whose they are."""

from typing import Any

from django.http import HttpRequest

from edc_retinopathy.accounts.masking import is_masked
from edc_retinopathy.auth_objects import VIEW_SESSIONS


class NotForMaskedMixin:
    """For a ``ModelAdmin`` that tells who is examined, or what a file was called.

    A masked account has no rights there, and no records: a page that asks for rights of its own
    finds none either.
    """

    # True for an admin that has a list for them.
    lists_for_masked = False

    def get_queryset(self, request: HttpRequest) -> Any:
        """As ever, for accounts that are not masked."""
        queryset: Any = super().get_queryset(request)  # type: ignore[misc]
        is_hidden = is_masked(request.user) and not self.lists_for_masked
        return queryset.none() if is_hidden else queryset

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """As ever, for accounts that are not masked."""
        allowed: bool = super().has_view_permission(request, obj)  # type: ignore[misc]
        return allowed and not is_masked(request.user)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """As ever, for accounts that are not masked."""
        allowed: bool = super().has_add_permission(request)  # type: ignore[misc]
        return allowed and not is_masked(request.user)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """As ever, for accounts that are not masked."""
        allowed: bool = super().has_change_permission(request, obj)  # type: ignore[misc]
        return allowed and not is_masked(request.user)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """As ever, for accounts that are not masked."""
        allowed: bool = super().has_delete_permission(request, obj)  # type: ignore[misc]
        return allowed and not is_masked(request.user)


class MaskedSessionListMixin:
    """The list of sessions, by which a masked account finds exams and never whose they are.

    Nothing that it may be asked for depends on the subject: neither a search, nor a filter, nor an
    order.
    """

    lists_for_masked = True
    masked_list_display = ("report_datetime", "progress", "state", "findings", "device_id")
    # Those of the list's filters that say nothing of the subject.
    masked_list_filter: tuple[Any, ...] = ()
    masked_lookups = ("report_datetime", "report_type")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """The list alone, for a masked account."""
        if is_masked(request.user):
            return obj is None and request.user.has_perm(VIEW_SESSIONS)
        return bool(super().has_view_permission(request, obj))  # type: ignore[misc]

    def get_list_display(self, request: HttpRequest) -> Any:
        """Without the columns that tell of the subject."""
        if is_masked(request.user):
            return self._with_site_column(request)
        return super().get_list_display(request)  # type: ignore[misc]

    def _with_site_column(self, request: HttpRequest) -> tuple[Any, ...]:
        model_admin: Any = self
        is_needed = model_admin.user_may_view_other_sites(request)
        site = (model_admin.site_code,) if is_needed else ()
        return (*self.masked_list_display[:1], *site, *self.masked_list_display[1:])

    def get_list_display_links(self, request: HttpRequest, list_display: Any) -> Any:
        """None to the form, which a masked account has not."""
        if is_masked(request.user):
            return None
        return super().get_list_display_links(request, list_display)  # type: ignore[misc]

    def get_list_filter(self, request: HttpRequest) -> Any:
        """Without the filters that tell of the subject."""
        if is_masked(request.user):
            model_admin: Any = self
            return model_admin.with_site_filter(request, self.masked_list_filter)
        return super().get_list_filter(request)  # type: ignore[misc]

    def lookup_allowed(self, lookup: str, value: Any, request: Any = None) -> bool:
        """By the filters that are shown, where Django allows every column in an address."""
        if request is not None and is_masked(request.user):
            own = {getattr(item, "parameter_name", "") for item in self.get_list_filter(request)}
            return lookup in own or lookup.partition("__")[0] in self.masked_lookups
        return bool(super().lookup_allowed(lookup, value, request))  # type: ignore[misc]

    def get_search_fields(self, request: HttpRequest) -> Any:
        """None: a search tells of each identifier whether it is the one."""
        return () if is_masked(request.user) else super().get_search_fields(request)  # type: ignore[misc]

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> Any:
        """All, whatever an address asks for."""
        if is_masked(request.user):
            return queryset, False
        return super().get_search_results(request, queryset, search_term)  # type: ignore[misc]
