"""Camera accounts: listed here, made by ``manage.py create_camera_account``."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from edc_retinopathy.accounts.sites import site_title
from edc_retinopathy.admin_site import edc_retinopathy_admin
from edc_retinopathy.models import CameraAccount

from .mixins import ReadOnlyAdminMixin, RetinopathyModelAdmin


@admin.register(CameraAccount, site=edc_retinopathy_admin)
class CameraAccountAdmin(ReadOnlyAdminMixin, RetinopathyModelAdmin):
    """Which accounts are cameras, and the device each is bound to; never a token."""

    site_lookup = "user__userprofile__sites"
    site_list_display_insert_pos = 99
    list_display = ("user", "device_id", "is_active", "created")
    search_fields = ("user__username", "device_id")
    fields = readonly_fields = ("user", "device_id", "is_active", "created", "user_created")

    def get_queryset(self, request: HttpRequest) -> Any:
        """Each account once, however many of its sites are readable."""
        return super().get_queryset(request).distinct()

    def with_list_columns(self, queryset: Any) -> Any:
        """With the user and the sites."""
        users = queryset.select_related("user__userprofile")
        return users.prefetch_related("user__userprofile__sites__siteprofile")

    @admin.display(description=_("Sites"))
    def site_code(self, obj: CameraAccount | None = None) -> str:
        """The sites of the account's profile."""
        user: Any = obj and obj.user
        sites = user.userprofile.sites.all() if user else ()
        return ", ".join(site_title(site) for site in sites)

    @admin.display(boolean=True)
    def is_active(self, obj: CameraAccount) -> bool:
        """False once the account is revoked."""
        return bool(obj.user.is_active)
