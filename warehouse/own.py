"""What each source of the user's own is, beside its landed files: a rebuild reads them without the configuration."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, NamedTuple

from metrics.errors import WarehouseError
from metrics.own_source import own_source
from metrics.source import Expected, Source, sources
from warehouse.faults import os_explained, told
from warehouse.files import write_whole
from warehouse.home import Home

NAME = "source.own"


class Described(NamedTuple):
    """A source of the user's own."""

    name: str
    kind: str
    """"table" or "inspect"."""
    private: bool
    expected: Expected | None = None
    """What its next file must be like; None: whatever can be read."""

    @property
    def source(self) -> Source:
        return own_source(self.name, kind=self.kind, private=self.private, expected=self.expected)

    def document(self) -> dict[str, Any]:
        """As a JSON object."""
        return self._asdict() | {"expected": self.expected and asdict(self.expected)}


def describe_own(home: Home, described: Described) -> None:
    """Say what a source is, before its first file lands; nothing is written that is there already.

    Raises:
        WarehouseError: the folder cannot be written to, or the disk is full.
    """
    path = home.landing / described.name / NAME
    content = (json.dumps(described.document(), indent=2) + "\n").encode()
    with os_explained(home.landing):
        if not path.is_file() or path.read_bytes() != content:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, content)


def own_sources(home: Home) -> Mapping[str, Source]:
    """The sources of the user's own of which files have landed, by id.

    Raises:
        WarehouseError: what one is cannot be read.
    """
    with os_explained(home.landing):
        found = [_read(path) for path in sorted(home.landing.glob(f"*/{NAME}"))]
    return {one.name: one.source for one in found}


def every_source(home: Home) -> Mapping[str, Source]:
    """Every source by id: those of the project, then the user's own."""
    return {**sources(), **own_sources(home)}


def _read(path: Path) -> Described:
    try:
        said = json.loads(path.read_bytes())
        expected = said.get("expected")
        known = expected and Expected(**expected | {"columns": tuple(expected["columns"])})
        described = Described(**said | {"expected": known})
    except (ValueError, TypeError, AttributeError, LookupError) as error:
        raise WarehouseError(
            f"{path}: what the source is cannot be read",
            found=told(f"{type(error).__name__}: {error}"),
            next="remove it: the next threefutures run writes it again, while the source is in threefutures.toml",
        ) from error
    return described
