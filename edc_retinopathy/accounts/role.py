"""The role of cameras: clinicedc derives an account's groups from its roles, again and again.

After each migrate it takes all groups from every account and gives back those of the roles. An
account in the camera group alone would lose its rights then.
"""

from typing import Any

from django.contrib.auth import get_user_model
from django.db import connection, transaction
from edc_auth.models import Role

from edc_retinopathy.auth_objects import RETINOPATHY_CAMERA, RETINOPATHY_CAMERA_ROLE
from edc_retinopathy.models import CameraAccount


def give_camera_role(user: Any) -> None:
    """Give the user the camera role, and with it the group.

    Raises ``Role.DoesNotExist`` where the first migrate has not made the role and its group.
    """
    role = Role.objects.get(name=RETINOPATHY_CAMERA_ROLE, groups__name=RETINOPATHY_CAMERA)
    user.userprofile.roles.add(role)
    # clinicedc adds groups for a new role only; the account may have had it before.
    user.groups.add(*role.groups.all())


@transaction.atomic
def give_camera_roles(*args: Any) -> None:
    """Give the role to open camera accounts that have the group alone; ``edc_auth`` calls this.

    One that has neither lost both by a person or by an earlier refresh, and stays as it is: a
    camera that somebody shut out must not come back with a migrate.
    """
    # Another app's migrate may come before our first, or after ours were undone.
    table = CameraAccount._meta.db_table  # noqa: SLF001 - Django's documented API
    if table not in connection.introspection.table_names():
        return
    users: Any = get_user_model().objects
    for user in users.filter(
        is_active=True, camera_account__isnull=False, groups__name=RETINOPATHY_CAMERA
    ).exclude(userprofile__roles__name=RETINOPATHY_CAMERA_ROLE):
        give_camera_role(user)
