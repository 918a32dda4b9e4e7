"""The keys of stored files, ``<session pk>/<original filename>``: spelled here and nowhere else.

A record keeps the key of its file as ``stored_filename``.
"""

from uuid import UUID


def key_of(session_pk: UUID, name: str) -> str:
    """The key of a session's file."""
    return f"{session_pk}/{name}"


def session_and_name(key: str) -> tuple[UUID, str] | None:
    """Which session's file has the key, and its name; None for what no upload can have made."""
    directory, _, name = key.partition("/")
    try:
        session_pk = UUID(directory)
        name.encode()
    except ValueError:
        return None
    # Of the many spellings of a UUID one is ours, and below it lie files alone.
    is_ours = bool(name) and "/" not in name and key == key_of(session_pk, name)
    return (session_pk, name) if is_ours else None


def session_part(key: str) -> str:
    """The session's part of a key; empty for anything else, which may name a person."""
    directory = key.partition("/")[0]
    try:
        UUID(directory)
    except ValueError:
        return ""
    return directory
