"""Session files in the administration: looked at, never written, by anybody."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from edc_registration.models import RegisteredSubject

from edc_retinopathy.admin.camera_session_admin import CameraSessionAdmin
from edc_retinopathy.auth_objects import RETINOPATHY_SUPER_ROLE
from edc_retinopathy.models import CameraSession, SessionFile, StorageAudit
from tests import factories
from tests.admin.pages import FILE_MODEL, MODEL, change_url, logged_in, page_url
from tests.samples import DICOM
from tests.storage import StorageOnDisk

LIST = (FILE_MODEL, "changelist")


@pytest.fixture
def stored(session: CameraSession) -> SessionFile:
    """A stored file."""
    return factories.store_file(session, "left", name="photo-of-the-left-eye.jpg")


@pytest.fixture(params=["clinician", "grader", "superuser"])
def reader(request: pytest.FixtureRequest) -> User:
    """Everybody who may read the pages, the superuser included."""
    user: User = request.getfixturevalue(request.param)
    return user


def test_files_are_listed_and_shown(reader: User, stored: SessionFile) -> None:
    browser = logged_in(reader)
    listed = browser.get(page_url(*LIST))
    assert listed.status_code == 200
    assert stored.original_filename in listed.content.decode()
    page = browser.get(page_url(FILE_MODEL, "change", stored.pk))
    assert page.status_code == 200
    text = page.content.decode()
    assert stored.checksum in text
    assert change_url(stored.camera_session) in text


def test_a_dicom_that_is_no_image_is_named_so(reader: User, session: CameraSession) -> None:
    file = factories.store_file(session, "left_dicom", content_type=DICOM, is_image=False)
    browser = logged_in(reader)
    for url in (
        page_url(*LIST),
        page_url(FILE_MODEL, "change", file.pk),
        change_url(session),
        file.get_view_url(),
    ):
        assert "DICOM, no image" in browser.get(url).content.decode(), url
    progress = browser.get(change_url(session)).content.decode()
    assert '<li class="retinopathy-missing">○ Left eye' in progress
    assert (
        file.original_filename
        in browser.get(page_url(*LIST) + "?is_image__exact=0").content.decode()
    )


def test_a_page_of_a_file_has_nothing_to_save(reader: User, stored: SessionFile) -> None:
    page = logged_in(reader).get(page_url(FILE_MODEL, "change", stored.pk))
    assert not page.context["adminform"].form.fields
    assert 'name="_save"' not in page.content.decode()


def test_nobody_adds_a_file(reader: User, session: CameraSession, storage: StorageOnDisk) -> None:
    browser = logged_in(reader)
    assert browser.get(page_url(FILE_MODEL, "add")).status_code == 403
    assert browser.post(page_url(FILE_MODEL, "add"), {"file_type": "left"}).status_code == 403
    assert not SessionFile.objects.exists()
    assert storage.files() == {}


def test_nobody_changes_a_file(reader: User, stored: SessionFile) -> None:
    before = SessionFile.objects.filter(pk=stored.pk).values().get()
    response = logged_in(reader).post(
        page_url(FILE_MODEL, "change", stored.pk), {"file_type": "right", "checksum": "0" * 64}
    )
    assert response.status_code == 403
    assert SessionFile.objects.filter(pk=stored.pk).values().get() == before


def test_nobody_deletes_a_file(reader: User, stored: SessionFile, storage: StorageOnDisk) -> None:
    before = storage.files()
    response = logged_in(reader).post(page_url(FILE_MODEL, "delete", stored.pk), {"post": "yes"})
    assert response.status_code == 403
    assert SessionFile.objects.filter(pk=stored.pk).exists()
    assert storage.files() == before


def test_nobody_deletes_files_from_the_list(
    reader: User, stored: SessionFile, storage: StorageOnDisk
) -> None:
    before = storage.files()
    logged_in(reader).post(
        page_url(*LIST),
        {"action": "delete_selected", "_selected_action": [str(stored.pk)], "post": "yes"},
    )
    assert SessionFile.objects.filter(pk=stored.pk).exists()
    assert storage.files() == before


def test_a_file_cannot_be_deleted_along_with_its_session(
    superuser: User, stored: SessionFile, storage: StorageOnDisk
) -> None:
    before = storage.files()
    url = page_url(MODEL, "delete", stored.camera_session_id)
    response = logged_in(superuser).post(url, {"post": "yes"})
    assert response.status_code in {200, 302, 403}
    assert CameraSession.objects.filter(pk=stored.camera_session_id).exists()
    assert SessionFile.objects.filter(pk=stored.pk).exists()
    assert storage.files() == before


def test_a_session_to_which_a_file_comes_while_it_is_deleted_stays(
    superuser: User, session: CameraSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    delete = CameraSessionAdmin.delete_model

    def be_too_late(admin: Any, request: Any, obj: CameraSession) -> None:
        factories.store_file(session, "left")
        delete(admin, request, obj)

    monkeypatch.setattr(CameraSessionAdmin, "delete_model", be_too_late)
    url = page_url(MODEL, "delete", session.pk)
    page = logged_in(superuser).post(url, {"post": "yes"}, follow=True)
    assert page.status_code == 200
    assert "a camera has sent a file to it meanwhile" in page.content.decode()
    assert CameraSession.objects.filter(pk=session.pk).exists()


def test_another_sites_files_are_neither_listed_nor_opened(
    clinician: User, stored: SessionFile, bravo_subject: RegisteredSubject
) -> None:
    hidden = factories.store_file(
        factories.create_session(bravo_subject), "left", name="hidden-photo.jpg"
    )
    browser = logged_in(clinician)
    assert hidden.original_filename not in browser.get(page_url(*LIST)).content.decode()
    page = browser.get(page_url(FILE_MODEL, "change", hidden.pk))
    assert page.status_code in {302, 403, 404}
    assert hidden.original_filename not in page.content.decode()


def test_a_visitor_is_sent_to_log_in(client: Any, stored: SessionFile) -> None:
    for url in (page_url(*LIST), page_url(FILE_MODEL, "change", stored.pk)):
        assert client.get(url).status_code == 302


def test_the_list_takes_the_same_number_of_queries_for_3_and_for_30_files(
    clinician: User, session: CameraSession
) -> None:
    browser = logged_in(clinician)
    counts = []
    for number in (3, 27):
        for index in range(number):
            factories.store_file(session, "left", name=f"{number}-{index}.jpg")
        browser.get(page_url(*LIST))
        with CaptureQueriesContext(connection) as queries:
            browser.get(page_url(*LIST))
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert counts[0] < 30


def note_of(browser: Any) -> str:
    """The text above the list that speaks of audits."""
    text = browser.get(page_url(*LIST)).content.decode()
    return " ".join(re.findall(r"(?:Last audit|Audit) \([^<]*?findings: \d+\.", text))


def audit(scope: str, findings: int, *, hours_ago: int, is_finished: bool = True) -> StorageAudit:
    """An audit that began so long ago."""
    begun = factories.minutes_ago(60 * hours_ago)
    return StorageAudit.objects.create(
        scope=scope,
        started_datetime=begun,
        finished_datetime=begun if is_finished else None,
        missing=findings,
    )


def test_the_list_says_what_the_last_audits_found(clinician: User, stored: SessionFile) -> None:
    browser = logged_in(clinician)
    assert note_of(browser) == ""
    audit("all", 7, hours_ago=50)
    audit("all", 1, hours_ago=40)
    assert note_of(browser).count("Last audit (all)") == 1
    assert "findings: 1." in note_of(browser)
    # A later one of a part hides neither itself nor that one.
    audit("sample 10", 2, hours_ago=30)
    assert "findings: 1." in note_of(browser)
    assert "Last audit (sample 10)" in note_of(browser)
    assert "findings: 2." in note_of(browser)
    # Nor does one that was interrupted.
    audit("all", 3, hours_ago=20, is_finished=False)
    assert "not finished; findings: 3." in note_of(browser)
    assert "findings: 1." in note_of(browser)
    assert "sample" not in note_of(browser)
    audit("all", 0, hours_ago=10)
    assert note_of(browser).count("findings") == 1
    assert "findings: 0." in note_of(browser)


def test_people_of_one_site_learn_nothing_of_what_was_found_at_another(
    clinician: User, stored: SessionFile, bravo_subject: Any
) -> None:
    theirs = factories.create_session(bravo_subject)
    own = audit(f"session {stored.camera_session_id}", 2, hours_ago=5)
    foreign = audit(f"since 2026-01-01, session {theirs.pk}", 4, hours_ago=4)
    whole = audit("all", 7, hours_ago=6)
    text = logged_in(clinician).get(page_url(*LIST)).content.decode()
    # When everything was audited is no secret; what was found there is.
    assert "Last audit (all)" in text
    assert "findings: 7" not in text
    assert f"Last audit (session {stored.camera_session_id})" in text
    assert "findings: 2." in text
    assert str(theirs.pk) not in text
    assert "findings: 4" not in text

    supervisor = factories.find_or_create_user("supervisor", role=RETINOPATHY_SUPER_ROLE)
    browser = logged_in(supervisor)
    audits = browser.get(page_url("edc_retinopathy_storageaudit", "changelist")).content.decode()
    assert str(stored.camera_session_id) in audits
    assert str(theirs.pk) not in audits
    for shown, status in ((own, 200), (foreign, 302), (whole, 302)):
        page = page_url("edc_retinopathy_storageaudit", "change", shown.pk)
        assert browser.get(page).status_code == status
    # Who reads at every site that has sessions sees all of it.
    theirs.delete()
    assert (
        browser.get(page_url("edc_retinopathy_storageaudit", "change", whole.pk)).status_code == 200
    )
    assert "findings: 7." in logged_in(clinician).get(page_url(*LIST)).content.decode()


def test_the_list_says_when_each_file_was_audited(clinician: User, stored: SessionFile) -> None:
    browser = logged_in(clinician)
    shown = "Missing</span> 2026-05-07"
    assert shown not in browser.get(page_url(*LIST)).content.decode()
    SessionFile.objects.update(
        last_audit_result="missing", last_audit_datetime=datetime(2026, 5, 6, 22, 8, tzinfo=UTC)
    )
    # The day of the clinic.
    assert shown in browser.get(page_url(*LIST)).content.decode()
