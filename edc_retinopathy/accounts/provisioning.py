"""Accounts for cameras: a token for the API, and no way into the pages."""

from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.contrib.sites.models import Site
from django.core.exceptions import ValidationError
from django.db import transaction

from edc_retinopathy.logs import events
from edc_retinopathy.logs.events import Event
from edc_retinopathy.models import CameraAccount, longest_user_name

from .role import give_camera_role


@transaction.atomic
def create_camera_account(username: str, site: Site, *, device_id: str = "") -> str:
    """Make the account, with the camera role and at one site; gives its token.

    It has no password that any login accepts. Raises ``ValidationError`` for a name or a device
    that cannot be one, ``IntegrityError`` if the name is taken and ``Role.DoesNotExist``
    before the first migrate.
    """
    if len(username) > longest_user_name():
        # What is longer would be cut in the audit trail, where two accounts could look like one.
        raise ValidationError(
            f"The name has {len(username)} characters; an account's may have at most "
            f"{longest_user_name()}."
        )
    users: Any = get_user_model().objects
    user = get_user_model()(username=username)
    user.clean_fields(exclude=["password"])
    account = CameraAccount(device_id=device_id)
    account.clean_fields(exclude=["user"])
    user = users.create_user(username)
    # clinicedc makes the profile when it saves a user.
    user.userprofile.sites.add(site)
    give_camera_role(user)
    account.user = user
    account.save()
    events.log_on_commit(Event.ACCOUNT_CREATED, account=user.pk, device=device_id, site=site.pk)
    return _new_token(user)


@transaction.atomic
def rotate_token(account: CameraAccount) -> str:
    """Replace the account's token; the old one stops working at once.

    An account that lost its role or its group has both again. Raises ``Role.DoesNotExist`` before
    the first migrate.
    """
    give_camera_role(account.user)
    events.log_on_commit(Event.TOKEN_ROTATED, account=account.user.pk)
    return _new_token(account.user)


@transaction.atomic
def revoke(account: CameraAccount) -> None:
    """Take the token away and close the account; its records stay."""
    _tokens().filter(user=account.user).delete()
    account.user.is_active = False
    account.user.save(update_fields=["is_active"])
    events.log_on_commit(Event.ACCOUNT_REVOKED, account=account.user.pk)


def _new_token(user: Any) -> str:
    _tokens().filter(user=user).delete()
    user.is_active = True
    user.save(update_fields=["is_active"])
    return str(_tokens().create(user=user).key)


def _tokens() -> Any:
    # The REST framework is known to the API alone; the table of its tokens to whoever makes some.
    return apps.get_model("authtoken", "Token").objects
