"""Words on charts: how broad they are, and where labels fit.

Widths are those of Arial, by which the drawing program measures too.
"""

from collections.abc import Sequence
from typing import NamedTuple

_WIDTHS = {
    222: "ijl",
    278: " !,./:;I[]\\ft|\N{NO-BREAK SPACE}",
    333: "()-`r\N{NARROW NO-BREAK SPACE}",
    167: "\N{THIN SPACE}",
    500: "Jckszvxy",
    584: "+<=>\N{MINUS SIGN}",
    611: "FTZ",
    667: "ABEKPSVXY&",
    722: "CDHNRUw",
    778: "GOQ",
    833: "Mm",
    889: "%",
    944: "W",
    1015: "@",
}
_OF = {char: width for width, chars in _WIDTHS.items() for char in chars}
_USUAL = 556
"""Thousandths of the size: digits and most letters."""


def broad(words: str, size: int, *, bold: bool = False) -> float:
    """Pixels that words take."""
    return sum(_OF.get(char, _USUAL) for char in words) * size / 1000 * (1.06 if bold else 1.0)


def fitting(words: str, pixels: float, size: int) -> str:
    """The words, or their start and an ellipsis, in at most so many pixels."""
    if broad(words, size) <= pixels:
        return words
    while words and broad(f"{words}…", size) > pixels:
        words = words[:-1]
    return f"{words.rstrip(' ,(')}…"


def shortened(words: str, pixels: float, size: int) -> str:
    """The words, or their start, an ellipsis and their end: names of one kind begin alike, and end with a date."""
    if broad(words, size) <= pixels:
        return words
    kept = len(words) - 1
    while kept > 2 and broad(_without_middle(words, kept), size) > pixels:
        kept -= 1
    return _without_middle(words, kept)


def _without_middle(words: str, kept: int) -> str:
    return f"{words[: kept - kept // 2].rstrip(' ,(')}…{words[len(words) - kept // 2 :].lstrip(' ,')}"


class Label(NamedTuple):
    """Words beside a point, in pixels."""

    x: float
    y: float
    text: str


class Placed(NamedTuple):
    """A label that found room."""

    label: Label
    align: str
    dx: float
    dy: float


class Box(NamedTuple):
    """Where something is drawn."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: "Box") -> bool:
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )


def placed(labels: Sequence[Label], taken: Sequence[Box], *, size: int, width: float, height: float) -> list[Placed]:
    """The labels that fit beside their points without touching anything, the first given first.

    Args:
        labels: in order of importance.
        taken: what is drawn there already.
        size: of the type.
        width: of the panel, as is height; a label stays inside.
    """
    found, boxes = [], list(taken)
    for label in labels:
        for align, dx, dy in _SIDES:
            box = _box(label, align, dx, dy, size)
            inside = box.left >= 0 and box.right <= width and box.top >= 0 and box.bottom <= height
            if inside and not any(box.meets(other) for other in boxes):
                boxes.append(box)
                found.append(Placed(label, align, dx, dy))
                break
    return found


_SIDES = (
    ("right", -7.0, -7.0),
    ("right", -8.0, 0.0),
    ("left", 8.0, 8.0),
    ("left", 8.0, 0.0),
    ("right", -7.0, -18.0),
    ("left", 7.0, 18.0),
    ("right", -12.0, -32.0),
    ("left", 12.0, 32.0),
)
"""Where beside its point a label may stand, the best first: what grows leaves room above and to the left."""


def _box(label: Label, align: str, dx: float, dy: float, size: int) -> Box:
    length = broad(label.text, size)
    left = label.x + dx - (length if align == "right" else 0)
    return Box(left, label.y + dy - size * 0.6, left + length, label.y + dy + size * 0.6)
