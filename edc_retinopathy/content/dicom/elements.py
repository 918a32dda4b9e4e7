"""The elements of a data set, one after another: flat, bounded, and nothing is built (PS3.5 7).

Readers forgive much, and so does this: a value representation that is wrong or missing, the other
encoding inside, lengths of sequences that lie. What they do not forgive ends the walk.
"""

from collections.abc import Iterator
from struct import Struct
from typing import NamedTuple

from pydicom.datadict import dictionary_has_tag
from pydicom.valuerep import EXPLICIT_VR_LENGTH_16, EXPLICIT_VR_LENGTH_32

from .source import Source

UNDEFINED_LENGTH = 0xFFFFFFFF
ITEM, ITEM_END, SEQUENCE_END = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD
DELIMITER_GROUP = 0xFFFE
ROWS, PIXEL_DATA = 0x00280010, 0x7FE00010
FLOAT_PIXEL_DATA, DOUBLE_PIXEL_DATA = 0x7FE00008, 0x7FE00009
PIXELS = frozenset({PIXEL_DATA, FLOAT_PIXEL_DATA, DOUBLE_PIXEL_DATA})

# No photograph has as many elements. Behind them the image is searched for, at the speed of C,
# instead of being walked to.
MAX_ELEMENTS = 2_000
MAX_ELEMENTS_IN_SEQUENCES = 8_000
MAX_SEARCHES = 3

TAG_BYTES, HEADER_BYTES, LONG_HEADER_BYTES = 4, 8, 12
SHORT_VRS = frozenset(vr.value.encode() for vr in EXPLICIT_VR_LENGTH_16)
LONG_VRS = frozenset(vr.value.encode() for vr in EXPLICIT_VR_LENGTH_32)
KNOWN_VRS = SHORT_VRS | LONG_VRS


class CutShort(Exception):  # noqa: N818
    """The bytes end within an element."""


class LooseEnd(Exception):  # noqa: N818
    """A few bytes are left that are no element, or the very beginning of one."""


class NotWritten(Exception):  # noqa: N818
    """Zeros stand where an element should be: a copy that was caught half-way."""


class Element(NamedTuple):
    """The head of an element: ``vr`` is empty where it is not written, lengths are in bytes.

    A tuple, because a walk makes thousands: a frozen dataclass takes three times as long.
    """

    tag: int
    vr: bytes
    length: int
    position: int
    header_length: int = HEADER_BYTES

    @property
    def end(self) -> int:
        """Where a value of defined length ends, by its length."""
        return self.position + self.header_length + self.length

    @property
    def is_undefined(self) -> bool:
        """Whether a delimiter ends the value, not its length."""
        return self.length == UNDEFINED_LENGTH


