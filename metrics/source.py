"""The registry of sources: what each one is, where its bytes come from, and how they are read.

A source is one module in `metrics/sources/` that declares itself with @source over its parse function. Fetching and
keeping are not its business.
"""

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pandas as pd

Parse = Callable[[bytes], pd.DataFrame]
Details = Mapping[str, Parse]
"""What the values of a source are estimated from: how it is read, by the table of the warehouse that keeps it."""

PUBLISHED = Path(__file__).with_name("published")

_registered: "dict[str, Source]" = {}


class EmbeddedFile(NamedTuple):
    """A file that ships with the project."""

    name: str
    content: bytes


@dataclass(frozen=True)
class Expected:
    """What the next file of a source must be like. One that is not is held back until somebody has looked at it."""

    least_rows: float = 0.8
    """Rows, as a share of those of the publication before it."""
    most_refused: float = 0.3
    """Rows that the judge refuses, as a share of all."""
    tolerance: float = 0.25
    """A value that moves by at most this share of itself is a correction."""
    most_changed: float = 0.25
    """Values known before that may move by more, as a share of all known before."""
    late_days: int = 180
    """Days without a new publication after which the source is called late; a late one is told, not held back."""
    columns: tuple[str, ...] = ()
    """Columns that a table of the user's own must have; a publisher's are known to its parser."""


@dataclass(frozen=True)
class Source:
    """Where facts come from, and how its bytes become raw observations."""

    id: str
    title: str
    publisher: str
    licence: str
    url: str
    files: tuple[str, ...]
    """Names of its embedded files in metrics/published/."""
    parse: Parse
    """Bytes of one file -> raw frame: observation.COLUMNS as text, with line and row. Raises DataError.

    Where the bytes do not say since when a value is known, known_since is empty: whoever lands them knows.
    """
    details: Details
    address: str = ""
    """Where its newest file is fetched from, once the configuration asks for it; empty where there is no such file."""
    expected: Expected | None = None
    """None: every file of it is kept that can be read."""
    private: bool = False
    """A user's own, and nobody else's: it is left out of what is given away."""

    def embedded(self) -> tuple[EmbeddedFile, ...]:
        """The files that ship with the project, as they are on disk."""
        return tuple(EmbeddedFile(name, (PUBLISHED / name).read_bytes()) for name in self.files)


def source(
    *,
    id: str,
    title: str,
    publisher: str,
    licence: str,
    url: str,
    files: tuple[str, ...] = (),
    details: Details | None = None,
    address: str = "",
    expected: Expected | None = None,
    private: bool = False,
) -> Callable[[Parse], Parse]:
    """Register the decorated parse function as a source.

    Raises:
        ValueError: the id is taken.
    """

    def register(parse: Parse) -> Parse:
        if id in _registered:
            raise ValueError(f"source {id!r} is declared twice: in {parse.__module__} and before")
        _registered[id] = Source(
            id, title, publisher, licence, url, files, parse, details or {}, address, expected or Expected(), private
        )
        return parse

    return register


@cache
def sources() -> Mapping[str, Source]:
    """Every source by id, in order of id: importing `metrics.sources`' modules registers them."""
    package = importlib.import_module("metrics.sources")
    for module in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"metrics.sources.{module.name}")
    return dict(sorted(_registered.items()))
