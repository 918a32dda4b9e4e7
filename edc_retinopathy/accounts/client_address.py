"""Where a request came from."""

from ipaddress import ip_address
from typing import Any


def client_address(request: Any) -> str | None:
    """The peer's IP address, as the server gives it; None over a Unix socket.

    Behind a proxy the server must be told to put the client's address there; a header that
    any client can send is not believed.
    """
    try:
        return str(ip_address(request.META.get("REMOTE_ADDR", "")))
    except ValueError:
        return None
