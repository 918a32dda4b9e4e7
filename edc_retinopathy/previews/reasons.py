"""Why a picture cannot be shown, in words for whoever looks."""

from enum import StrEnum

# By what is in it: another product has this package's name, and would be installed by it.
LOSSLESS_EXTRA = "lossless (pip install pylibjpeg-libjpeg)"


class Reason(StrEnum):
    """Stable codes; :data:`SENTENCES` says each to a person."""

    NO_IMAGE = "no_image"
    NO_FRAME = "no_frame"
    BROKEN = "broken"
    CHANGED = "changed"
    TOO_MANY_PIXELS = "too_many_pixels"
    TOO_COSTLY = "too_costly"
    NEEDS_EXTRA = "needs_extra"
    UNDECODABLE = "undecodable"
    LOCKED = "locked_pdf"
    BUSY = "busy"
    UNAVAILABLE = "unavailable"


SENTENCES = {
    Reason.NO_IMAGE: "The file holds no picture.",
    Reason.NO_FRAME: "The file has no such frame or page.",
    Reason.BROKEN: "The picture is damaged and cannot be shown. The file can be downloaded.",
    Reason.CHANGED: "The stored file is not the one that was received: tell the data manager.",
    Reason.TOO_MANY_PIXELS: "The picture has more pixels than are shown here.",
    Reason.TOO_COSTLY: "The picture takes more time or memory than it may.",
    Reason.NEEDS_EXTRA: (
        "The picture is compressed in a way that this server cannot read yet. "
        f"It needs the extra {LOSSLESS_EXTRA}."
    ),
    Reason.UNDECODABLE: "The picture is in a transfer syntax that cannot be decoded here.",
    Reason.LOCKED: "The PDF file is locked with a password.",
    Reason.BUSY: "The picture is still being made. Look again in a moment.",
    Reason.UNAVAILABLE: "Pictures cannot be made at the moment: tell who runs the server.",
}
# The file is not at fault, or not for long: asked again, it is tried again.
PASSING = frozenset({Reason.BUSY, Reason.UNAVAILABLE, Reason.CHANGED, Reason.NO_FRAME})


class NotRendered(Exception):  # noqa: N818
    """There is no picture; ``code`` and ``sentence`` say why."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason

    @property
    def code(self) -> str:
        """The stable word for it."""
        return self.reason.value

    @property
    def sentence(self) -> str:
        """The same for a person."""
        return SENTENCES[self.reason]
