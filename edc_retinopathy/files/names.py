"""Which of the client's file names may be used on disk, as they are."""

import hashlib
import unicodedata

from edc_retinopathy.errors import InvalidFilename

MAX_FILENAME_BYTES = 254
MAX_KEY_CHARACTERS = 255

# Device names that Windows refuses with or without an extension: a backup or a data
# manager's copy there would lose the file ("Naming Files, Paths, and Namespaces", Microsoft).
RESERVED_NAMES = frozenset(
    {"con", "prn", "aux", "nul", "conin$", "conout$"}
    | {f"{port}{digit}" for port in ("com", "lpt") for digit in "0123456789¹²³"}
)
FORBIDDEN_CHARACTERS = frozenset('/\\:*?"<>|')
# Control, format (bidirectional overrides and zero-width among them), surrogate, private
# use, unassigned, line and paragraph separators: what a person cannot see in a name.
INVISIBLE_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
REPLACEMENT_CHARACTER = "\N{REPLACEMENT CHARACTER}"


def require_safe_filename(name: str) -> None:
    """Raise ``InvalidFilename`` unless ``name`` is safe to store as it is.

    A safe name is a single path part of at most 254 bytes in UTF-8, visible throughout, that
    Linux, macOS and Windows all can store as it is.
    """
    if not name or name in {".", ".."}:
        raise InvalidFilename("The file has no name.")
    if REPLACEMENT_CHARACTER in name:
        raise InvalidFilename("The file name is not valid UTF-8.")
    for character in name:
        if unicodedata.category(character) in INVISIBLE_CATEGORIES:
            raise InvalidFilename(
                f"The file name contains the invisible character U+{ord(character):04X}."
            )
        if character in FORBIDDEN_CHARACTERS:
            raise InvalidFilename(f"The file name contains the character {character}")
    if len(name.encode()) > MAX_FILENAME_BYTES:
        raise InvalidFilename(f"The file name is longer than {MAX_FILENAME_BYTES} bytes in UTF-8.")
    if name.startswith((".", " ")):
        raise InvalidFilename("The file name starts with a dot or a space.")
    if name.endswith((".", " ")) or name != name.strip():
        raise InvalidFilename("The file name starts or ends with a dot or a space.")
    if name.split(".", maxsplit=1)[0].rstrip().casefold() in RESERVED_NAMES:
        raise InvalidFilename("The file name is reserved for a device.")


def filename_key(name: str) -> str:
    """The name without what a filesystem may ignore: case and Unicode form.

    Two names with one key are twins: on some disks they are the same file. By Unicode's
    caseless matching with compatibility equivalence (Unicode Standard 3.13, D146); of a name
    that grows beyond 255 characters, its SHA-256.
    """
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKD", name).casefold())
    key = unicodedata.normalize("NFKC", folded.casefold())
    return key if len(key) <= MAX_KEY_CHARACTERS else hashlib.sha256(key.encode()).hexdigest()
