"""libmagic: the system's, or the bundled one where the system has none."""

try:
    import magic
except ImportError:
    # Not otherwise: importing it changes the process's environment.
    import pylibmagic  # noqa: F401

    # isort: split
    import magic

# One for all threads: python-magic locks it. Loaded before a server forks, as every import is.
_MAGIC = magic.Magic(mime=True)


def media_type(head: bytes) -> str:
    """The media type (RFC 6838) that libmagic sees in the first bytes of a file, or nothing."""
    try:
        return str(_MAGIC.from_buffer(head))
    except magic.MagicException:
        # Bytes that one of its rules cannot be tried on.
        return ""
