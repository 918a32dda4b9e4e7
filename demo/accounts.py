"""The demo's accounts: people who log in, and the account that cameras present a token of."""

from dataclasses import dataclass

from django.contrib.auth.models import User
from edc_auth.constants import ACCOUNT_MANAGER_ROLE, CLINICIAN_ROLE, STAFF_ROLE
from edc_auth.models import Role, UserProfile
from rest_framework.authtoken.models import Token

from demo.sites import ALPHA, BRAVO
from edc_retinopathy.auth_objects import (
    RETINOPATHY_CAMERA_ROLE,
    RETINOPATHY_GRADER_ROLE,
    RETINOPATHY_ROLE,
)


@dataclass(frozen=True)
class Account:
    """Someone who logs in to the demo."""

    username: str
    password: str
    first_name: str
    last_name: str
    roles: tuple[str, ...]
    site_ids: tuple[int, ...] = (ALPHA.site_id,)
    is_superuser: bool = False


ACCOUNTS = (
    Account(
        "clinician",
        "clinician-demo",
        "Clara",
        "Clinician",
        (STAFF_ROLE, CLINICIAN_ROLE, RETINOPATHY_ROLE),
    ),
    Account("grader", "grader-demo", "Grace", "Grader", (STAFF_ROLE, RETINOPATHY_GRADER_ROLE)),
    Account(
        "admin",
        "admin-demo",
        "Ada",
        "Admin",
        (STAFF_ROLE, ACCOUNT_MANAGER_ROLE, CLINICIAN_ROLE, RETINOPATHY_ROLE),
        site_ids=(ALPHA.site_id, BRAVO.site_id),
        is_superuser=True,
    ),
)
CAMERA_USERNAME = "camera"


def make_accounts() -> None:
    """Make the accounts that are missing; leave those that exist as they are."""
    for account in ACCOUNTS:
        if not User.objects.filter(username=account.username).exists():
            user = User.objects.create_user(
                account.username,
                password=account.password,
                first_name=account.first_name,
                last_name=account.last_name,
                email=f"{account.username}@example.com",
                is_staff=True,
                is_superuser=account.is_superuser,
            )
            _admit(user, account.roles, account.site_ids)


def camera_token() -> str:
    """Give the token of the cameras' account, which nobody can log in to; make both if needed."""
    user, created = User.objects.get_or_create(
        username=CAMERA_USERNAME, defaults={"first_name": "Fundus", "last_name": "Camera"}
    )
    if created:
        user.set_unusable_password()
        user.save()
        _admit(user, (RETINOPATHY_CAMERA_ROLE,), (ALPHA.site_id,))
    return str(Token.objects.get_or_create(user=user)[0].key)


def _admit(user: User, role_names: tuple[str, ...], site_ids: tuple[int, ...]) -> None:
    """Give a user roles, and with them their groups, at sites."""
    profile = UserProfile.objects.get(user=user)
    profile.sites.set(site_ids)
    profile.roles.set(Role.objects.filter(name__in=role_names))
