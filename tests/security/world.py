"""Two sites with everything that a site can have, and one account for each role."""

from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.models import Group, User
from django.test import Client
from edc_auth.models import Role
from edc_data_manager.auth_objects import DATA_MANAGER_ROLE
from edc_export.constants import EXPORT
from edc_registration.models import RegisteredSubject

from edc_retinopathy.auth_objects import (
    RETINOPATHY_CAMERA_ROLE,
    RETINOPATHY_GRADER_ROLE,
    RETINOPATHY_ROLE,
    RETINOPATHY_SUPER_ROLE,
)
from edc_retinopathy.choices import FindingCode, Severity
from edc_retinopathy.models import (
    CameraAccount,
    CameraSession,
    FileAccess,
    Finding,
    Refusal,
    SessionFile,
    SessionFileFacts,
    SessionFileMeasures,
    StorageAudit,
)
from tests import factories
from tests.api.client import CameraApi
from tests.samples import DICOM, HTML, JPEG, PDF

BOTH_SITES = (factories.ALPHA_SITE, factories.BRAVO_SITE)
ROLES_OF_BRAVO = {
    "camera": RETINOPATHY_CAMERA_ROLE,
    "grader": RETINOPATHY_GRADER_ROLE,
    "super": RETINOPATHY_SUPER_ROLE,
}
CONTENT_TYPES = {"left": JPEG, "left_dicom": DICOM, "right_report": PDF, "report": HTML}


@dataclass
class SiteRecords:
    """What one site has; every text in it names the site, so that a leak of it shows."""

    label: str
    subject: RegisteredSubject
    session: CameraSession
    file: SessionFile
    account: CameraAccount
    access: FileAccess
    refusal: Refusal
    finding: Finding
    files: list[SessionFile] = field(default_factory=list)

    @property
    def marks(self) -> set[str]:
        """Texts that appear where anything of the site is shown."""
        return {
            self.subject.subject_identifier,
            str(self.subject.pk),
            str(self.session.pk),
            str(self.account.pk),
            str(self.refusal.pk),
            self.refusal.file_name,
            str(self.finding.pk),
            self.finding.message,
            f"Of {self.label}",
            f"CAM-{self.label}",
            f"camera_of_{self.label}",
            f"reader_of_{self.label}",
            *(str(file.pk) for file in self.files),
            *(file.original_filename for file in self.files),
            *(file.checksum for file in self.files),
        }


@dataclass
class World:
    """The two sites, the audit of the one storage, and who looks at them."""

    alpha: SiteRecords
    bravo: SiteRecords
    audit: StorageAudit
    accounts: dict[str, User]

    def browser(self, role: str, host: str = factories.ALPHA_HOST) -> Client:
        """A browser with the role's session cookie, or with none."""
        client = Client(SERVER_NAME=host)
        # An answer is what a person sees, whatever was raised behind it.
        client.raise_request_exception = False
        if role in self.accounts:
            client.force_login(self.accounts[role])
        return client

    def api(self, role: str, host: str = factories.ALPHA_HOST) -> CameraApi:
        """The API with the role's token, or with none."""
        user = self.accounts.get(role)
        return CameraApi(factories.token_of(user) if user else None, host=host)

    def records(self, site: SiteRecords) -> dict[str, Any]:
        """What the URLs name of a site: a record by its model, and the subject."""
        return {
            "camerasession": site.session,
            "sessionfile": site.file,
            "cameraaccount": site.account,
            "fileaccess": site.access,
            "refusal": site.refusal,
            "finding": site.finding,
            "storageaudit": self.audit,
            "subject": site.subject.subject_identifier,
        }

    def write_files(self) -> None:
        """Put the bytes of all files into the storage of this test."""
        for site in (self.alpha, self.bravo):
            for file in site.files:
                path = factories.image_path(site.session, file.original_filename)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content_of(site.label, file.file_type))


def content_of(label: str, file_type: str) -> bytes:
    """The bytes of a file of a site."""
    return f"the {file_type} of {label}".encode()


def make_world() -> World:
    """All of it; most of the time goes into the subjects' encryption."""
    alpha = _site_records("alpha", factories.find_or_create_subject(factories.FEMALE_IDENTIFIER))
    return World(
        alpha=alpha,
        bravo=_site_records(
            "bravo",
            factories.find_or_create_subject(
                factories.BRAVO_IDENTIFIER, site_id=factories.BRAVO_SITE, initials="EF"
            ),
        ),
        audit=StorageAudit.objects.create(scope=f"session {alpha.session.pk}"),
        accounts=_accounts(),
    )


