"""What a server said of a landed file, beside the file: with it the server can say later that nothing has changed.

Written when the file's facts are kept and not before, so that "nothing has changed" never stands for a file whose facts
were lost on the way.
"""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from warehouse.faults import os_explained
from warehouse.files import write_whole
from warehouse.held import NOTE
from warehouse.home import Home

MARK = ".http"
"""Suffix of the note beside a file."""


class Seen(NamedTuple):
    """A file that was at an address."""

    source: str
    sha256: str
    url: str
    etag: str
    last_modified: str
    seen_at: datetime
    """UTC; when it was there last."""


def note_seen(home: Home, seen: Seen) -> None:
    """Note beside a landed file that it was at an address.

    Raises:
        WarehouseError: the folder cannot be written to, or the disk is full.
    """
    fields = seen._asdict() | {"seen_at": seen.seen_at.astimezone(UTC).isoformat()}
    with os_explained(home.landing):
        path = home.landing / seen.source / f"{seen.sha256}{MARK}"
        write_whole(path, (json.dumps(fields, indent=2, ensure_ascii=False) + "\n").encode())


def last_seen(home: Home, source: str, url: str, *, at: datetime) -> Seen | None:
    """The file that was at an address last, if it still lies where it landed.

    A note of the future is of a clock that was ahead: it says nothing of now.
    """
    with os_explained(home.landing):
        notes = [path.read_bytes() for path in home.landing.glob(f"{source}/*{MARK}") if _has_landed(path)]
    there = [seen for seen in map(_read, notes) if seen is not None and seen.url == url and seen.seen_at <= at]
    return max(there, key=lambda seen: (seen.seen_at, seen.sha256), default=None)


def _has_landed(note: Path) -> bool:
    return note.with_suffix("").is_file() and note.with_suffix(NOTE).is_file()


def _read(note: bytes) -> Seen | None:
    """What a note says; one that is damaged says nothing, and the file is fetched again."""
    try:
        fields = json.loads(note)
        return Seen(**fields | {"seen_at": datetime.fromisoformat(fields["seen_at"])})
    except (ValueError, KeyError, TypeError):
        return None
