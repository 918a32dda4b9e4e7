"""From the list of sessions to their pictures and, there, on to the next of the list."""

from copy import copy
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.http import HttpRequest, QueryDict
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from edc_retinopathy.accounts.masking import exam_reference, is_masked
from edc_retinopathy.models import CameraSession

from .large_lists import WITHOUT_ROWS

# What is no part of a list's order: the page, and showing all of them.
OF_THE_PAGE = ("p", "all")


class ExamLinksMixin:
    """A column that leads to the viewer, which is told of the list by its filters and order."""

    def get_list_display(self, request: HttpRequest) -> Any:
        """With the column behind the first, which a masked account is not shown."""
        columns = super().get_list_display(request)  # type: ignore[misc]
        place = 0 if is_masked(request.user) else 1
        return (*columns[:place], exam_column(request), *columns[place:])

    def sessions_of_list(self, request: HttpRequest, query: QueryDict) -> tuple[Any, list[Any]]:
        """The sessions of the list that such a query asks for, and the columns that order them.

        As the account of the request may see it. Raises what the list raises for a query that
        makes no sense.
        """
        asked: Any = copy(request)
        asked.GET = query
        vars(asked)[WITHOUT_ROWS] = True
        model_admin: Any = self
        changelist = model_admin.get_changelist_instance(asked)
        return changelist.queryset, changelist.get_ordering(asked, changelist.queryset)


def exam_column(request: HttpRequest) -> Any:
    """The column for the list that the request asks for."""
    kept = request.GET.copy()
    for name in OF_THE_PAGE:
        kept.pop(name, None)
    reference = urlencode({"list": f"all?{kept.urlencode()}"}) if kept else ""
    masked = is_masked(request.user)

    @admin.display(description=_("Exam") if masked else _("Pictures"))
    def exam(obj: CameraSession) -> str:
        url = f"{obj.get_exam_url()}?{reference}" if reference else obj.get_exam_url()
        if masked:
            return format_html('<a href="{}">{}</a>', url, exam_reference(obj.pk))
        # It begins with the words that are seen, for who speaks them to the browser.
        said = _("Open the pictures of %s") % obj
        return format_html('<a href="{}" aria-label="{}">{}</a>', url, said, _("Open"))

    return exam
