"""Tables and marked cells that are neither Markdown nor HTML yet; how each is written belongs to its format."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple


class Link(NamedTuple):
    """Text that leads to an address, if that is one of the web."""

    text: str
    url: str


class Beside(NamedTuple):
    """Text that leads to a file below the page's own folder."""

    text: str
    path: str


class Besides(tuple[Beside, ...]):
    """Several of them."""


class Reference(NamedTuple):
    """The number of a citation; None where nothing is cited."""

    number: int | None


class Code(str):
    """An id or hash."""


class Strong(str):
    """Text that stands out, such as a sum."""


class Table(NamedTuple):
    """Rows under their columns."""

    columns: tuple[object, ...]
    rows: tuple[tuple[object, ...], ...]
    right: tuple[int, ...]
    """Positions of columns whose cells stand right."""

    def __bool__(self) -> bool:
        """Whether there is a row."""
        return bool(self.rows)


def table(columns: Sequence[object], rows: Iterable[Sequence[object]], right: Sequence[int] = ()) -> Table:
    """A table of rows that are made one by one.

    Args:
        columns: headings.
        rows: cells: text, numbers, or marked cells.
        right: positions of columns whose cells stand right.
    """
    return Table(tuple(columns), tuple(map(tuple, rows)), tuple(right))
