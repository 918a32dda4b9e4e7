"""Camera accounts: listed here, made by ``manage.py create_camera_account``."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

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
    list_select_related = ("user",)
    fields = readonly_fields = ("user", "device_id", "is_active", "created", "user_created")

    def get_queryset(self, request: HttpRequest) -> Any:
        """Each account once, however many of its sites are readable."""
        return super().get_queryset(request).distinct()

    @admin.display(boolean=True)
    def is_active(self, obj: CameraAccount) -> bool:
        """False once the account is revoked."""
        return bool(obj.user.is_active)
