"""What is made of some bytes, in one word or one sentence."""

from io import BytesIO

from edc_retinopathy.choices import FileType
from edc_retinopathy.content import Facts, check_content
from edc_retinopathy.errors import InvalidContent


def accepted(content: bytes, file_type: FileType) -> Facts:
    """The facts of a file that must be accepted."""
    return check_content(BytesIO(content), len(content), file_type)


def refusal(content: bytes, file_type: FileType) -> str:
    """The sentence of a refusal; empty if there is none."""
    try:
        accepted(content, file_type)
    except InvalidContent as e:
        return e.message
    return ""
