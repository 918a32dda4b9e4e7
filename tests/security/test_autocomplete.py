"""The admin's autocomplete: for the one field that a form looks up, and clean for all else."""

from collections.abc import Iterator

import pytest
from django.apps import apps
from django.urls import reverse

from tests.security.test_every_url import ADMIN, AUTOCOMPLETE_QUERY, ROLES
from tests.security.world import World

HOSTILE = [
    {"to_field": "initials"},
    {"to_field": "subject_identifier"},
    {"to_field": "no_such_field"},
    {"to_field": "camera_sessions"},
    {"term": "\x00"},
    {"term": "'\"%_\\"},
    {"term": "a " * 3000},
    {"page": "0"},
    {"page": "-1"},
    {"page": "last"},
    {"page": "9" * 400},
    {"page": "\x00"},
    {"field_name": "registered_subject\x00"},
    {"model_name": "\x00"},
    {"app_label": ""},
]


def fields() -> Iterator[tuple[str, str, str]]:
    """Every field of every model of ours and of clinicedc's subjects, reverse ones too."""
    for label in ("edc_retinopathy", "edc_registration"):
        for model in apps.get_app_config(label).get_models():
            for field in model._meta.get_fields(include_hidden=True):
                yield label, model._meta.model_name or "", field.name


@pytest.mark.parametrize("role", ROLES)
def test_no_other_field_is_looked_up(world: World, role: str) -> None:
    browser = world.browser(role)
    # To the login, or refused.
    expected = 302 if role in {"anonymous", "camera"} else 403
    asked = set(fields()) - {("edc_retinopathy", "camerasession", "registered_subject")}
    assert len(asked) > 100
    for app_label, model_name, field_name in asked:
        query = {"app_label": app_label, "model_name": model_name, "field_name": field_name}
        response = browser.get(reverse(f"{ADMIN}:autocomplete"), query)
        assert response.status_code == expected, query


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("hostile", HOSTILE, ids=lambda query: str(query)[:40])
def test_a_hostile_query_is_no_fault_and_shows_nothing(
    world: World, role: str, hostile: dict[str, str]
) -> None:
    address = reverse(f"{ADMIN}:autocomplete")
    response = world.browser(role).get(address, {**AUTOCOMPLETE_QUERY, **hostile})
    assert response.status_code in {200, 302, 403, 404}
    at_home = role == "stranger"
    for mark in world.bravo.marks:
        assert at_home or mark not in response.content.decode()
