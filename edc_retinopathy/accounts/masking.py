"""Masked reading: who looks at pictures without being told whose they are.

A masked account sees no identifier, initials, age or sex, no name of a file, no report, and no file
as the camera sent it: its header and its name carry the identifier.
"""

from typing import Any

from edc_retinopathy import conf
from edc_retinopathy.auth_objects import VIEW_SUBJECT


def is_masked(user: Any) -> bool:
    """True if the account is not to know who is examined.

    That is every account without ``view_subject``, while ``EDC_RETINOPATHY_MASK_READERS`` is on.
    """
    return conf.mask_readers() and not user.has_perm(VIEW_SUBJECT)


def exam_reference(pk: Any) -> str:
    """What an exam is called where its subject is not named: the beginning of its key."""
    return str(pk).partition("-")[0].upper()
