"""Accounts for cameras: a token for the API, and no way into the pages."""

from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.contrib.sites.models import Site
from django.db import transaction
from rest_framework.authtoken.models import Token

from edc_retinopathy.auth_objects import RETINOPATHY_CAMERA
from edc_retinopathy.models import CameraAccount


@transaction.atomic
def create_camera_account(username: str, site: Site, *, device_id: str = "") -> str:
    """Make the account, in the camera group and at one site; gives its token.

    It has no password that any login accepts. Raises ``ValidationError`` for a name or a device
    that cannot be one, ``IntegrityError`` if the name is taken and ``Group.DoesNotExist``
    before the first migrate.
    """
    users: Any = get_user_model().objects
    user = get_user_model()(username=username)
    user.clean_fields(exclude=["password"])
    account = CameraAccount(device_id=device_id)
    account.clean_fields(exclude=["user"])
    user = users.create_user(username)
    user.groups.add(Group.objects.get(name=RETINOPATHY_CAMERA))
    # clinicedc makes the profile when it saves a user.
    user.userprofile.sites.add(site)
    account.user = user
    account.save()
    return _new_token(user)


@transaction.atomic
def rotate_token(account: CameraAccount) -> str:
    """Replace the account's token; the old one stops working at once."""
    return _new_token(account.user)


@transaction.atomic
def revoke(account: CameraAccount) -> None:
    """Take the token away and close the account; its records stay."""
    Token.objects.filter(user=account.user).delete()
    account.user.is_active = False
    account.user.save(update_fields=["is_active"])


def _new_token(user: Any) -> str:
    Token.objects.filter(user=user).delete()
    user.is_active = True
    user.save(update_fields=["is_active"])
    return str(Token.objects.create(user=user).key)
