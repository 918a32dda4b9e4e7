"""Which account may call which endpoint."""

from typing import Any

from rest_framework import exceptions
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.views import APIView

from edc_retinopathy import conf
from edc_retinopathy.accounts.masking import is_masked
from edc_retinopathy.accounts.tokens import PERMISSION_ANNOTATIONS
from edc_retinopathy.auth_objects import ADD_FILES, GROUP_THAT_GRANTS, ROLE_OF_GROUP, VIEW_SUBJECT

MASKED = (
    f"The account reads masked: it lacks the permission {VIEW_SUBJECT}, which would tell it whose "
    "session is whose."
)


class HasEndpointPermission(IsAuthenticated):
    """Holds an account to the view's ``required_permissions``; says which ones are missing."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """True, or False if not authenticated; raises ``PermissionDenied`` with the reason."""
        if not super().has_permission(request, view):
            return False
        required: tuple[str, ...] = getattr(view, "required_permissions", ())
        missing = [name for name in required if not _is_granted(request.user, name)]
        if missing:
            raise exceptions.PermissionDenied(_sentence(missing))
        if getattr(view, "names_a_subject", False) and _is_masked(request.user):
            raise exceptions.PermissionDenied(MASKED)
        return True


def _sentence(missing: list[str]) -> str:
    """What the account lacks, and the group that would give it."""
    what = f"permission {missing[0]}" if len(missing) == 1 else f"permissions {', '.join(missing)}"
    group = GROUP_THAT_GRANTS[missing[0]]
    return (
        f"The account lacks the {what}. The group {group} grants it; "
        f"the role {ROLE_OF_GROUP[group]} gives the group."
    )


def _is_masked(user: Any) -> bool:
    """True for a masked account that is no camera: a camera is told whom to examine."""
    return conf.mask_readers() and not _is_granted(user, ADD_FILES) and is_masked(user)


def _is_granted(user: Any, permission: str) -> bool:
    granted = getattr(user, PERMISSION_ANNOTATIONS[permission], None)
    return bool(user.has_perm(permission) if granted is None else granted)
