"""HTML out of rows and templates, in which everything is escaped that is not HTML of ours."""

import re
from collections.abc import Callable
from functools import cache
from typing import Any
from urllib.parse import quote

import jinja2
from markupsafe import Markup, escape

from metrics.untrusted import plain
from reports.markdown import TEMPLATES
from reports.tabular import Beside, Besides, Code, Link, Reference, Strong, Table
from reports.untrusted import web_address
from scenarios.words import THIN_SPACE

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

MOST_ABREAST = 4
"""Columns that a phone has room for; the rows of a wider table become blocks there."""

UNBROKEN = str.maketrans({THIN_SPACE: "\N{NARROW NO-BREAK SPACE}"})
"""A browser may break a line at a thin space, between a number and its sign."""


def html(value: object) -> Markup:
    """The value as HTML: a marked cell, or text that is shown and acts on nothing."""
    if isinstance(value, Markup):
        return value
    if type(value) in _WRITTEN:
        return _WRITTEN[type(value)](value)
    # Markdown has backslashes of its own and counts as text like any other.
    return escape(plain(str.__str__(value) if isinstance(value, str) else value).translate(UNBROKEN))


def linked(text: object, url: object) -> Markup:
    """A link where the address is one of the web, else the bare text."""
    address = web_address(url)
    if not address:
        return escape(plain(text))
    return Markup('<a href="{}" rel="noreferrer">{}</a>').format(address, plain(text))


def table(content: Table, caption: str) -> Markup:
    """A table in a region that scrolls by itself; on a phone each row is a block of its own.

    Args:
        content: the rows; without one a sentence says so.
        caption: names the region, for those who do not see where it stands.
    """
    if not content:
        return Markup("<p>None.</p>")
    head = Markup().join(
        Markup('<th scope="col"{}>{}</th>').format(_side(content, at), html(name))
        for at, name in enumerate(content.columns)
    )
    body = Markup().join(_row(content, row) for row in content.rows)
    return Markup(
        '<div class="scroll{}" role="region" aria-label="{}" tabindex="0"><table><thead><tr>{}</tr></thead>'
        "<tbody>{}</tbody></table></div>"
    ).format(" blocks" if len(content.columns) > MOST_ABREAST else "", f"Table: {caption}", head, body)


def render(name: str, **values: object) -> str:
    """A template with its values."""
    return _environment().get_template(name).render(**values)


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        finalize=html,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(table=table)
    return environment


def _row(content: Table, row: tuple[object, ...]) -> Markup:
    first = Markup('<th scope="row"{}>{}</th>').format(_side(content, 0, row[0]), html(row[0]))
    cells = Markup().join(
        Markup('<td data-label="{}"{}>{}</td>').format(plain(content.columns[at]), _side(content, at, cell), html(cell))
        for at, cell in enumerate(row[1:], start=1)
    )
    return Markup("<tr>{}{}</tr>").format(first, cells)


def _side(content: Table, at: int, cell: object = "") -> Markup:
    if at in content.right:
        return Markup(' class="right"')
    return Markup(' class="date"') if _DATE.fullmatch(str(cell)) else Markup()


def _reference(value: Reference) -> Markup:
    if value.number is None:
        return Markup("none given")
    return Markup('<a href="#source-{0}">[{0}]</a>').format(value.number)


_WRITTEN: dict[type, Callable[[Any], Markup]] = {
    Link: lambda cell: linked(cell.text, cell.url),
    Beside: lambda cell: Markup('<a href="{}">{}</a>').format(quote(cell.path), plain(cell.text)),
    Besides: lambda cell: Markup(" ").join(map(html, cell)),
    Reference: _reference,
    Code: lambda cell: Markup("<code>{}</code>").format(plain(cell)),
    Strong: lambda cell: Markup("<strong>{}</strong>").format(plain(cell)),
}
"""How each kind of marked cell is written."""
