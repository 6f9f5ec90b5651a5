"""Markdown out of rows and templates, in which everything is escaped that is not Markdown of ours."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import jinja2

from reports.untrusted import Markdown, code, escaped, link

TEMPLATES = Path(__file__).with_name("templates")

LONG = 12
"""Rows from which a table is folded away, so that a page can be read through."""


def table(columns: Sequence[object], rows: Iterable[Sequence[object]], right: Sequence[int] = ()) -> Markdown:
    """A table; without a row it says that there is none.

    Args:
        columns: headings.
        rows: cells, escaped unless they are Markdown.
        right: positions of columns whose cells stand right.
    """
    lines = [_line(row) for row in rows]
    if not lines:
        return Markdown("None.")
    rule = _line([Markdown("---:" if at in right else "---") for at in range(len(columns))])
    return Markdown("\n".join([_line(columns), rule, *lines]))


def folded(summary: str, content: Markdown) -> Markdown:
    """Content behind a line that opens it."""
    return Markdown(f"<details><summary>{escaped(summary)}</summary>\n\n{content}\n\n</details>")


def _line(cells: Sequence[object]) -> str:
    return "| " + " | ".join(escaped(cell) or " " for cell in cells) + " |"


def render(name: str, **values: object) -> str:
    """A template with its values; what is put in is escaped unless it is Markdown."""
    return _environment().get_template(name).render(**values)


def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        # Every value becomes Markdown before autoescape sees it, and passes that unchanged.
        finalize=escaped,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(code=code, link=link)
    return environment
