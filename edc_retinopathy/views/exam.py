"""The viewer: an exam's pictures side by side, with what is known of them."""

from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext
from django.views.generic.base import TemplateResponseMixin

from edc_retinopathy.accounts.masking import exam_reference, is_masked
from edc_retinopathy.choices import ContentType, Eye
from edc_retinopathy.models import CameraSession, SessionFile
from edc_retinopathy.previews.pictures import can_be_shown, frame_count

from .exam_data import script_data
from .exam_lists import HAS_PICTURES, PARAMETER, neighbours
from .exam_pictures import EARLIER_PREFIX, Exam, exam_of
from .looks import record_looks
from .pages import Crumb, PageMixin

# The address's name for the session beside this one, and all that leads on from page to page.
EARLIER = "earlier"
KEPT = {PARAMETER, EARLIER, *(f"{p}{eye.value}" for p in ("", EARLIER_PREFIX) for eye in Eye)}
# So many are offered to be put beside this one.
MOST_EARLIER = 20
# Of a report that is long, the rest is in the download.
MOST_PAGES = 30


class ExamPage(TemplateResponseMixin, PageMixin):
    """Both eyes of an exam, and those of an earlier one if it is asked for.

    ``?right=`` and ``?left=`` name the pictures that are shown, ``?earlier=`` a session of the same
    subject, with ``?earlier-right=`` and ``?earlier-left=``, and ``?list=`` the list that one came
    from. What makes no sense is as if it were not there.
    """

    http_method_names = ["get", "head"]
    template_name = "edc_retinopathy/exam.html"
    is_for_masked = True
    session: CameraSession

    def get(self, request: HttpRequest, pk: Any) -> HttpResponseBase:
        """The page; every picture that it shows was looked at."""
        self.session = self.get_session(pk)
        context = self.get_context_data()
        if request.method == "GET":
            shown = [pane.picture.file for pane in context["panes"] if pane.picture]
            record_looks(request, list(dict.fromkeys(shown)))
        return self.render_to_response(context)

    def get_title(self) -> str:
        """Names the exam; for a masked account by its key."""
        if is_masked(self.request.user):
            return gettext("Exam %s") % exam_reference(self.session.pk)
        return str(self.session)

    def get_crumbs(self) -> Sequence[Crumb]:
        """The session, unless it would tell who is examined, and its pictures."""
        if is_masked(self.request.user):
            return [Crumb(self.get_title())]
        return [Crumb(self.session, self.session.get_page_url()), Crumb(gettext("Pictures"))]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The exams, their panes, and what leads on from here."""
        masked = is_masked(self.request.user)
        earlier_sessions = list(self._earlier_sessions())
        exams = list(self._exams(earlier_sessions))
        panes = [pane for exam in exams for pane in exam.panes]
        pictures = [picture for exam in exams for picture in exam.pictures]
        return super().get_context_data(
            session=self.session,
            is_masked=masked,
            exam_reference=exam_reference(self.session.pk),
            exams=exams,
            panes=panes,
            earlier_sessions=earlier_sessions,
            reports=[] if masked else [_report(file) for file in exams[0].reports],
            neighbours=neighbours(self.request, self.session),
            strips=[self._strip(exam) for exam in exams],
            asked_list=self.request.GET.get(PARAMETER, ""),
            data=script_data(panes, pictures),
            **kwargs,
        )

    def _exams(self, earlier_sessions: list[CameraSession]) -> Iterator[Exam]:
        yield exam_of(self.session, chosen=self._chosen())
        asked = _uuid(self.request.GET.get(EARLIER))
        for session in earlier_sessions:
            if session.pk == asked:
                yield exam_of(session, chosen=self._chosen(EARLIER_PREFIX), is_earlier=True)

    def _chosen(self, prefix: str = "") -> dict[Eye, UUID]:
        asked = {eye: _uuid(self.request.GET.get(f"{prefix}{eye.value}")) for eye in Eye}
        return {eye: pk for eye, pk in asked.items() if pk}

    def _earlier_sessions(self) -> Any:
        """Those of the same subject, at the sites of the account, that have pictures."""
        return (
            CameraSession.objects.visible_at(self.site_ids)
            .filter(
                HAS_PICTURES,
                registered_subject_id=self.session.registered_subject_id,
                report_datetime__lt=self.session.report_datetime,
            )
            .defer("initials")
            .order_by("-report_datetime")[:MOST_EARLIER]
        )

    def _strip(self, exam: Exam) -> dict[str, Any]:
        """The pictures of an exam, each with the addresses that show it as one eye or the other."""
        kept = {name: value for name, value in self.request.GET.items() if name in KEPT}
        rows = [
            (
                picture,
                [
                    (pane, urlencode({**kept, pane.key: picture.file.pk}), pane.picture is picture)
                    for pane in exam.panes
                ],
            )
            for picture in exam.pictures
        ]
        return {"exam": exam, "rows": rows}


def _report(file: SessionFile) -> dict[str, Any]:
    """A report as the page shows it: a copy in a frame, or its pages as pictures."""
    is_pdf = file.file_content_type == ContentType.PDF
    count = frame_count(file) if is_pdf and can_be_shown(file) else 0
    return {
        "file": file,
        "is_html": file.file_content_type == ContentType.HTML,
        "pages": [
            file.get_rendering_url("screen", frame=page)
            for page in range(1, min(count, MOST_PAGES) + 1)
        ],
        "more_pages": max(count - MOST_PAGES, 0),
    }


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text or "")
    except ValueError:
        return None
