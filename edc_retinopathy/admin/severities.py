"""Severities as pages set them off; each has its word, so that colour is never alone."""

from typing import Any

from django.utils.html import format_html

from edc_retinopathy.choices import Severity
from edc_retinopathy.models import Finding

TONES = {
    Severity.SEVERE: "retinopathy-no",
    Severity.WARNING: "retinopathy-unanswered",
    Severity.HINT: "retinopathy-hint",
}


def severity_text(finding: Finding) -> str:
    """The severity of a finding."""
    severity = Severity(finding.severity)
    return format_html('<span class="{}">{}</span>', TONES[severity], severity.label)


def severity_counts(counts: dict[str, int]) -> Any:
    """How many findings of each severity, the most severe first; a dash if there are none."""
    parts = [
        format_html(
            '<span class="{}">{} {}</span>', TONES[severity], count, str(severity.label).lower()
        )
        for severity in reversed(Severity)
        if (count := counts.get(severity.value, 0))
    ]
    return format_html(", ".join(["{}"] * len(parts)), *parts) if parts else "-"
