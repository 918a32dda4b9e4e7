"""Measure every list of the administration, and the API, with a country's records.

.venv/bin/python -m benchmarks.lists [--database sqlite|postgresql|mariadb] [--sessions N]
    [--repeat N] [--directory DIR] [--keep] [--only TEXT] [--explain]
"""

import argparse
import hashlib
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import BytesIO, StringIO
from itertools import count
from pathlib import Path
from typing import Any

DATABASES = ("sqlite", "postgresql", "mariadb")
SESSIONS = 100_000
BASE = "/api/retinopathy"
ADMIN = "edc_retinopathy_admin"
LIMIT_MS = 200
# Work that is no question: it begins and ends transactions.
NO_QUERY = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK", "SET ")
numbers = count(1)


class Failed(Exception):  # noqa: N818
    """A request was not answered; the message says which."""


@dataclass(frozen=True)
class Page:
    """One request, and what it is called in the table."""

    label: str
    ask: Callable[[], Any]


@dataclass(frozen=True)
class Measured:
    """What a request took, in milliseconds: the medians of CPU time, and the least of the clock's.

    CPU time is that of this process and of the database's part for this connection. What a server
    gives to helpers of it, as PostgreSQL does for large reads, is not in it.
    """

    cpu_ms: float
    database_cpu_ms: float
    least_ms: float
    queries: list[str]


def measure(page: Page, repeat: int) -> Measured:
    """Ask once to warm up, then so often."""
    from django.db import connection, reset_queries  # noqa: PLC0415

    page.ask()
    counter = counter_of_server()
    own, in_server, taken = [], [], []
    connection.force_debug_cursor = True
    for _ in range(repeat):
        reset_queries()
        begun = (time.process_time(), server_seconds(counter), time.perf_counter())
        response = page.ask()
        own.append(time.process_time() - begun[0])
        in_server.append(server_seconds(counter) - begun[1])
        taken.append(time.perf_counter() - begun[2])
        if response.status_code not in {200, 201}:
            raise Failed(f"{response.status_code} {page.label}")
    connection.force_debug_cursor = False
    asked = [q["sql"] for q in connection.queries if not q["sql"].startswith(NO_QUERY)]
    both = [sum(pair) for pair in zip(own, in_server, strict=True)]
    return Measured(milliseconds(both), milliseconds(in_server), min(taken) * 1000, asked)


def counter_of_server() -> Path | None:
    """Where Linux counts the CPU time of what serves the connection; None without a server."""
    from django.db import connection  # noqa: PLC0415

    how = {
        "postgresql": "SELECT pg_backend_pid()",
        "mysql": "SELECT tid FROM information_schema.processlist WHERE id = connection_id()",
    }
    if connection.vendor not in how:
        return None
    with connection.cursor() as cursor:
        cursor.execute(how[connection.vendor])
        thread = cursor.fetchone()[0]
    return next(Path("/proc").glob(f"[0-9]*/task/{thread}/schedstat"), None)


def server_seconds(counter: Path | None) -> float:
    """The CPU time so far; 0 where there is no server on this machine."""
    return int(counter.read_text("ascii").split()[0]) / 1e9 if counter else 0.0


def milliseconds(seconds: list[float]) -> float:
    """The median, in milliseconds."""
    return statistics.median(seconds) * 1000


def pages_of_admin(client: Any) -> Iterator[Page]:
    """Every list that there is: its ends, orders, filters, searches and counts."""
    from django.urls import NoReverseMatch, reverse  # noqa: PLC0415

    from edc_retinopathy.admin_site import edc_retinopathy_admin  # noqa: PLC0415

    for model, model_admin in edc_retinopathy_admin._registry.items():  # noqa: SLF001 - is_registered only asks
        name = f"{ADMIN}:{model._meta.app_label}_{model._meta.model_name}"  # noqa: SLF001
        try:
            url = reverse(f"{name}_changelist")
        except NoReverseMatch:
            continue
        label = model._meta.model_name  # noqa: SLF001
        changelist = changelist_of(client, url)
        yield _page(client, f"{label}", url)
        last = changelist.paginator.num_pages
        yield _page(client, f"{label}, page {last}", f"{url}?p={last}")
        yield from _orderings(client, label, url, changelist)
        yield from _filters(client, label, url, changelist)
        for what, term in search_terms(model._meta.model_name):  # noqa: SLF001
            if model_admin.search_fields:
                yield _page(client, f"{label}, search {what}", f"{url}?q={term}")
        if model_admin.show_facets.name != "NEVER":
            yield _page(client, f"{label}, show counts", f"{url}?_facets=True")
        if hasattr(model, "history") and (shown := list(changelist.result_list)):
            history = reverse(f"{name}_history", args=(shown[0].pk,))
            yield _page(client, f"{label}, history", history)


