"""Token authentication whose one query also tells what the account may do and where."""

from typing import Any

from rest_framework import exceptions
from rest_framework.authentication import TokenAuthentication
from rest_framework.authtoken.models import Token
from rest_framework.request import Request

from edc_retinopathy.accounts.sites import current_site_id
from edc_retinopathy.accounts.tokens import user_of_token


class AccessTokenAuthentication(TokenAuthentication):
    """DRF's ``Authorization: Token <key>``; the user comes annotated by ``access``."""

    _site_id: int

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        """The user and token of the request; None without the header; raises if it is wrong."""
        self._site_id = current_site_id(request)
        return super().authenticate(request)

    def authenticate_credentials(self, key: str) -> tuple[Any, Token]:
        """The active user of the token; raises ``AuthenticationFailed``."""
        # PostgreSQL refuses a NUL in a parameter instead of finding nothing.
        user = None if "\x00" in key else user_of_token(key, self._site_id)
        if user is None:
            raise exceptions.AuthenticationFailed("The token is not known.")
        if not user.is_active:
            raise exceptions.AuthenticationFailed("The account is not active.")
        return user, Token(key=key, user=user)
