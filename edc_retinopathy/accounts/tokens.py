"""What an API token says of an account, asked in one query."""

from collections.abc import Callable
from functools import cache
from typing import Any

from django.contrib.auth import get_user_model
from django.core.exceptions import ObjectDoesNotExist
from django.db.models import (
    BooleanField,
    CharField,
    Exists,
    ExpressionWrapper,
    F,
    IntegerField,
    OuterRef,
    Q,
)

from edc_retinopathy.auth_objects import ADD_FILES, VIEW_SESSIONS
from edc_retinopathy.models import Refusal
from edc_retinopathy.models.prepared import Parameter, PreparedQuery

MODEL_BACKEND = "django.contrib.auth.backends.ModelBackend"
# The permissions that the API asks for, and the annotations that answer.
PERMISSION_ANNOTATIONS = {VIEW_SESSIONS: "may_view_sessions", ADD_FILES: "may_add_files"}


def user_of_token(key: str, site_id: int) -> Any:
    """The user of an API token, with what the API asks of one; None if there is none.

    A single query answers all of it, in attributes of the user: ``may_view_sessions`` and
    ``may_add_files`` (granted to the user, by a group or by being a superuser), ``has_site``
    (may work at this site), ``is_multisite_viewer``, ``bound_device_id`` and ``has_refusals``
    (which a success may close).
    """
    return _query_of_token().first(token=key, site_id=site_id)


@cache
def _query_of_token() -> PreparedQuery[Any]:
    users: Any = get_user_model().objects
    granted = {
        name: Exists(users.with_perm(permission, backend=MODEL_BACKEND).filter(pk=OuterRef("pk")))
        for permission, name in PERMISSION_ANNOTATIONS.items()
    }
    site_id = Parameter("site_id", IntegerField())
    in_profile = Exists(users.filter(pk=OuterRef("pk"), userprofile__sites__pk=site_id))
    return PreparedQuery(
        users.filter(auth_token__key=Parameter("token", CharField())).annotate(
            has_site=ExpressionWrapper(
                Q(is_superuser=True) | Q(in_profile), output_field=BooleanField()
            ),
            is_multisite_viewer=F("userprofile__is_multisite_viewer"),
            bound_device_id=F("camera_account__device_id"),
            has_refusals=Exists(Refusal.objects.closable().filter(account_id=OuterRef("pk"))),
            **granted,
        )
    )


def conditions_of_token(token: Any, site_id: Any) -> dict[str, Exists]:
    """Whether a token is still good for an upload at a site, as annotations of whatever is asked.

    ``is_token_known``: it is that of an active account; ``may_add_files`` and ``has_site`` as in
    :func:`user_of_token`. Both arguments are expressions.
    """
    users: Any = get_user_model().objects
    active = users.filter(auth_token__key=token, is_active=True)
    may_add_files = users.with_perm(ADD_FILES, backend=MODEL_BACKEND)
    at_site = Q(is_superuser=True) | Q(userprofile__sites__pk=site_id)
    return {
        "is_token_known": Exists(active),
        "may_add_files": Exists(may_add_files.filter(auth_token__key=token)),
        "has_site": Exists(active.filter(at_site)),
    }


def known_of_user(user: Any, name: str, ask: Callable[[], Any]) -> Any:
    """What :func:`user_of_token` already knows of the user, or else what ``ask`` says.

    None where ``ask`` meets a record that the user does not have.
    """
    if hasattr(user, name):
        return getattr(user, name)
    try:
        return ask()
    except ObjectDoesNotExist:
        return None
