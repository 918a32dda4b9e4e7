"""Every URL that the app adds to a project, found in the URLconf, and its address for a record."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django.urls import URLPattern, URLResolver, get_resolver

NAMESPACE = "edc_retinopathy"
ADMIN = "edc_retinopathy_admin"
API = "edc_retinopathy_api"
MODEL_IN_ROUTE = re.compile(r"/admin/edc_retinopathy/(\w+)/")
# An identifier of the form that nobody has.
NO_SUCH_NUMBER = 987654321


@dataclass(frozen=True)
class AppUrl:
    """One pattern; ``name`` is unique in its namespace and known to ``expected.txt``."""

    namespace: str
    name: str
    route: str

    def __str__(self) -> str:
        return f"{self.namespace}:{self.name}"

    @property
    def model(self) -> str | None:
        """The model whose administration it is part of."""
        if f"{NAMESPACE}/sessions/" in self.route:
            return "camerasession"
        found = MODEL_IN_ROUTE.search(self.route)
        return found[1] if found else None

    @property
    def names_a_record(self) -> bool:
        """True if the address names a record of a site."""
        return any(part in self.route for part in ("<path:object_id>", "<uuid:pk>", "/history/"))

    def address(self, records: dict[str, Any]) -> str:
        """The path for the site's records; raises ``KeyError`` for a parameter it does not know."""
        record = records[self.model or "sessionfile"]
        values = {
            "^([^/]+)/history/([^/]+)/$": f"{record.pk}/history/{_version_of(record)}/",
            "<path:object_id>": str(record.pk),
            "<uuid:pk>": str(record.pk),
            "<str:subject_identifier>": records["subject"],
            "<str:file_type>": "left",
            "<str:size>": "thumbnail",
            "<int:frame>": "1",
            "^(?P<app_label>edc_retinopathy|edc_registration)/$": "edc_retinopathy/",
            "(?P<url>.*)$": "no/such/page/",
            r"^retinopathy(/[\s\S]*)?\Z": "retinopathy/no/such/endpoint/",
        }
        path = f"/{self.route}"
        for parameter, value in values.items():
            path = path.replace(parameter, value)
        if re.search(r"[<(^$]", path):
            raise KeyError(f"Say in url_walk what to put for the parameters of {self.route}")
        return path


def _version_of(record: Any) -> str:
    if hasattr(record, "history"):
        return str(record.history.latest().history_id)
    return str(uuid4())


@dataclass(frozen=True)
class NoRecord:
    """Stands for a record that does not exist."""

    pk: Any


def no_records_like(records: dict[str, Any]) -> dict[str, Any]:
    """Identifiers of the same form as those of the records, which nothing has."""
    return {
        name: "105-99-9999-9"
        if isinstance(record, str)
        else NoRecord(NO_SUCH_NUMBER if isinstance(record.pk, int) else uuid4())
        for name, record in records.items()
    }


def app_urls() -> list[AppUrl]:
    """All of them, whatever the project mounts them below."""
    return list(_walk(get_resolver(), "", ""))


def _walk(resolver: URLResolver, prefix: str, namespace: str) -> Iterator[AppUrl]:
    for pattern in resolver.url_patterns:
        route = f"{prefix}{pattern.pattern}"
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern, route, namespace or pattern.namespace or "")
        elif isinstance(pattern, URLPattern) and namespace.startswith(NAMESPACE):
            yield AppUrl(namespace, _name_of(pattern, route), route)


def _name_of(pattern: URLPattern, route: str) -> str:
    if pattern.name:
        return pattern.name.removeprefix("edc_retinopathy_")
    in_model = MODEL_IN_ROUTE.search(route)
    return in_model[1] if in_model else str(pattern.pattern)