def changelist_of(client: Any, url: str) -> Any:
    """What the page shows; templates only tell while the test environment is set up."""
    from django.test.utils import setup_test_environment, teardown_test_environment  # noqa: PLC0415

    setup_test_environment()
    try:
        return client.get(url).context["cl"]
    finally:
        teardown_test_environment()


def _page(client: Any, label: str, url: str) -> Page:
    return Page(label, lambda: client.get(url))


def _orderings(client: Any, label: str, url: str, changelist: Any) -> Iterator[Page]:
    for position, column in enumerate(changelist.list_display):
        if column in changelist.sortable_by and changelist.get_ordering_field(column):
            for sign, way in (("", "up"), ("-", "down")):
                title = getattr(column, "__name__", column)
                yield _page(client, f"{label} by {title} {way}", f"{url}?o={sign}{position}")


def _filters(client: Any, label: str, url: str, changelist: Any) -> Iterator[Page]:
    for spec in changelist.filter_specs:
        for choice in spec.choices(changelist):
            # A range has a form instead of a query string.
            query = choice.get("query_string", "?")
            if query != "?" and not choice.get("selected"):
                title = f"{label}, {spec.title}: {choice.get('display', query)}"
                yield _page(client, title, f"{url}{query}")


def search_terms(model_name: str) -> list[tuple[str, str]]:
    """What people look for: found or not, common or rare."""
    from edc_retinopathy.models import SessionFile  # noqa: PLC0415

    file = SessionFile.objects.select_related("camera_session").defer("camera_session__initials")
    newest = file.order_by("pk")[0]
    terms = [
        ("subject", newest.camera_session.subject_identifier),
        ("beginning of a subject", newest.camera_session.subject_identifier[:7]),
        ("device", newest.device_id),
        ("nothing", "zzzz"),
        ("user", "reader03"),
    ]
    if model_name != "camerasession":
        terms += [("file name", newest.original_filename), ("checksum", newest.checksum)]
    return terms


def pages_of_api(token: str) -> Iterator[Page]:
    """Resolve, status and upload of a subject with several sessions."""
    from django.utils import timezone  # noqa: PLC0415
    from rest_framework.test import APIClient  # noqa: PLC0415, TID251

    from benchmarks.country import SITES  # noqa: PLC0415
    from edc_retinopathy.models import CameraSession  # noqa: PLC0415

    client: Any = APIClient(SERVER_NAME="localhost")
    client.credentials(HTTP_AUTHORIZATION=f"Token {token}")
    session = (
        CameraSession.objects.filter(site_id=SITES[0], retinal_conditions="No")
        .begun()
        .defer("initials")
        .order_by("-report_datetime")[0]
    )
    identifier = session.subject_identifier
    # Open from now on, so that a resolve finds it.
    session.report_datetime = timezone.now()
    session.save(update_fields=["report_datetime"])
    yield Page(
        "resolve",
        lambda: client.post(f"{BASE}/resolve/", {"subject_identifier": identifier}, format="json"),
    )
    yield Page("status", lambda: client.get(f"{BASE}/{identifier}/status/"))
    url = f"{BASE}/{identifier}/left/?camera_session_id={session.pk}"
    yield Page("upload", lambda: client.post(url, _form(), format="multipart"))


def _form() -> dict[str, Any]:
    from benchmarks.files import NUMBER, jpeg  # noqa: PLC0415

    number = next(numbers)
    # An honest exam is no copy of an earlier one, nor of an earlier run.
    mark = f"{os.getpid():010}{number:010}".encode()
    content = jpeg(0.3).replace(NUMBER, mark, 1)
    stream = BytesIO(content)
    stream.name = f"new-{number}-{os.getpid()}.jpg"
    return {
        "file": stream,
        "capture_datetime": "2025-03-14T09:30:00+03:00",
        "checksum": hashlib.sha256(content).hexdigest(),
    }


def explain(sql: str) -> str:
    """How the database runs the query."""
    from django.db import connection  # noqa: PLC0415

    how = {"sqlite": "EXPLAIN QUERY PLAN ", "postgresql": "EXPLAIN (ANALYZE, BUFFERS) "}
    with connection.cursor() as cursor:
        cursor.execute(how.get(connection.vendor, "EXPLAIN ") + sql)
        return "\n".join("    " + "  ".join(map(str, row)) for row in cursor.fetchall())


def measure_all(options: argparse.Namespace, readers: dict[str, Any], token: str) -> None:
    """Print a table for each reader, and one for the API."""
    from django.test import Client  # noqa: PLC0415

    report("API", pages_of_api(token), options)
    for title, user in readers.items():
        client: Any = Client(SERVER_NAME="localhost")
        client.raise_request_exception = False
        client.force_login(user)
        report(f"Lists of {title}", pages_of_admin(client), options)


