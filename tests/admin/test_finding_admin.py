"""Findings on the pages: seen by all who read, answered by the site's clinicians, with a reason."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from edc_registration.models import RegisteredSubject

from edc_retinopathy.choices import FindingCode, Severity
from edc_retinopathy.models import CameraSession, Finding, SessionFile
from tests import factories
from tests.admin.pages import FILE_MODEL, MODEL, change_url, logged_in, page_url

FINDING_MODEL = "edc_retinopathy_finding"
MESSAGE = "The file says that it shows the right eye."


def find(file: SessionFile, code: FindingCode = FindingCode.LATERALITY_MISMATCH) -> Finding:
    """A severe finding in a file."""
    return Finding.objects.create(
        session_file=file, code=code, severity=Severity.SEVERE, message=MESSAGE
    )


@pytest.fixture
def finding(session: CameraSession) -> Finding:
    """A severe finding in a stored file of the session."""
    return find(factories.store_file(session, "left"))


@pytest.mark.parametrize("role", ["clinician", "grader", "superuser"])
def test_readers_see_it_wherever_the_file_is_shown(
    request: pytest.FixtureRequest, role: str, session: CameraSession, finding: Finding
) -> None:
    browser = logged_in(request.getfixturevalue(role))
    for url, text in {
        page_url(FINDING_MODEL, "changelist"): MESSAGE,
        page_url(FINDING_MODEL, "change", finding.pk): MESSAGE,
        page_url(MODEL, "changelist"): "1 severe",
        page_url(FILE_MODEL, "changelist"): "1 severe",
        page_url(FILE_MODEL, "change", finding.session_file_id): "1 severe",
        change_url(session): MESSAGE,
        finding.session_file.get_view_url(): MESSAGE,
    }.items():
        response = browser.get(url)
        assert response.status_code == 200, url
        assert text in response.content.decode(), url


def test_lists_are_filtered_by_findings(
    clinician: User, session: CameraSession, create_session: Callable[..., CameraSession]
) -> None:
    clean = create_session(minutes=600)
    factories.store_file(clean, "left", name="clean.jpg")
    find(factories.store_file(session, "left", name="odd.jpg"))
    browser = logged_in(clinician)
    for value, expected in {"severe": {session}, "any": {session}, "none": {clean}}.items():
        listed = browser.get(page_url(MODEL, "changelist"), {"findings": value}).context["cl"]
        assert set(listed.queryset) == expected
        listed = browser.get(page_url(FILE_MODEL, "changelist"), {"findings": value}).context["cl"]
        assert {file.camera_session for file in listed.queryset} == expected
    listed = browser.get(page_url(FINDING_MODEL, "changelist"), {"answer": "open"}).context["cl"]
    assert listed.queryset.count() == 1


def test_a_clinician_resolves_one_with_a_reason(clinician: User, finding: Finding) -> None:
    browser = logged_in(clinician)
    page = page_url(FINDING_MODEL, "change", finding.pk)
    assert finding.get_resolve_url() in browser.get(page).content.decode()
    assert MESSAGE in browser.get(finding.get_resolve_url()).content.decode()
    refused = browser.post(finding.get_resolve_url(), {"reason": " "})
    assert refused.status_code == 200
    assert not Finding.objects.get().is_resolved
    assert browser.post(finding.get_resolve_url(), {"reason": "Looked at."}).status_code == 302
    resolved = Finding.objects.get()
    assert resolved.is_resolved
    assert (resolved.resolved_by, resolved.reason) == (clinician.username, "Looked at.")
    version = resolved.history.latest()
    assert (version.reason, version.history_user) == ("Looked at.", clinician)
    assert finding.get_resolve_url() not in browser.get(page).content.decode()
    browser.post(finding.get_resolve_url(), {"reason": "Twice."})
    assert Finding.objects.get().reason == "Looked at."


def test_several_are_resolved_from_the_list(clinician: User, session: CameraSession) -> None:
    keys = [str(find(factories.store_file(session, t)).pk) for t in ("left", "right")]
    data = {"action": "resolve_selected", "_selected_action": keys}
    browser = logged_in(clinician)
    asked = browser.post(page_url(FINDING_MODEL, "changelist"), data)
    assert asked.status_code == 200
    assert asked.content.decode().count(MESSAGE) == 2
    assert not Finding.objects.exclude(resolved_datetime=None).exists()
    browser.post(page_url(FINDING_MODEL, "changelist"), {**data, "reason": "Both looked at."})
    assert set(Finding.objects.values_list("reason", flat=True)) == {"Both looked at."}


def test_a_grader_looks_and_resolves_nothing(grader: User, finding: Finding) -> None:
    browser = logged_in(grader)
    assert browser.post(finding.get_resolve_url(), {"reason": "Mine."}).status_code == 403
    data = {
        "action": "resolve_selected",
        "_selected_action": [str(finding.pk)],
        "reason": "Mine.",
    }
    browser.post(page_url(FINDING_MODEL, "changelist"), data)
    assert not Finding.objects.get().is_resolved
    page = browser.get(finding.session_file.get_view_url()).content.decode()
    assert finding.get_resolve_url() not in page


def test_another_sites_finding_is_neither_seen_nor_resolved(
    clinician: User, bravo_subject: RegisteredSubject
) -> None:
    session = factories.create_session(bravo_subject)
    finding = find(factories.store_file(session, "left"))
    browser = logged_in(clinician)
    assert MESSAGE not in browser.get(page_url(FINDING_MODEL, "changelist")).content.decode()
    browser.post(finding.get_resolve_url(), {"reason": "Theirs."})
    data = {
        "action": "resolve_selected",
        "_selected_action": [str(finding.pk)],
        "reason": "Theirs.",
    }
    browser.post(page_url(FINDING_MODEL, "changelist"), data)
    assert not Finding.objects.get().is_resolved


def test_a_page_names_copies_only_to_those_who_may_see_them(
    clinician: User,
    session: CameraSession,
    create_session: Callable[..., CameraSession],
    bravo_subject: RegisteredSubject,
) -> None:
    file = factories.store_file(session, "left")
    find(file, FindingCode.SAME_IMAGE_OTHER_SUBJECT)
    near = factories.store_file(create_session(minutes=600), "left")
    far = factories.store_file(factories.create_session(bravo_subject), "left")
    page = logged_in(clinician).get(file.get_view_url()).content.decode()
    assert near.get_view_url() in page
    assert str(far.pk) not in page
    assert factories.BRAVO_IDENTIFIER not in page


@pytest.mark.parametrize("page", ["add", "change", "delete"])
def test_nobody_writes_a_finding_by_hand(superuser: User, finding: Finding, page: str) -> None:
    arguments = () if page == "add" else (finding.pk,)
    url = page_url(FINDING_MODEL, page, *arguments)
    response = logged_in(superuser).post(url, {"reason": "By hand.", "post": "yes"})
    assert response.status_code == 403
    assert Finding.objects.get().reason == ""


def shown_choices(browser: Any, url: str, title: str, **query: str) -> list[str]:
    """What a list offers under one of its filters."""
    listed = browser.get(url, query).context["cl"]
    spec = next(spec for spec in listed.filter_specs if str(spec.title) == title)
    return [str(choice["display"]) for choice in spec.choices(listed)]


@pytest.mark.parametrize("chosen", [None, "severe", "any", "none"])
def test_filters_of_sessions_and_files_have_counts(
    clinician: User,
    session: CameraSession,
    bravo_subject: RegisteredSubject,
    create_session: Callable[..., CameraSession],
    chosen: str | None,
) -> None:
    """Whatever is chosen of the filter itself, at the site, without what was answered."""
    factories.store_file(create_session(minutes=600), "left", name="clean.jpg")
    odd = factories.store_file(session, "left", name="odd.jpg")
    find(odd)
    find(odd, FindingCode.PATIENT_MISMATCH)
    hint = find(factories.store_file(session, "right", name="hint.jpg"), FindingCode.CLOCK_SKEW)
    Finding.objects.filter(pk=hint.pk).update(severity=Severity.HINT)
    bravo = factories.create_session(bravo_subject)
    find(factories.store_file(bravo, "left", name="bravo.jpg"))
    answered = find(factories.store_file(session, "left_dicom", name="seen.dcm"))
    Finding.objects.filter(pk=answered.pk).update(resolved_datetime=answered.found_datetime)
    browser = logged_in(clinician)
    query = {"findings": chosen} if chosen else {}
    for model, severe, any_of in ((MODEL, 1, 1), (FILE_MODEL, 1, 2)):
        shown = shown_choices(browser, page_url(model, "changelist"), "findings", **query)
        assert shown == ["All", f"Severe ({severe})", f"Any ({any_of})", "None"]


def test_counts_follow_the_other_filters(clinician: User, session: CameraSession) -> None:
    find(factories.store_file(session, "left"))
    find(factories.store_file(session, "right"))
    url = page_url(FILE_MODEL, "changelist")
    shown = shown_choices(logged_in(clinician), url, "findings", file_type__exact="left")
    assert shown[1:3] == ["Severe (1)", "Any (1)"]


def test_the_list_of_findings_has_counts(clinician: User, finding: Finding) -> None:
    other = find(factories.store_file(finding.session_file.camera_session, "right"))
    Finding.objects.filter(pk=other.pk).update(resolved_datetime=other.found_datetime)
    browser, url = logged_in(clinician), page_url(FINDING_MODEL, "changelist")
    assert shown_choices(browser, url, "answer") == ["All", "Open (1)", "Resolved (1)"]
    assert "Severe (2)" in shown_choices(browser, url, "Severity")
    assert "Severe (1)" in shown_choices(browser, url, "Severity", answer="open")
