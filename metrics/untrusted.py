"""Text that others wrote, on one line and without what acts on a screen. Markup is made harmless in reports."""

import re
import unicodedata

_SPACE = re.compile(r"[ \t\n\r\f\v\x1c-\x1f\x85\u2028\u2029]+")
"""What breaks a line or moves a cursor; a thin space before % is a letter like any other."""
_HIDDEN = ("Cc", "Cf", "Cs", "Co", "Cn")
"""Unicode categories that act on a screen or cannot be seen: controls, direction marks, surrogates, unassigned."""


def plain(text: object) -> str:
    """One line in which every control character, escape sequence and direction mark is spelt out."""
    line = _SPACE.sub(" ", str(text)).strip()
    return "".join(_spelt(char) if unicodedata.category(char) in _HIDDEN else char for char in line)


def cut(text: str, length: int, *, unicode: bool = True) -> str:
    """The text, or its start and an ellipsis, in at most `length` characters."""
    ellipsis = "…" if unicode else "..."
    return text if len(text) <= length else text[: length - len(ellipsis)].rstrip() + ellipsis


def _spelt(char: str) -> str:
    return char.encode("unicode_escape").decode("ascii")
