"""``manage.py inspect_session_files``: files stored before, and after a rule or setting changed."""

from collections.abc import Callable
from io import StringIO
from uuid import UUID

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from edc_registration.models import RegisteredSubject
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from edc_retinopathy.files.inspecting import inspect_again
from edc_retinopathy.management.commands import inspect_session_files
from edc_retinopathy.models import CameraSession, Finding, SessionFile, SessionFileFacts
from tests import factories
from tests.flawed_files import dicom_with
from tests.samples import DICOM, small_jpeg


def inspect(*arguments: str) -> str:
    """What the command prints."""
    out = StringIO()
    call_command("inspect_session_files", *arguments, stdout=out)
    return out.getvalue()


def swapped(session: CameraSession, name: str = "swapped.dcm") -> SessionFile:
    """A stored file, never inspected, that says it shows the other eye."""
    content = dicom_with(ImageLaterality="R")
    return factories.store_file(
        session, "left_dicom", name=name, content=content, content_type=DICOM
    )


def findings() -> list[tuple[str, bool]]:
    """The codes there are, and whether each is resolved."""
    return [(f.code, f.is_resolved) for f in Finding.objects.order_by("code")]


def test_files_stored_before_are_inspected(session: CameraSession) -> None:
    file = swapped(session)
    assert "1 files inspected, 1 findings changed" in inspect()
    finding = Finding.objects.get()
    assert (finding.session_file, finding.code) == (file, "laterality_mismatch")
    assert finding.site_id == session.site_id
    facts = SessionFileFacts.objects.get()
    assert (facts.image_laterality, facts.patient_match, facts.rows) == ("R", "yes", 1411)


def test_a_second_run_has_nothing_to_do(session: CameraSession) -> None:
    swapped(session)
    inspect()
    versions = Finding.history.count()
    assert "0 files inspected, 0 findings changed" in inspect()
    assert "1 files inspected, 0 findings changed" in inspect("--again")
    assert Finding.history.count() == versions


def test_an_interrupted_run_is_taken_up(
    session: CameraSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        factories.store_file(session, "left", name=f"{number}.jpg", content=small_jpeg())
    inspect()
    seen = []

    def interrupted(pk: UUID) -> int:
        if seen:
            raise KeyboardInterrupt
        seen.append(pk)
        return inspect_again(pk)

    with monkeypatch.context() as patch:
        patch.setattr(inspect_session_files, "inspect_again", interrupted)
        with pytest.raises(KeyboardInterrupt):
            inspect("--again")
    assert "2 files inspected" in inspect()


def test_only_the_files_asked_for(
    session: CameraSession, create_session: Callable[..., CameraSession]
) -> None:
    other = create_session(minutes=300)
    factories.store_file(other, "left", content=small_jpeg(), received=factories.minutes_ago(9000))
    factories.store_file(session, "left", content=small_jpeg())
    assert "1 files" in inspect("--session", str(session.pk))
    assert "0 files" in inspect("--since", factories.minutes_ago(60).isoformat())
    assert "1 files" in inspect("--since", factories.minutes_ago(10_000).isoformat())


def test_copies_that_were_stored_before_are_found_on_both_sides(
    session: CameraSession, male_subject: RegisteredSubject
) -> None:
    for owner in (session, factories.create_session(male_subject)):
        factories.store_file(owner, "left", content=small_jpeg())
    inspect()
    assert findings() == [("same_image_other_subject", False)] * 2


def test_a_finding_that_no_longer_holds_is_closed_and_may_come_back(
    session: CameraSession, settings: Settings
) -> None:
    factories.store_file(session, "left", content=small_jpeg())
    settings.EDC_RETINOPATHY_MAX_PIXELS = 10
    inspect()
    assert findings() == [("too_many_pixels", False)]
    settings.EDC_RETINOPATHY_MAX_PIXELS = None
    assert "1 findings changed" in inspect("--again")
    assert findings() == [("too_many_pixels", True)]
    settings.EDC_RETINOPATHY_MAX_PIXELS = 10
    inspect("--again")
    assert findings() == [("too_many_pixels", False)]
    assert Finding.history.count() == 3


def test_what_a_person_resolved_is_open_again_only_if_its_facts_change(
    session: CameraSession,
    create_session: Callable[..., CameraSession],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    earlier = create_session(minutes=300)
    for owner in (session, earlier):
        factories.store_file(owner, "left", content=small_jpeg())
    inspect()
    Finding.objects.update(resolved_datetime=timezone.now(), resolved_by="me", reason="Fine.")
    inspect("--again")
    assert findings() == [("same_image_other_session", True)] * 2
    # One more copy is another fact.
    factories.store_file(create_session(minutes=900), "left", content=small_jpeg())
    with django_capture_on_commit_callbacks(execute=True):
        inspect()
    assert {resolved for _, resolved in findings()} == {False}
    assert not Finding.objects.exclude(reason="").exists()


def test_a_file_whose_bytes_are_gone_is_told_and_the_rest_is_inspected(
    session: CameraSession, capsys: pytest.CaptureFixture[str]
) -> None:
    gone = factories.store_file(session, "left", content=small_jpeg())
    swapped(session)
    factories.image_path(session, gone.original_filename).unlink()
    with pytest.raises(CommandError, match="1 files could not be read"):
        inspect()
    assert str(gone.pk) in capsys.readouterr().err
    assert findings() == [("laterality_mismatch", False)]


def test_what_a_setting_rejects_today_stays(session: CameraSession, settings: Settings) -> None:
    settings.EDC_RETINOPATHY_REJECT_FINDINGS = ["laterality_mismatch"]
    swapped(session)
    inspect()
    assert findings() == [("laterality_mismatch", False)]
