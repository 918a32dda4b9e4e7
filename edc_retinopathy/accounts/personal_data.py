"""Who may see what tells who a subject is."""

from typing import Any

from edc_auth.constants import PII, PII_VIEW


def may_see_initials(user: Any) -> bool:
    """True for members of clinicedc's groups for personal data, as in its own lists of subjects."""
    return bool(user.groups.filter(name__in=[PII, PII_VIEW]).exists())
