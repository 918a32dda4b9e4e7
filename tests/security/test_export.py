"""clinicedc's own export: what it gathers of ours, asked by whoever may export at all."""

from pathlib import Path

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, User
from edc_export.constants import CSV, EXPORT
from edc_export.models_to_file import ModelsToFile, ModelsToFileNothingExportedError
from edc_model_to_dataframe.model_to_dataframe import ModelToDataframe
from edc_sites.exceptions import InvalidSiteForUser

from edc_retinopathy.models import (
    CameraSession,
    FileAccess,
    Finding,
    Refusal,
    SessionActivity,
    SessionFile,
    SessionFileFacts,
    SessionFileMeasures,
)
from tests import factories
from tests.security.world import World

MODELS = sorted(
    model._meta.label_lower for model in apps.get_app_config("edc_retinopathy").get_models()
)
EXPORTED = [
    "edc_retinopathy.camerasession",
    "edc_retinopathy.fileaccess",
    "edc_retinopathy.finding",
    "edc_retinopathy.historicalcamerasession",
    "edc_retinopathy.historicalfinding",
    "edc_retinopathy.historicalrefusal",
    "edc_retinopathy.historicalsessionfile",
    "edc_retinopathy.refusal",
    "edc_retinopathy.sessionactivity",
    "edc_retinopathy.sessionfile",
    "edc_retinopathy.sessionfilefacts",
    "edc_retinopathy.sessionfilemeasures",
]
# Whoever has clinicedc's right to export, with and without rights of ours.
EXPORTERS = ("grader", "clinician", "viewer", "manager", "camera", "nobody")


@pytest.fixture(autouse=True)
def no_laboratory(monkeypatch: pytest.MonkeyPatch) -> None:
    """Models of ours have no panel of a laboratory, whose app the export looks for."""
    monkeypatch.setattr(ModelToDataframe, "other_columns", [])


def exporter(world: World, role: str) -> User:
    """The account, with clinicedc's group for exports."""
    user = world.accounts.get(role) or factories.find_or_create_user("walking_nobody")
    user.groups.add(Group.objects.get_or_create(name=EXPORT)[0])
    return user


def exported(user: User, folder: Path, models: list[str]) -> dict[str, bytes]:
    """What the export writes: the bytes of each file, by the model's label."""
    folder.mkdir()
    try:
        ModelsToFile(
            models=models,
            user=user,
            export_folder=folder,
            export_format=CSV,
            decrypt=True,
            archive_to_single_file=False,
        )
    except ModelsToFileNothingExportedError:
        return {}
    return {
        path.stem.replace("_", ".", 2).replace(".", "_", 1): path.read_bytes()
        for path in folder.glob("*/*.csv")
    }


@pytest.mark.parametrize("role", EXPORTERS)
def test_no_other_sites_records_are_exported(world: World, role: str, tmp_path: Path) -> None:
    files = exported(exporter(world, role), tmp_path / "export", MODELS)
    assert sorted(files) == EXPORTED
    for model, content in files.items():
        shown = {mark for mark in world.bravo.marks if mark.encode() in content}
        assert not shown, f"{model} shows {shown}"
    # Else the above could not fail.
    assert world.alpha.subject.subject_identifier.encode() in files["edc_retinopathy.camerasession"]
    assert b"left-of-alpha" in files["edc_retinopathy.sessionfile"]
    assert b"left-of-alpha" in files["edc_retinopathy.historicalsessionfile"]
    assert b"refused-of-alpha" in files["edc_retinopathy.refusal"]
    assert b"refused-of-alpha" in files["edc_retinopathy.historicalrefusal"]


def test_whoever_has_not_the_site_exports_nothing(world: World, tmp_path: Path) -> None:
    with pytest.raises(InvalidSiteForUser):
        exported(exporter(world, "stranger"), tmp_path / "export", MODELS)
    assert not list(tmp_path.glob("export/*/*.csv"))


@pytest.mark.parametrize("model", sorted(set(MODELS) - set(EXPORTED)))
def test_accounts_and_audits_are_not_exported(world: World, model: str, tmp_path: Path) -> None:
    assert apps.get_model(model).objects.exists()
    assert not exported(exporter(world, "clinician"), tmp_path / "export", [model])


@pytest.mark.parametrize("model", MODELS)
def test_every_model_has_a_site(model: str) -> None:
    site = apps.get_model(model)._meta.get_field("site")
    assert site.concrete
    assert site.related_model._meta.label_lower == "sites.site"


class TestSites:
    """A record's site is that of its session."""

    def test_a_record_has_the_site_of_its_session(self, world: World) -> None:
        for site, records in ((10, world.alpha), (20, world.bravo)):
            assert records.session.site_id == site
            assert records.access.site_id == site
            assert {file.site_id for file in records.files} == {site}
            assert {file.history.get().site_id for file in records.files} == {site}

    def test_an_upload_has_the_site_of_its_session(self, world: World) -> None:
        response = world.api("camera").upload(world.alpha.subject.subject_identifier)
        assert response.status_code == 201
        record = SessionFile.objects.get(pk=response.json()["id"])
        assert record.site_id == record.history.get().site_id == factories.ALPHA_SITE

    def test_a_look_has_the_site_of_the_file(self, world: World) -> None:
        world.browser("clinician").get(world.alpha.file.get_content_url()).getvalue()
        assert FileAccess.objects.order_by("-accessed_datetime")[0].site_id == factories.ALPHA_SITE

    @pytest.mark.parametrize("options", [{}, {"update_fields": ["site"]}])
    def test_files_go_where_their_session_goes(
        self, world: World, options: dict[str, list[str]]
    ) -> None:
        session = CameraSession.objects.get(pk=world.alpha.session.pk)
        session.site_id = factories.BRAVO_SITE
        session.save(**options)
        moved = {
            SessionActivity.objects.get(pk=session.pk).site_id,
            *session.files.values_list("site_id", flat=True),
            *SessionFile.history.filter(camera_session=session).values_list("site_id", flat=True),
            *Refusal.objects.filter(camera_session=session).values_list("site_id", flat=True),
            *Refusal.history.filter(camera_session=session).values_list("site_id", flat=True),
            *(
                site_id
                for kept in (
                    FileAccess.objects,
                    Finding.objects,
                    Finding.history,
                    SessionFileFacts.objects,
                    SessionFileMeasures.objects,
                )
                for site_id in kept.filter(session_file__camera_session=session).values_list(
                    "site_id", flat=True
                )
            ),
        }
        assert moved == {factories.BRAVO_SITE}
