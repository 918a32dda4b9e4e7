"""Who may see a page: what all views for people ask."""

from typing import Any

from django.contrib.auth.mixins import LoginRequiredMixin, PermissionRequiredMixin
from django.http import HttpRequest
from django.utils.functional import cached_property

from edc_retinopathy.accounts.sites import readable_site_ids_of_page

from .masking import MaskingMixin


class AccountMixin(MaskingMixin, LoginRequiredMixin, PermissionRequiredMixin):
    """Anonymous: to the login. No permission: 403."""

    request: HttpRequest

    def handle_no_permission(self) -> Any:
        """Refuse an account; send only the anonymous to the login."""
        self.raise_exception = self.request.user.is_authenticated
        return super().handle_no_permission()

    @cached_property
    def site_ids(self) -> tuple[int, ...]:
        """The sites that the account may read; asked once for each request."""
        return readable_site_ids_of_page(self.request)