def report(title: str, pages: Iterator[Page], options: argparse.Namespace) -> None:
    """Measure the pages and print them as they come; those over the limit are marked."""
    columns = f"{'CPU ms':>9} {'database':>9} {'least ms':>9} {'queries':>7}  request"
    print(f"\n{title}\n{'-' * len(title)}\n{columns}")  # noqa: T201
    for page in pages:
        if options.only not in page.label:
            continue
        try:
            found = measure(page, options.repeat)
        except Failed as e:
            print(f"   failed: {e}", flush=True)  # noqa: T201
            continue
        mark = " *" if found.cpu_ms > LIMIT_MS else ""
        numbers = f"{found.cpu_ms:9.1f} {found.database_cpu_ms:9.1f} {found.least_ms:9.1f}"
        line = f"{numbers} {len(found.queries):7}  {page.label}{mark}"
        print(line, flush=True)  # noqa: T201
        if options.explain:
            for sql in found.queries:
                if sql.startswith("SELECT"):
                    print(f"  {sql}\n{explain(sql)}")  # noqa: T201


def prepare(options: argparse.Namespace) -> tuple[dict[str, Any], str]:
    """Make the database with its records, unless it is kept from before; the readers, a token."""
    from django.contrib.auth.models import User  # noqa: PLC0415
    from django.contrib.sites.models import Site  # noqa: PLC0415
    from django.db import connection  # noqa: PLC0415
    from edc_auth.models import Role  # noqa: PLC0415
    from edc_data_manager.auth_objects import DATA_MANAGER_ROLE  # noqa: PLC0415
    from edc_sites.single_site import SingleSite  # noqa: PLC0415
    from edc_sites.site import sites  # noqa: PLC0415
    from rest_framework.authtoken.models import Token  # noqa: PLC0415, TID251

    from benchmarks.country import SITES, make_country, make_reader  # noqa: PLC0415
    from edc_retinopathy.accounts.provisioning import create_camera_account  # noqa: PLC0415

    for site_id in SITES[2:]:
        place = ("tanzania", "tz", ["en"], f"site{site_id}.localhost")
        country, code, languages, domain = place
        sites.register(
            SingleSite(
                site_id,
                f"site{site_id}",
                title=f"Site {site_id}",
                country=country,
                country_code=code,
                language_codes=languages,
                domain=domain,
            )
        )
    with redirect_stdout(StringIO()), redirect_stderr(StringIO()):
        connection.creation.create_test_db(
            verbosity=0, autoclobber=True, serialize=False, keepdb=options.keep
        )
    if not User.objects.filter(username="manager").exists():
        site = Site.objects.get(pk=SITES[0])
        # Bound to no device: it acts for the camera of whatever session.
        create_camera_account("camera", site)
        begun = time.perf_counter()
        make_country(options.sessions)
        print(f"Written in {time.perf_counter() - begun:.0f} s.")  # noqa: T201
        make_reader("one", SITES[:1], None)
        manager = Role.objects.get_or_create(name=DATA_MANAGER_ROLE)[0]
        make_reader("manager", SITES, manager)
    if connection.vendor == "postgresql":
        # As autovacuum does soon, on a server that runs on; also after a migration.
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
    readers = {
        "one site": User.objects.get(username="one"),
        "all sites": User.objects.get(username="manager"),
    }
    return readers, Token.objects.get(user__username="camera").key


def main() -> None:
    """Prepare a database, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--database", choices=DATABASES, default="sqlite")
    parser.add_argument("--sessions", type=int, default=SESSIONS, help=f"how many ({SESSIONS})")
    parser.add_argument("--repeat", type=int, default=5, help="how often each is measured (5)")
    parser.add_argument("--directory", type=Path, help="where keys, files and SQLite's file are")
    parser.add_argument(
        "--keep", action="store_true", help="use what an earlier run left, and leave it"
    )
    parser.add_argument("--only", default="", help="requests whose label has this text")
    parser.add_argument("--explain", action="store_true", help="print each query and its plan")
    options = parser.parse_args()
    if options.keep and not options.directory:
        parser.error("--keep needs --directory: the keys belong to the records.")
    with ExitStack() as stack:
        directory = options.directory
        if directory is None:
            directory = Path(tempfile.mkdtemp(prefix="edc-retinopathy-lists-"))
            stack.callback(shutil.rmtree, directory)
        os.environ |= {
            "DEMO_DATA": str(directory),
            "DJANGO_SETTINGS_MODULE": "benchmarks.lists_settings",
            "EDC_RETINOPATHY_TEST_DATABASE": options.database,
            "EDC_RETINOPATHY_MAX_FILE_SIZE_MB": "40",
        }
        sys.argv = sys.argv[:1]
        from demo.startup import set_up  # noqa: PLC0415

        set_up()
        from django.db import connection  # noqa: PLC0415

        readers, token = prepare(options)
        if not options.keep:
            name = connection.settings_dict["NAME"]
            stack.callback(connection.creation.destroy_test_db, name, 0)
        measure_all(options, readers, token)


if __name__ == "__main__":
    main()
