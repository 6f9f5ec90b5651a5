"""Charts -> SVG, for a file and for the page.

The page's SVG has variables for colours, ids of its own, and nothing a screen reader would spell out: words for the
picture stand beside it.
"""

import json
import re
from functools import lru_cache

import vl_convert

from reports.charts.style import FONT, Chart
from reports.colours import LIGHT

VEGA_LITE = "6.4"
"""The version that Altair 6.3 writes."""

_TAG = re.compile(r"<[^>]+>")
_NOISE = re.compile(
    r' (?:role|class|pointer-events|stroke-miterlimit|version|xmlns:xlink|font-family|aria-[a-z]+)="[^"]*"'
)
_EMPTY = re.compile(r'<path (?:d="(?:M0,0h0v0h0Z)?"(?: display="none")?|d="M[-0-9.,]+h[-0-9.]+v[-0-9.]+h[-0-9.]+Z")/>')
_DIGITS = re.compile(r"(?<=[ ,(MLHVCAZhvl\-\"])-?\d+\.\d{3,}")
_ID = re.compile(r'(id="|url\(#)([A-Za-z]+)(\d+)')


def svg(chart: Chart) -> str:
    """The chart as a file of its own, in the light colours on paper."""
    drawn = _smaller(_drawn(json.dumps(chart)))
    sheet = f'<rect width="100%" height="100%" fill="{LIGHT["paper"]}"/>'
    return _head(drawn, f' font-family="{FONT}"', sheet) + "\n"


def inline(drawn: str, name: str) -> str:
    """A drawing made by `svg` as part of a page.

    Args:
        drawn: the file's text.
        name: put before its ids; no other drawing of the page has it.
    """
    bare = drawn.strip().replace(f'<rect width="100%" height="100%" fill="{LIGHT["paper"]}"/>', "", 1)
    bare = bare.replace(f' font-family="{FONT}"', "", 1).replace(' xmlns="http://www.w3.org/2000/svg"', "", 1)
    named = _TAG.sub(lambda tag: _ID.sub(lambda found: f"{found[1]}{name}-{found[3]}", tag[0]), bare)
    return _head(_TAG.sub(lambda tag: _in_variables(tag[0]), named), ' aria-hidden="true" focusable="false"', "")


def png(chart: Chart, scale: float) -> bytes:
    """The chart as a picture."""
    return vl_convert.vegalite_to_png(chart, vl_version=VEGA_LITE, scale=scale)


@lru_cache(maxsize=256)
def _drawn(specification: str) -> str:
    """Remembered: from one report to the next most charts are the same."""
    return vl_convert.vegalite_to_svg(specification, vl_version=VEGA_LITE)


def _head(drawn: str, attributes: str, first: str) -> str:
    return re.sub(r"<svg([^>]*)>", lambda head: f"<svg{head[1]}{attributes}>{first}", drawn, count=1)


def _smaller(drawn: str) -> str:
    """Without what draws nothing, and with the digits that a screen can show; ids counted from 1."""
    bare = _TAG.sub(lambda tag: _DIGITS.sub(_rounded, _NOISE.sub("", tag[0])), drawn)
    bare = re.sub(r'<rect width="[\d.]+" height="[\d.]+" fill="white"/>', "", bare, count=1)
    bare = _EMPTY.sub("", bare)
    for _ in range(4):
        bare = re.sub(r"<g[^>]*></g>", "", bare)
    numbers: dict[str, int] = {}
    return _TAG.sub(
        lambda tag: _ID.sub(
            lambda found: f"{found[1]}{found[2]}{numbers.setdefault(found[3], len(numbers) + 1)}", tag[0]
        ),
        bare,
    )


def _rounded(number: "re.Match[str]") -> str:
    text = f"{float(number[0]):.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _in_variables(tag: str) -> str:
    for token, colour in LIGHT.items():
        tag = tag.replace(f'"{colour}"', f'"var(--{token})"')
    return tag
