"""What the viewer's scripts are told: panes, pictures, and the words that they say."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

from .exam_pictures import Pane, Picture

# What the scripts say; the names are theirs.
TEXTS = {
    "picture": _("%(pane)s: %(label)s"),
    "number": _("Picture %(number)d"),
    "frame": _("Frame %(frame)d of %(frames)d"),
    "noPicture": _("There is no other picture."),
    "failed": _("%(label)s could not be loaded."),
    "linked": _("Zoom and position are linked."),
    "unlinked": _("Zoom and position are not linked."),
    "mirrored": _("Movements are mirrored between the eyes."),
    "notMirrored": _("Movements are the same in both eyes."),
    "redFree": _("Red-free"),
    "inverted": _("Inverted"),
    "brightness": _("Brightness %(value)d %%"),
    "contrast": _("Contrast %(value)d %%"),
    "asIs": _("Pictures as they are."),
    "zoom": _("Zoom %(value)s"),
    "active": _("%(pane)s is active."),
    "end": _("There is no further exam in this list."),
    "hint": _("%(label)s. Arrow keys move, plus and minus zoom, question mark shows all keys."),
}


def script_data(panes: Iterable[Pane], pictures: Iterable[Picture]) -> dict[str, Any]:
    """All of it, for ``json_script``."""
    return {
        "panes": [
            {
                "key": pane.key,
                "label": str(pane.label),
                "eye": pane.eye.value,
                "picture": str(pane.picture.file.pk) if pane.picture else None,
                "pictures": [str(picture.file.pk) for picture in pane.exam.pictures],
            }
            for pane in panes
        ],
        "pictures": {str(picture.file.pk): picture.as_data() for picture in pictures},
        "texts": {name: str(text) for name, text in TEXTS.items()},
    }
