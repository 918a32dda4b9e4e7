"""The API with its schema served."""

import importlib
from collections.abc import Iterator
from types import ModuleType

import pytest
from django.urls import clear_url_caches, include, path
from pytest_django import Settings

from edc_retinopathy.api import urls as api_urls


@pytest.fixture
def schema_served(settings: Settings) -> Iterator[None]:
    """``EDC_RETINOPATHY_SERVE_SCHEMA`` is on, which the URLs read when they are loaded."""
    settings.EDC_RETINOPATHY_SERVE_SCHEMA = True
    project = ModuleType("project_that_serves_the_schema")
    project.urlpatterns = [path("api/", include(importlib.reload(api_urls)))]
    settings.ROOT_URLCONF = project
    clear_url_caches()
    yield
    settings.EDC_RETINOPATHY_SERVE_SCHEMA = False
    importlib.reload(api_urls)
    clear_url_caches()
