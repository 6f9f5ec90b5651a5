"""Text that others wrote, made harmless where it is shown: in a terminal and in Markdown.

A fact's text may hold escape sequences, markup, links or formulas. It stays readable and acts on nothing. What is
shown, and in which order, is not decided here.
"""

import re
from urllib.parse import quote, urlsplit

from metrics.errors import ThreeFuturesError
from metrics.untrusted import plain

_MARKUP = re.compile(r"([\\`*_\[\]|~])")
_LINE_START = re.compile(r"^(=|[#+-](?=[ #+-]|$)|[0-9]+[.)](?= |$))")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
LONGEST_PART = 200
"""Characters of a fault's line."""


class Markdown(str):
    """Text that is Markdown already: ours, or made by the functions below."""

    def __html__(self) -> str:
        """Tell a template that HTML in it is escaped or meant."""
        return str(self)


def three_lines(error: ThreeFuturesError) -> str:
    """A fault as it may be shown: each of its parts one line; of a long one both ends, for its verb may come last."""
    message, found, following = (_ends(plain(part)) for part in (error.message, error.found, error.next))
    return str(ThreeFuturesError(message, found=found, next=following))


def _ends(text: str) -> str:
    return text if len(text) <= LONGEST_PART else f"{text[: LONGEST_PART - 81]}…{text[-80:]}"


def ascii_only(text: str) -> str:
    """The same line for a terminal without UTF-8."""
    for sign, plain_sign in _ASCII.items():
        text = text.replace(sign, plain_sign)
    return text.encode("ascii", "backslashreplace").decode("ascii")


_ASCII = {
    "\N{MINUS SIGN}": "-",
    "\N{THIN SPACE}": " ",
    "\N{NO-BREAK SPACE}": " ",
    "\N{NARROW NO-BREAK SPACE}": " ",
    "\N{MIDDLE DOT}": "-",
    "\N{HORIZONTAL ELLIPSIS}": "...",
    "\N{EN DASH}": "-",
    "\N{EM DASH}": "-",
    "\N{RIGHT SINGLE QUOTATION MARK}": "'",
}


def escaped(text: object) -> Markdown:
    """The text as one line of Markdown that shows it and does nothing else, also inside a table and in HTML."""
    if isinstance(text, Markdown):
        return text
    line = _MARKUP.sub(r"\\\1", plain(text))
    line = _LINE_START.sub(lambda match: f"\\{match[0]}" if len(match[0]) == 1 else _numbered(match[0]), line)
    return Markdown("".join(_ENTITIES.get(char, char) for char in line))


def harmless_in_csv(text: str) -> str:
    """The text behind an apostrophe if a spreadsheet would take it for a formula."""
    return f"'{text}" if text[:1] in "=+-@\t\r" and text[:1] else text


def code(text: object) -> Markdown:
    """An id or hash as a code span; a backtick or bar inside would end the span or the cell."""
    return Markdown(f"`{plain(text).replace('`', chr(39)).replace('|', chr(0xA6))}`")


def web_address(url: object) -> str | None:
    """The address if it is http or https and has a host, with every character that ends a link quoted.

    Publishers' addresses come with remarks behind them, "https://... (table 3)": an address ends at a space.
    """
    text = plain(url).partition(" ")[0]
    try:
        parts = urlsplit(text)
    except ValueError:
        return None
    if parts.scheme.lower() not in ("http", "https") or not parts.hostname:
        return None
    return quote(text, safe="%/:?#@!$&'*+,;=~-._")


def link(text: object, url: object) -> Markdown:
    """A link where the address is one of the web, else the bare text."""
    address = web_address(url)
    return Markdown(f"[{escaped(text)}]({address})") if address else escaped(text)


def _numbered(start: str) -> str:
    return f"{start[:-1]}\\{start[-1]}"
