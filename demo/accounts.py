"""The demo's accounts: people of every role at both sites, and one account for each camera."""

from dataclasses import dataclass

from django.contrib.auth.models import User
from django.contrib.sites.models import Site
from edc_auth.constants import ACCOUNT_MANAGER_ROLE, CLINICIAN_ROLE, STAFF_ROLE
from edc_auth.models import Role, UserProfile
from edc_data_manager.auth_objects import DATA_MANAGER_ROLE
from edc_sites.single_site import SingleSite
from rest_framework.authtoken.models import Token

from demo.sites import ALPHA, BRAVO
from edc_retinopathy.accounts.provisioning import create_camera_account, rotate_token
from edc_retinopathy.auth_objects import (
    RETINOPATHY_GRADER_ROLE,
    RETINOPATHY_ROLE,
    RETINOPATHY_SUPER_ROLE,
)
from edc_retinopathy.models import CameraAccount


@dataclass(frozen=True)
class Account:
    """Someone who logs in to the demo."""

    username: str
    first_name: str
    last_name: str
    description: str
    roles: tuple[str, ...]
    sites: tuple[SingleSite, ...]
    is_superuser: bool = False

    @property
    def password(self) -> str:
        """The same on every machine: the demo listens to its own alone."""
        return f"{self.username}-demo"

    @property
    def site_titles(self) -> str:
        """Where the account works, in words."""
        return ", ".join(str(site.title) for site in self.sites)


def _of_each_role(site: SingleSite, suffix: str) -> tuple[Account, ...]:
    """Those who work at one site."""
    return (
        Account(
            f"clinician{suffix}",
            "Clara",
            "Clinician",
            "makes sessions and reads them",
            (STAFF_ROLE, CLINICIAN_ROLE, RETINOPATHY_ROLE),
            (site,),
        ),
        Account(
            f"grader{suffix}",
            "Grace",
            "Grader",
            "reads sessions and files",
            (STAFF_ROLE, RETINOPATHY_GRADER_ROLE),
            (site,),
        ),
        Account(
            f"super{suffix}",
            "Sam",
            "Super",
            "a clinician who also audits and deletes empty sessions",
            (STAFF_ROLE, CLINICIAN_ROLE, RETINOPATHY_SUPER_ROLE),
            (site,),
        ),
    )


ACCOUNTS = (
    *_of_each_role(ALPHA, ""),
    *_of_each_role(BRAVO, "-bravo"),
    Account(
        "manager",
        "Dana",
        "Manager",
        "data manager: works at the site of the address, reads at both",
        (STAFF_ROLE, DATA_MANAGER_ROLE, RETINOPATHY_SUPER_ROLE),
        (ALPHA, BRAVO),
    ),
    Account(
        "admin",
        "Ada",
        "Admin",
        "superuser: also manages accounts",
        (STAFF_ROLE, ACCOUNT_MANAGER_ROLE, CLINICIAN_ROLE, RETINOPATHY_ROLE),
        (ALPHA, BRAVO),
        is_superuser=True,
    ),
)
# The cameras of each site by their device ids; an account of its own is bound to each.
CAMERAS = (
    (ALPHA, ("CAM-001", "CAM-002", "CAM-003", "CAM-004")),
    (BRAVO, ("CAM-101",)),
)


def make_accounts() -> None:
    """Make the accounts that are missing; leave those that exist as they are."""
    # clinicedc's app of data managers, which is not installed here, would make it.
    Role.objects.get_or_create(
        name=DATA_MANAGER_ROLE, defaults={"display_name": "Data manager", "display_index": 0}
    )
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
            profile = UserProfile.objects.get(user=user)
            profile.sites.set([site.site_id for site in account.sites])
            profile.roles.set(Role.objects.filter(name__in=account.roles))


def camera_tokens(site: SingleSite) -> dict[str, str]:
    """Give the token of each camera of a site by its device id; make what is missing."""
    return {
        device_id: _camera_token(site, device_id)
        for at, device_ids in CAMERAS
        for device_id in device_ids
        if at.site_id == site.site_id
    }


def _camera_token(site: SingleSite, device_id: str) -> str:
    account = CameraAccount.objects.filter(user__username=device_id.lower()).first()
    if account is None:
        # As the command of this name does.
        return create_camera_account(
            device_id.lower(), Site.objects.get(pk=site.site_id), device_id=device_id
        )
    token = Token.objects.filter(user=account.user).first()
    # Without one if somebody tried what revoking does.
    return str(token.key) if token else rotate_token(account)
