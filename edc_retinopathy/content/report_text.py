"""From a report's bytes to its text, as browsers read them (WHATWG Encoding, HTML 13.2.3)."""

import re

UTF_8 = "utf-8"
WESTERN = "cp1252"
BYTE_ORDER_MARKS = (
    (b"\xef\xbb\xbf", UTF_8),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
# Where a page says in which encoding it is; browsers look at 1024 bytes.
DECLARED_WITHIN_BYTES = 4096
DECLARATION = re.compile(
    rb"<meta[^>]{1,300}?charset\s{0,9}=\s{0,9}[\"']?([\w.:-]{1,40})", re.IGNORECASE
)
# Encodings of text by the names that pages use. What is not here is tried as UTF-8.
ENCODINGS = {
    **dict.fromkeys(("iso-8859-1", "latin1", "latin-1", "us-ascii", "ascii"), WESTERN),
    **{f"windows-{number}": f"cp{number}" for number in range(1250, 1259)},
    **{f"cp{number}": f"cp{number}" for number in range(1250, 1259)},
    **{f"iso-8859-{number}": f"iso8859-{number}" for number in (2, 3, 4, 5, 6, 7, 8, 10, 13, 14)},
    # As browsers do.
    "iso-8859-9": "cp1254",
    "iso-8859-15": "iso8859-15",
    "iso-8859-16": "iso8859-16",
    "koi8-r": "koi8-r",
    "koi8-u": "koi8-u",
    "shift_jis": "cp932",
    "euc-jp": "euc_jp",
    "euc-kr": "cp949",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "gb18030": "gb18030",
    "big5": "big5hkscs",
    # A page that can say so in single bytes is not in UTF-16.
    "utf-8": UTF_8,
    "utf8": UTF_8,
    "utf-16": UTF_8,
    "utf-16le": UTF_8,
    "utf-16be": UTF_8,
}


def decode_report(content: bytes) -> str:
    """The text; what does not belong to the encoding becomes U+FFFD, and nothing raises."""
    for mark, encoding in BYTE_ORDER_MARKS:
        if content.startswith(mark):
            return content.removeprefix(mark).decode(encoding, errors="replace")
    if encoding := _utf_16_without_mark(content):
        return content.decode(encoding, errors="replace")
    declared = DECLARATION.search(content[:DECLARED_WITHIN_BYTES])
    encoding = ENCODINGS.get(declared[1].decode().lower(), "") if declared else ""
    if encoding and encoding != UTF_8:
        return content.decode(encoding, errors="replace")
    try:
        return content.decode(UTF_8)
    except UnicodeDecodeError:
        # One broken byte does not make a page that says UTF-8 another.
        return content.decode(encoding or WESTERN, errors="replace")


def _utf_16_without_mark(content: bytes) -> str:
    start = content[:64].replace(b" \x00", b"").replace(b"\x00 ", b"").lstrip(b"\r\n\t")
    if start.startswith(b"<\x00"):
        return "utf-16-le"
    return "utf-16-be" if start.startswith(b"\x00<") else ""
