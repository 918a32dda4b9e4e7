"""What pages are asked with, and what they are asked about."""

from collections.abc import Callable
from itertools import count
from typing import Any

import pytest
from django.contrib.auth.models import User

from edc_retinopathy.choices import FindingCode, Severity
from edc_retinopathy.models import Finding, Refusal, SessionFile
from tests import factories
from tests.admin.pages import logged_in


@pytest.fixture
def browser(clinician: User) -> Any:
    """A clinician's, of site alpha."""
    return logged_in(clinician)


@pytest.fixture
def refuse(db: None) -> Callable[..., Refusal]:
    """Makes refusals at site alpha."""
    numbers = count(1)

    def make(subject_identifier: str, code: str = "no_session", **fields: Any) -> Refusal:
        return Refusal.objects.create(
            **{
                "cause": f"cause {next(numbers)}",
                "username": "camera",
                "device_id": "CAM-1",
                "site_id": factories.ALPHA_SITE,
                "endpoint": "resolve",
                "subject_identifier": subject_identifier,
                "code": code,
                "message": "A sentence.",
                **fields,
            }
        )

    return make


def find(
    file: SessionFile,
    code: FindingCode = FindingCode.PATIENT_MISMATCH,
    severity: Severity = Severity.SEVERE,
) -> Finding:
    """A finding in a file."""
    return Finding.objects.create(
        session_file=file, code=code, severity=severity, message="What it says."
    )