def _site_records(label: str, subject: RegisteredSubject) -> SiteRecords:
    session = factories.create_session(subject, device_id=f"CAM-{label}")
    files = [
        factories.store_file(
            session,
            file_type,
            name=f"{file_type}-of-{label}",
            content=content_of(label, file_type),
            content_type=content_type,
        )
        for file_type, content_type in CONTENT_TYPES.items()
    ]
    SessionFileFacts.objects.create(
        session_file=files[0], site_id=session.site_id, rules_version=1, manufacturer=f"Of {label}"
    )
    # Measured already: a look at its picture writes nothing more.
    SessionFileMeasures.objects.create(
        session_file=files[0], site_id=session.site_id, measures_version=1, sharpness=2.5
    )
    user = factories.find_or_create_user(
        f"camera_of_{label}",
        role=RETINOPATHY_CAMERA_ROLE,
        site_ids=[subject.site_id],
        is_staff=False,
    )
    return SiteRecords(
        label=label,
        subject=subject,
        session=session,
        file=files[0],
        files=files,
        account=CameraAccount.objects.create(user=user, device_id=f"CAM-{label}"),
        access=FileAccess.objects.create(
            # A number that nothing else on a page has.
            pk=900_000_000 + subject.site_id,
            session_file=files[0],
            username=f"reader_of_{label}",
            kind="view",
        ),
        refusal=Refusal.objects.create(
            cause=label,
            account=user,
            username=user.username,
            device_id=f"CAM-{label}",
            site_id=subject.site_id,
            endpoint="upload",
            subject_identifier=subject.subject_identifier,
            file_type="left",
            file_name=f"refused-of-{label}",
            code="filename_conflict",
            message="A different file of this name is already stored in this session.",
            camera_session=session,
        ),
        finding=Finding.objects.create(
            session_file=files[0],
            code=FindingCode.LATERALITY_MISMATCH,
            severity=Severity.SEVERE,
            message=f"An eye at {label}.",
        ),
    )


def _accounts() -> dict[str, User]:
    return {
        "camera": factories.find_or_create_user(
            "walking_camera", role=RETINOPATHY_CAMERA_ROLE, is_staff=False
        ),
        "grader": factories.find_or_create_user("walking_grader", role=RETINOPATHY_GRADER_ROLE),
        "clinician": factories.find_or_create_user("walking_clinician", role=RETINOPATHY_ROLE),
        # A clinician of site bravo who comes to site alpha's host.
        "stranger": factories.find_or_create_user(
            "walking_stranger", role=RETINOPATHY_ROLE, site_ids=[factories.BRAVO_SITE]
        ),
        "viewer": _multisite_viewer(),
        "manager": _data_manager(),
        # Site alpha only in the profile: a superuser's rights are not another site's.
        "superuser": factories.find_or_create_user("walking_superuser", is_superuser=True),
        "nobody": factories.find_or_create_user("walking_nobody"),
        "exporter": _exporter(),
        "super": factories.find_or_create_user("walking_super", role=RETINOPATHY_SUPER_ROLE),
        "bound": _bound_camera(),
        # Those of site bravo, at alpha's host.
        **{
            f"{name}_b": factories.find_or_create_user(
                f"walking_{name}_b", role=role, site_ids=[factories.BRAVO_SITE]
            )
            for name, role in ROLES_OF_BRAVO.items()
        },
    }


def _bound_camera() -> User:
    """A camera that may act for no camera of the world."""
    user = factories.find_or_create_user(
        "walking_bound", role=RETINOPATHY_CAMERA_ROLE, is_staff=False
    )
    CameraAccount.objects.create(user=user, device_id="CAM-bound")
    return user


def _exporter() -> User:
    """Somebody who may use clinicedc's export, and has no right of ours."""
    user = factories.find_or_create_user("walking_exporter")
    user.groups.add(Group.objects.get_or_create(name=EXPORT)[0])
    return User.objects.get(pk=user.pk)


def _multisite_viewer() -> User:
    user = factories.find_or_create_user(
        "walking_viewer", role=RETINOPATHY_GRADER_ROLE, site_ids=BOTH_SITES
    )
    _set_profile(user, is_multisite_viewer=True)
    return User.objects.get(pk=user.pk)


def _data_manager() -> User:
    user = factories.find_or_create_user(
        "walking_manager", role=RETINOPATHY_ROLE, site_ids=BOTH_SITES
    )
    user.userprofile.roles.add(Role.objects.get_or_create(name=DATA_MANAGER_ROLE)[0])
    return User.objects.get(pk=user.pk)


def _set_profile(user: User, **fields: Any) -> None:
    type(user.userprofile).objects.filter(pk=user.userprofile.pk).update(**fields)
