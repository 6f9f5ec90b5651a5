"""Markdown out of rows and templates, in which everything is escaped that is not Markdown of ours."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import jinja2

from reports.tabular import Code, Link, Reference, Strong, Table
from reports.untrusted import Markdown, code, escaped, link

TEMPLATES = Path(__file__).with_name("templates")

LONG = 12
"""Rows from which a table is folded away, so that a page can be read through."""


def markdown(value: object) -> Markdown:
    """The value as Markdown: a table, a marked cell, or text that is escaped."""
    if isinstance(value, Table):
        return _table(value)
    if isinstance(value, Link):
        return link(value.text, value.url)
    if isinstance(value, Reference):
        # The definitions at the end of the page make it a link.
        return Markdown(f"[{value.number}]" if value.number else "none given")
    if isinstance(value, Code):
        return code(value)
    return Markdown(f"**{escaped(str(value))}**") if isinstance(value, Strong) else escaped(value)


def folded(summary: str, content: Table) -> Markdown:
    """A table behind a line that opens it."""
    return Markdown(f"<details><summary>{escaped(summary)}</summary>\n\n{markdown(content)}\n\n</details>")


def _table(table: Table) -> Markdown:
    """Without a row it says that there is none."""
    if not table:
        return Markdown("None.")
    rule = _line([Markdown("---:" if at in table.right else "---") for at in range(len(table.columns))])
    return Markdown("\n".join([_line(table.columns), rule, *map(_line, table.rows)]))


def _line(cells: Sequence[object]) -> str:
    return "| " + " | ".join(markdown(cell) or " " for cell in cells) + " |"


def render(name: str, **values: object) -> str:
    """A template with its values; what is put in is escaped unless it is Markdown."""
    return _environment().get_template(name).render(**values)


@cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        # Every value becomes Markdown before autoescape sees it, and passes that unchanged.
        finalize=markdown,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
