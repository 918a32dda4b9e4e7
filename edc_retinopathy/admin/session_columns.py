"""What the list of sessions and a session's page show of it beside its fields."""

from typing import Any

from django.contrib import admin
from django.db.models import Q
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from edc_retinopathy.models import CameraSession, Refusal
from edc_retinopathy.sessions.state import ELIGIBILITY_TONES, SessionState

from .problems import files_with_findings, severe_findings, shown_findings
from .session_pages import MASK

# Of a session's form; the list has all of them.
MOST_REFUSALS = 20
# From a finding to its session.
PATH = "session_file__camera_session_id"


class SessionColumnsMixin:
    """Columns; in a list they ask the database nothing more."""

    get_empty_value_display: Any

    @admin.display(description=_("Subject"))
    def subject(self, obj: CameraSession) -> str:
        """Who is examined, with the details copied when the session was saved."""
        return self._who(obj, obj.initials or self.get_empty_value_display())

    @admin.display(description=_("Subject"))
    def masked_subject(self, obj: CameraSession) -> str:
        """The same for accounts that may not see the initials."""
        return self._who(obj, MASK)

    def _who(self, obj: CameraSession, initials: str) -> str:
        age = self.get_empty_value_display() if obj.age_in_years is None else obj.age_in_years
        parts = (obj.subject_identifier, obj.get_gender_display(), age, initials)
        return " · ".join(map(str, parts))

    @admin.display(description=_("Eligible"))
    def eligible(self, obj: CameraSession) -> str:
        """Yes, no or unanswered, by the screening."""
        eligibility = SessionState.of(obj).eligibility
        tone = ELIGIBILITY_TONES[eligibility]
        return format_html('<span class="{}">{}</span>', tone, eligibility.label)

    @admin.display(description=_("Files"))
    def progress(self, obj: CameraSession) -> str:
        """What is expected, each here or missing."""
        state = SessionState.of(obj)
        expected = [(needed.label, needed in state.missing) for needed in state.expected]
        return render_to_string("edc_retinopathy/admin/progress.html", {"expected": expected})

    @admin.display(description=_("State"))
    def state(self, obj: CameraSession) -> str:
        """The one word; what it means and what to do is said when it is pointed at."""
        state = SessionState.of(obj, problems=severe_findings(obj, PATH))
        return format_html(
            '<span class="{}" title="{}">{}</span>', state.tone, state.advice, state.label
        )

    @admin.display(description=_("State"))
    def state_and_advice(self, obj: CameraSession) -> str:
        """The word, and beside it what it means and what to do."""
        state = SessionState.of(obj, problems=severe_findings(obj, PATH))
        return format_html('<span class="{}">{}</span>. {}', state.tone, state.label, state.advice)

    @admin.display(description=_("Stored files"))
    def stored_files(self, obj: CameraSession) -> str:
        """The files, each with links to view and to download it."""
        return render_to_string(
            "edc_retinopathy/admin/stored_files.html",
            {"files": files_with_findings(obj.files.order_by("file_type", "received_datetime"))},
        )

    @admin.display(description=_("Refused uploads"))
    def open_refusals(self, obj: CameraSession) -> str:
        """What is refused of the session, or of its subject at its site, and not answered yet."""
        about = Q(camera_session=obj) | Q(subject_identifier=obj.subject_identifier)
        refusals = Refusal.objects.open().filter(about, site_id=obj.site_id)
        return render_to_string(
            "edc_retinopathy/admin/refusals.html", {"refusals": refusals[:MOST_REFUSALS]}
        )

    @admin.display(description=_("Findings"))
    def findings(self, obj: CameraSession) -> Any:
        """How many findings in the files nobody has answered, by severity."""
        return shown_findings(obj, PATH)
