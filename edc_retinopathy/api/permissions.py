"""Which account may call which endpoint."""

from typing import Any

from rest_framework import exceptions
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.views import APIView

from edc_retinopathy import access
from edc_retinopathy.auth_objects import GROUP_THAT_GRANTS


class HasEndpointPermission(IsAuthenticated):
    """Holds an account to the view's ``required_permission``; says which one is missing."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """True, or False if not authenticated; raises ``PermissionDenied`` with the reason."""
        if not super().has_permission(request, view):
            return False
        permission: str | None = getattr(view, "required_permission", None)
        if permission is None or _is_granted(request.user, permission):
            return True
        raise exceptions.PermissionDenied(
            f"The account lacks the permission {permission}. "
            f"The group {GROUP_THAT_GRANTS[permission]} grants it."
        )


def _is_granted(user: Any, permission: str) -> bool:
    granted = getattr(user, access.PERMISSION_ANNOTATIONS[permission], None)
    return bool(user.has_perm(permission) if granted is None else granted)
