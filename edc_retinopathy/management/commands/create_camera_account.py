"""``manage.py create_camera_account``: the account of a camera's client, and its token."""

from argparse import ArgumentParser
from typing import Any

from django.contrib.sites.models import Site
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import IntegrityError
from edc_auth.models import Role

from edc_retinopathy.accounts.provisioning import create_camera_account, revoke, rotate_token
from edc_retinopathy.models import CameraAccount


class Command(BaseCommand):
    """Makes, renews or closes the account of a camera; prints a new token once."""

    help = (
        "Make an account for a camera's client: with the camera role, at one site, unable to log "
        "in to pages. Its token is printed once and cannot be shown again."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which account, and what to do with it."""
        parser.add_argument("name", help="the account's user name")
        parser.add_argument("--site", type=int, help="the id of the site that it works at")
        parser.add_argument("--device", default="", help="the only device_id it may act for")
        renew = parser.add_mutually_exclusive_group()
        renew.add_argument(
            "--rotate", action="store_true", help="replace its token; the old one stops working"
        )
        renew.add_argument("--revoke", action="store_true", help="close the account")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it, and say the token or what is wrong."""
        if options["revoke"]:
            revoke(self._account(options["name"]))
            self.stdout.write(f"The account {options['name']} is closed.")
            return
        try:
            if options["rotate"]:
                token = self._rotate(self._account(options["name"]))
            else:
                token = self._create(options["name"], options["site"], options["device"])
        except Role.DoesNotExist:
            raise CommandError("The camera role is missing: run migrate first.") from None
        self.stdout.write(f"Token of {options['name']} (shown only now): {token}")

    def _rotate(self, account: CameraAccount) -> str:
        if not account.user.is_active:
            self.stdout.write(f"The account {account} was closed and is open again.")
        return rotate_token(account)

    def _account(self, name: str) -> CameraAccount:
        try:
            return CameraAccount.objects.select_related("user").get(user__username=name)
        except CameraAccount.DoesNotExist:
            raise CommandError(f"There is no camera account {name}.") from None

    def _create(self, name: str, site_id: int | None, device_id: str) -> str:
        site = Site.objects.filter(pk__in=[site_id]).first() if site_id else None
        if site is None:
            ids = ", ".join(map(str, Site.objects.order_by("pk").values_list("pk", flat=True)))
            raise CommandError(f"--site must be the id of a site. Expected one of: {ids}.")
        try:
            return create_camera_account(name, site, device_id=device_id)
        except ValidationError as e:
            raise CommandError("; ".join(e.messages)) from None
        except IntegrityError:
            raise CommandError(
                f"The name {name} is taken. For a camera account: --rotate or --revoke."
            ) from None
