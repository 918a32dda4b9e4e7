"""What is installed: this package and nothing of another among it, and which database driver?

Another product has the name ``edc-retinopathy`` on the package index. Installed by name alone it
replaces this one, or lies among its files.
"""

import hashlib
import json
from base64 import urlsafe_b64encode
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path
from typing import Any

DISTRIBUTION = "edc-retinopathy"
PACKAGE_DIR = Path(__file__).resolve().parent.parent


def foreign_parts(
    package_dir: Path = PACKAGE_DIR, distributions: Iterable[metadata.Distribution] | None = None
) -> list[str]:
    """What does not fit together, in words; empty where all is well.

    ``distributions`` are those installed under the name, on ``sys.path`` by default. With none
    the code runs from a source tree. Reads the package's files, some hundred small ones, and asks
    no network.
    """
    if distributions is None:
        distributions = metadata.distributions(name=DISTRIBUTION)
    # A directory that is on the path twice gives its distributions twice.
    found = {(_root(dist), dist.version): dist for dist in distributions}
    if len(found) > 1:
        versions = ", ".join(sorted(version for _, version in found))
        return [f"{len(found)} distributions of the name are installed ({versions})"]
    return [part for dist in found.values() for part in _strangers(package_dir, dist)]


def is_psycopg2(connection: Any) -> bool:
    """Whether Django reaches this database through psycopg2: where psycopg 3 is not installed."""
    return bool(connection.vendor == "postgresql" and connection.Database.__name__ == "psycopg2")


def _root(dist: metadata.Distribution) -> Path:
    return Path(str(dist.locate_file(""))).resolve()


def _strangers(package_dir: Path, dist: metadata.Distribution) -> list[str]:
    """What of the package is not of the distribution, by the list that an installer writes."""
    if _is_editable(dist):
        # One line of a .pth file; the code is where it is worked on.
        return []
    if not dist.files:
        return []
    if package_dir.parent != _root(dist):
        return [f"version {dist.version} is installed, but the code comes from {package_dir}"]
    recorded = {
        path.relative_to(package_dir.name).as_posix(): path.hash
        for path in dist.files
        if path.parts[0] == package_dir.name
    }
    changed = [
        name
        for name, recorded_hash in recorded.items()
        if recorded_hash and not _has_hash(package_dir / name, recorded_hash)
    ]
    modules = {path.relative_to(package_dir).as_posix() for path in package_dir.rglob("*.py")}
    return [
        *(f"{name} is not as it was installed" for name in sorted(changed)),
        *(f"{name} is of no installed distribution" for name in sorted(modules - set(recorded))),
    ]


def _is_editable(dist: metadata.Distribution) -> bool:
    url = json.loads(dist.read_text("direct_url.json") or "{}")
    return bool(url.get("dir_info", {}).get("editable"))


def _has_hash(path: Path, recorded: metadata.FileHash) -> bool:
    digest = hashlib.new(recorded.mode, path.read_bytes()).digest()
    return urlsafe_b64encode(digest).rstrip(b"=").decode() == recorded.value