class Elements:
    """Walks through a data set from where its source stands; yields the elements of its top level.

    The value of an element may be taken from the source while it is the current one. That of pixel
    data has to be: all of it, with its delimiter. Raises ``CutShort``, ``LooseEnd`` and
    ``NotWritten``.
    """

    def __init__(
        self, source: Source, *, is_little_endian: bool = True, is_explicit: bool = True
    ) -> None:
        order = "<" if is_little_endian else ">"
        self._tag = Struct(f"{order}HH")
        self._long = Struct(f"{order}I")
        self._short = Struct(f"{order}H")
        self._source = source
        self._is_explicit = is_explicit or self._has_known_vr_ahead()
        # The tags of the top level that were passed over whole, and the latest of its elements.
        self.passed: set[int] = set()
        self.latest: Element | None = None
        self._left_in_sequences = MAX_ELEMENTS_IN_SEQUENCES
        self._left_searches = MAX_SEARCHES

    def __iter__(self) -> Iterator[Element]:
        source = self._source
        left = MAX_ELEMENTS
        while element := self._next():
            if left == 0:
                if not self._find_image():
                    return
                left = MAX_ELEMENTS
                continue
            left -= 1
            source.skip(element.header_length)
            is_sequence = element.tag not in PIXELS and self._is_sequence(element)
            self.latest = element
            yield element
            is_whole = True
            if is_sequence:
                is_whole = self._pass_sequence(None if element.is_undefined else element.end)
            elif element.tag not in PIXELS:
                self._pass_to(element.end)
            if is_whole:
                self.passed.add(element.tag)

    def tag_ahead(self) -> int:
        """The tag of the element to come; 0 at the end."""
        head = self._source.peek(TAG_BYTES)
        if len(head) < TAG_BYTES:
            return 0
        group, number = self._tag.unpack(head)
        return int(group << 16 | number)

    def take_item(self) -> int:
        """Pass over the head of the item, or of the delimiter, to come; gives its length."""
        length = self._long.unpack_from(self._source.take(HEADER_BYTES).ljust(HEADER_BYTES), 4)[0]
        return int(length)

    def _next(self) -> Element | None:
        """The element to come, which is not passed yet; None at the end, or before other bytes."""
        head = self._source.peek(LONG_HEADER_BYTES)
        if len(head) < HEADER_BYTES:
            if not any(head):
                return None
            raise CutShort if dictionary_has_tag(self.tag_ahead()) else LooseEnd
        if not any(head[:HEADER_BYTES]):
            raise NotWritten
        element = self._parse(head)
        is_other = element.tag >> 16 == DELIMITER_GROUP or (
            self._reaches_beyond_end(element) and not self._is_plausible(element)
        )
        return None if is_other else element

    def _parse(self, head: bytes) -> Element:
        group, number = self._tag.unpack_from(head)
        tag, vr, position = group << 16 | number, head[4:6], self._source.position
        # Capitals that are none of the standard's: of later editions, or wrong.
        if not (vr in KNOWN_VRS or (self._is_explicit and vr.isalpha() and vr.isupper())):
            return Element(tag, b"", self._long.unpack_from(head, 4)[0], position)
        if not self._is_explicit:
            implicit = Element(tag, b"", self._long.unpack_from(head, 4)[0], position)
            if not self._reaches_beyond_end(implicit):
                return implicit
        if vr in SHORT_VRS or (vr not in LONG_VRS and head[6:8] != b"\0\0"):
            return Element(tag, vr, self._short.unpack_from(head, 6)[0], position)
        if len(head) < LONG_HEADER_BYTES:
            raise CutShort
        length = self._long.unpack_from(head, 8)[0]
        return Element(tag, vr, length, position, LONG_HEADER_BYTES)

    def _reaches_beyond_end(self, element: Element) -> bool:
        size = self._source.size
        return size is not None and not element.is_undefined and element.end > size

    def _is_plausible(self, element: Element) -> bool:
        """Whether it looks like an element whose value was cut, and not like text or noise."""
        is_known = bool(element.tag >> 16 & 1) or dictionary_has_tag(element.tag)
        return is_known and (element.vr in KNOWN_VRS or not self._is_explicit)

    def _is_sequence(self, element: Element) -> bool:
        if element.is_undefined or element.vr == b"SQ":
            return True
        return element.vr in {b"", b"UN"} and element.length > 0 and self.tag_ahead() == ITEM

    def _has_known_vr_ahead(self) -> bool:
        return self._source.peek(TAG_BYTES + 2)[TAG_BYTES:] in KNOWN_VRS

    def _pass_to(self, end: int) -> None:
        wanted = end - self._source.position
        if wanted > 0 and self._source.skip(wanted) < wanted:
            raise CutShort

    def _pass_sequence(self, end: int | None) -> bool:
        """Step through the items and what they hold, however deep; ``end`` is None if undefined.

        What cannot be walked through, or is too much, is left behind: to the sequence's end where
        its length tells, else to the image. False if bytes that are no element stand before its
        end.
        """
        was_explicit = self._is_explicit
        is_through = self._step_through(end)
        if not is_through:
            if end is None:
                self._find_image()
            else:
                self._pass_to(end)
        self._is_explicit = was_explicit
        return is_through or end is not None or self._left_in_sequences == 0

    def _step_through(self, end: int | None) -> bool:
        """True behind the last item."""
        source = self._source
        # Where each sequence and item that is open ends, None if a delimiter tells, and whether
        # value representations were written around it.
        opened: list[tuple[int | None, bool]] = [(end, self._is_explicit)]
        while opened and (end is None or source.position < end):
            innermost_end, was_explicit = opened[-1]
            tag = self.tag_ahead()
            is_delimiter = innermost_end is None and tag in {ITEM_END, SEQUENCE_END}
            if is_delimiter or (innermost_end is not None and source.position >= innermost_end):
                if is_delimiter:
                    self.take_item()
                self._is_explicit = was_explicit
                opened.pop()
                continue
            if self._left_in_sequences == 0:
                return False
            self._left_in_sequences -= 1
            if tag == ITEM:
                length = self.take_item()
                inside = None if length == UNDEFINED_LENGTH else source.position + length
                opened.append((inside, self._is_explicit))
                # Some writers use the other encoding in items.
                self._is_explicit = self._is_explicit or self._has_known_vr_ahead()
            elif not self._step(end, opened):
                return False
        return True

    def _step(self, end: int | None, opened: list[tuple[int | None, bool]]) -> bool:
        """Pass over one element of an item, or open the sequence that it is."""
        source = self._source
        element = self._next()
        if element is None:
            if not source.peek(1):
                raise CutShort
            return False
        if end is not None and not element.is_undefined and element.end > end:
            return False
        source.skip(element.header_length)
        if self._is_sequence(element):
            opened.append((None if element.is_undefined else element.end, self._is_explicit))
        else:
            self._pass_to(element.end)
        return True

    def _find_image(self) -> bool:
        """Go to where the image is described, or to its pixels; False if there is no such place."""
        if self._left_searches == 0:
            return False
        self._left_searches -= 1
        rows = self._tag.pack(ROWS >> 16, ROWS & 0xFFFF)
        pixels = self._tag.pack(PIXEL_DATA >> 16, PIXEL_DATA & 0xFFFF)
        if not self._is_explicit:
            return self._source.find(rows + self._long.pack(2), pixels)
        return self._source.find(
            rows + b"US" + self._short.pack(2), pixels + b"OB\0\0", pixels + b"OW\0\0"
        )
