"""How large a file may be that is received."""

from edc_retinopathy import conf
from edc_retinopathy.errors import FileTooLarge


def too_large() -> FileTooLarge:
    """The error for an upload over the limit, saying the limit."""
    limit = round(conf.max_file_size_bytes() / conf.BYTES_PER_MIB, 3)
    return FileTooLarge(f"The file is larger than {limit:g} MiB, the largest accepted.")
