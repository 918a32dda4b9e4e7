"""Which camera an account acts for."""

from typing import Any

from edc_retinopathy.errors import NotPermitted

from .tokens import known_of_user


def device_id_for(user: Any, *named: str) -> str:
    """The device that the account acts for: the one it is bound to, else the first one named.

    Raises ``NotPermitted`` if the account is bound to one device and another is named.
    """
    bound = known_of_user(user, "bound_device_id", lambda: user.camera_account.device_id)
    given = [name for name in named if name]
    if bound and any(name != bound for name in given):
        raise NotPermitted("The account is bound to one camera and may not act for another.")
    return bound or next(iter(given), "")
