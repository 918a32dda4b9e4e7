"""A simulated camera: it speaks to the retinopathy API as the clients at camera workstations do."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import requests

from demo.sample_exam import EYE_CODES, ExamFile, Eye, ReportType

TIMEOUT_SECONDS = 60
REPORT_SUFFIXES = frozenset({".htm", ".html", ".pdf"})
IMAGE_SUFFIXES = frozenset({".jpeg", ".jpg", ".png"})
# Sending the exam again would not help: the subject has no session that is open.
FINAL_REFUSALS = frozenset({"no_eligible_session", "no_session"})


class CameraError(Exception):
    """An exam that could not be sent, with one sentence for the person at the camera."""

    def __init__(self, sentence: str, *, code: str = "") -> None:
        super().__init__(sentence)
        self.code = code


@dataclass
class Camera:
    """One camera with its connection to one server. A camera sends one exam at a time."""

    url: str
    token: str
    device_id: str = "CAM-001"
    _http: requests.Session = field(default_factory=requests.Session, init=False, repr=False)

    def __post_init__(self) -> None:
        """Present the token with every request."""
        self._http.headers["Authorization"] = f"Token {self.token}"
        # Without this a netrc file's entry for the host would replace the token, and proxies would
        # be asked.
        self._http.trust_env = False

    def ping(self) -> None:
        """Return if the server is there and accepts the token."""
        self._ask("GET", "ping/")

    def resolve(self, subject_identifier: str) -> dict[str, Any]:
        """Give the server's answer to which session is meant, and pin that session."""
        body = {"subject_identifier": subject_identifier, "device_id": self.device_id}
        return self._ask("POST", "resolve/", json=body)

    def upload(
        self,
        subject_identifier: str,
        file: ExamFile,
        *,
        camera_session_id: str = "",
        clock: datetime | None = None,
    ) -> dict[str, Any]:
        """Send one file, to the session given or to the one that was resolved.

        ``clock`` is the time that the workstation believes it is; the true one by default.
        """
        return self._ask(
            "POST",
            f"{subject_identifier}/{file.file_type}/",
            params={"camera_session_id": camera_session_id} if camera_session_id else None,
            data={
                "capture_datetime": (clock or datetime.now(UTC)).isoformat(),
                "checksum": file.checksum,
            },
            files={"file": (file.name, file.content)},
        )

    def status(self, subject_identifier: str) -> dict[str, Any]:
        """Give what the subject's session has and lacks."""
        return self._ask("GET", f"{subject_identifier}/status/")

    def send_exam(
        self,
        subject_identifier: str,
        files: Iterable[ExamFile],
        *,
        on_sent: Callable[[ExamFile], object] = lambda file: None,
    ) -> dict[str, Any]:
        """Resolve, send every file and give the status; call ``on_sent`` after each file."""
        self.resolve(subject_identifier)
        for file in files:
            self.upload(subject_identifier, file)
            on_sent(file)
        return self.status(subject_identifier)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def _ask(self, method: str, path: str, **arguments: Any) -> dict[str, Any]:
        url = f"{self.url.rstrip('/')}/api/retinopathy/{path}"
        try:
            response = self._http.request(method, url, timeout=TIMEOUT_SECONDS, **arguments)
        except requests.RequestException as error:
            raise CameraError(f"{url}: {_reason(error)}.") from error
        if not response.ok:
            raise _refusal(url, response)
        try:
            return cast("dict[str, Any]", response.json())
        except requests.JSONDecodeError as error:
            raise CameraError(f"{url} did not answer in JSON; is this the API?") from error


def exam_from_folder(
    folder: Path, *, report_type: ReportType, include_jpegs: bool
) -> Iterator[ExamFile]:
    """Give the files of one exam folder as the watchdog reads them: OD or OS in a name is the eye.

    Raises ``CameraError`` for a file whose eye cannot be told. Files of other kinds are passed
    over.
    """
    for path in sorted(folder.iterdir()):
        suffix = path.suffix.lower()
        if suffix == ".dcm":
            yield ExamFile(path.name, f"{_eye_of(path)}_dicom", path.read_bytes())
        elif suffix in REPORT_SUFFIXES:
            file_type = "report" if report_type == "combined" else f"{_eye_of(path)}_report"
            yield ExamFile(path.name, file_type, path.read_bytes())
        elif suffix in IMAGE_SUFFIXES and include_jpegs:
            yield ExamFile(path.name, _eye_of(path), path.read_bytes())


def _eye_of(path: Path) -> Eye:
    for eye, code in EYE_CODES.items():
        if code in path.stem:
            return eye
    raise CameraError(f"{path}: the name must say which eye it is of, OD (right) or OS (left).")


def _reason(error: requests.RequestException) -> str:
    """Say in a few words why there was no answer, in place of the stack of exceptions behind it."""
    if isinstance(error, requests.Timeout):
        return f"no answer within {TIMEOUT_SECONDS} seconds"
    if isinstance(error, requests.exceptions.SSLError):
        return "no secure connection could be made"
    if isinstance(error, requests.ConnectionError):
        return "no connection (is the server running?)"
    return str(error).rstrip(".")


def _refusal(url: str, response: requests.Response) -> CameraError:
    try:
        body = response.json()
        code, sentence = str(body["code"]), str(body["error"])
    except (requests.JSONDecodeError, KeyError, TypeError):
        return CameraError(f"{url} answered {response.status_code} {response.reason}.")
    return CameraError(f"{response.status_code} {code}: {sentence}", code=code)
