"""Files that were held back: they have landed, and nothing of them is kept until somebody has looked.

The mark lies beside the file, so that a rebuild passes it over as the run did; it is written before the file lands.
"""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from metrics.errors import UsageError, WarehouseError
from warehouse.faults import os_explained, told
from warehouse.files import write_whole
from warehouse.home import Home

MARK = ".held"
"""Suffix of the mark beside a file."""

NOTE = ".json"
"""Suffix of the note beside a file. It is written last: a file without one has not landed."""

SHORTEST = 6
"""Digits of a hash that are enough to name a file."""


class Held(NamedTuple):
    """A file that was held back."""

    source: str
    sha256: str
    rule: str
    reason: str
    held_at: datetime
    """UTC."""


def hold(home: Home, held: Held) -> None:
    """Mark a file, which may be about to land.

    Raises:
        WarehouseError: the folder cannot be written to, or the disk is full.
    """
    fields = held._asdict() | {"held_at": held.held_at.astimezone(UTC).isoformat()}
    path = _mark(home, held.source, held.sha256)
    with os_explained(home.landing):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, (json.dumps(fields, indent=2, ensure_ascii=False) + "\n").encode())


def held_files(home: Home) -> list[Held]:
    """Every file that is held back, in order of source and time.

    Raises:
        WarehouseError: a mark cannot be read.
    """
    with os_explained(home.landing):
        marks = [_read(path) for path in home.landing.glob(f"*/*{MARK}") if path.with_suffix(NOTE).is_file()]
    return sorted(marks, key=lambda one: (one.source, one.held_at, one.sha256))


def is_held(home: Home, source: str, sha256: str) -> bool:
    """Whether a file that has landed is held back."""
    mark = _mark(home, source, sha256)
    return mark.is_file() and mark.with_suffix(NOTE).is_file()


def named(home: Home, source: str, sha256: str) -> Held:
    """The file of a source that is held back, by the first digits of its hash.

    Raises:
        UsageError: there is none, or there are several.
    """
    own = [one for one in held_files(home) if one.source == source]
    found = [one for one in own if len(sha256) >= SHORTEST and one.sha256.startswith(sha256.lower())]
    if len(found) == 1:
        return found[0]
    raise UsageError(
        f"{source} has no file {sha256!r} that is held back",
        found=", ".join(one.sha256[:12] for one in own) or "none of its files is",
        next=f"threefutures quarantine lists them; {SHORTEST} digits are enough where no other begins with them",
    )


def release(home: Home, source: str, sha256: str) -> None:
    """Take the mark of a file away, if it has one."""
    with os_explained(home.landing):
        _mark(home, source, sha256).unlink(missing_ok=True)


def _mark(home: Home, source: str, sha256: str) -> Path:
    return home.landing / source / f"{sha256}{MARK}"


def _read(path: Path) -> Held:
    try:
        fields = json.loads(path.read_bytes())
        held = Held(**fields | {"held_at": datetime.fromisoformat(fields["held_at"])})
    except (ValueError, KeyError, TypeError) as error:
        raise WarehouseError(
            f"{path}: the mark of a file that is held back cannot be read",
            found=told(f"{type(error).__name__}: {error}"),
            next="restore it from a backup, or remove it together with its file and note; then threefutures run",
        ) from error
    return held
