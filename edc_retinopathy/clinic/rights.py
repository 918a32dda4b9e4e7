"""What an account may do at the current site: only that is offered."""

from dataclasses import dataclass
from typing import Any

from edc_retinopathy.accounts.personal_data import may_see_initials
from edc_retinopathy.accounts.sites import current_site_id, writable_site_ids
from edc_retinopathy.auth_objects import (
    ADD_SESSION,
    CHANGE_FINDING,
    CHANGE_REFUSAL,
    CHANGE_SESSION,
    VIEW_FINDINGS,
    VIEW_REFUSALS,
)
from edc_retinopathy.project.mounting import admin_index


@dataclass(frozen=True, slots=True, kw_only=True)
class Rights:
    """Asked once for each page. Without the app's admin site there is nothing to do it with."""

    site_id: int
    sees_initials: bool
    sees_findings: bool
    sees_refusals: bool
    has_admin: bool = False
    adds: bool = False
    changes: bool = False
    resolves: bool = False
    answers: bool = False

    def at(self, site_id: int | None) -> bool:
        """Whether a record of a site is the current site's, where alone anything is done."""
        return site_id == self.site_id


def rights_of(request: Any) -> Rights:
    """The rights of the account that asks, at the site that it came to."""
    user = request.user
    site_id = current_site_id(request)
    has_admin = bool(admin_index()) and user.is_staff
    works_here = has_admin and bool(writable_site_ids(user, site_id))
    return Rights(
        site_id=site_id,
        sees_initials=may_see_initials(user),
        sees_findings=user.has_perm(VIEW_FINDINGS),
        sees_refusals=user.has_perm(VIEW_REFUSALS),
        has_admin=has_admin,
        adds=works_here and user.has_perm(ADD_SESSION),
        changes=works_here and user.has_perm(CHANGE_SESSION),
        resolves=works_here and user.has_perm(CHANGE_FINDING),
        answers=works_here and user.has_perm(CHANGE_REFUSAL),
    )
