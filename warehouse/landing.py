"""Files as they were fetched: immutable, named by what is in them, each with a note of where it came from.

Everything else is made from them; what is in the files is not looked at here.
"""

import hashlib
import json
import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import NamedTuple

from metrics.errors import DataError, WarehouseError
from warehouse import held
from warehouse.faults import os_explained, told
from warehouse.files import write_whole
from warehouse.home import Home

NOTE = held.NOTE
"""Suffix of the note beside a file."""


class Landed(NamedTuple):
    """A file that has landed."""

    sha256: str
    source: str
    name: str
    url: str
    fetched_at: datetime
    """UTC."""
    size: int
    """Bytes."""
    new: bool
    """Whether the bytes had not landed before."""
    known_since: date | None = None
    """First day the public could know what is in it, where the bytes do not say so themselves."""

    @property
    def public_on(self) -> date:
        """The day its values are known since, for values without one: at the latest when we got it."""
        return self.known_since or self.fetched_at.date()


def land(
    home: Home,
    source: str,
    content: bytes,
    *,
    name: str,
    url: str = "",
    fetched_at: datetime,
    known_since: date | None = None,
) -> Landed:
    """Keep the bytes of a file; bytes that have landed before keep the note of the first time.

    Raises:
        DataError: the bytes have landed before, as known since another day.
        WarehouseError: the folder cannot be written to, or the disk is full.
    """
    if not re.fullmatch(r"[a-z0-9_]+", source):
        raise WarehouseError(
            "landing: the id of the source cannot name a folder", found=repr(source), next="use a-z, 0-9 and _"
        )
    sha256 = sha256_of(content)
    file = home.landing / source / sha256
    with os_explained(home.landing):
        if _is_whole(file, sha256):
            return _same_day(_read(_note(file))._replace(new=False), known_since)
        landed = Landed(
            sha256, source, name, url, fetched_at.astimezone(UTC), len(content), new=True, known_since=known_since
        )
        file.parent.mkdir(parents=True, exist_ok=True)
        write_whole(file, content)
        write_whole(_note(file), _as_json(landed))
    return landed


def sha256_of(content: bytes) -> str:
    """The name under which bytes land."""
    return hashlib.sha256(content).hexdigest()


def _same_day(before: Landed, known_since: date | None) -> Landed:
    if known_since not in (None, before.public_on):
        raise DataError(
            f"{before.name}: the same bytes have landed before, as known since {before.public_on}",
            found=f"known since {known_since}",
            next=f"leave the date out: what came first stays (landing/{before.source}/{before.sha256}{NOTE})",
        )
    return before


def landed(home: Home) -> list[Landed]:
    """Every file that has landed and is not held back, in the order of fetched_at and sha256.

    Raises:
        WarehouseError: a note cannot be read.
    """
    with os_explained(home.landing):
        files = [_read(note)._replace(new=False) for note in home.landing.glob(f"*/*{NOTE}")]
    taken = [file for file in files if not held.is_held(home, file.source, file.sha256)]
    return sorted(taken, key=lambda file: (file.fetched_at, file.sha256, file.source))


def landed_file(home: Home, source: str, sha256: str) -> Landed | None:
    """The note of one file, held back or not; None where it has not landed.

    Raises:
        WarehouseError: the note cannot be read.
    """
    note = _note(home.landing / source / sha256)
    with os_explained(home.landing):
        return _read(note)._replace(new=False) if note.is_file() else None


def content_of(home: Home, file: Landed) -> bytes:
    """The bytes of a file that has landed.

    Raises:
        WarehouseError: they are gone, or no longer those that were fetched.
    """
    path = home.landing / file.source / file.sha256
    with os_explained(path):
        content = path.read_bytes() if path.is_file() else b""
    if hashlib.sha256(content).hexdigest() != file.sha256:
        raise WarehouseError(
            f"{path}: the file is not the one that was fetched",
            found=f"{len(content):,} bytes with another hash" if content else "nothing",
            next=f"restore it from a backup, or remove it and its {NOTE}, and with them what only it said; "
            "then threefutures run",
        )
    return content


def _is_whole(file: Path, sha256: str) -> bool:
    return _note(file).is_file() and file.is_file() and hashlib.sha256(file.read_bytes()).hexdigest() == sha256


def _note(file: Path) -> Path:
    return file.with_name(file.name + NOTE)


def _as_json(landed: Landed) -> bytes:
    day = landed.known_since.isoformat() if landed.known_since else None
    note = landed._asdict() | {"fetched_at": landed.fetched_at.isoformat(), "known_since": day}
    del note["new"]
    return (json.dumps(note, indent=2, ensure_ascii=False) + "\n").encode()


def _read(note: Path) -> Landed:
    try:
        fields = json.loads(note.read_bytes())
        fetched_at = datetime.fromisoformat(fields["fetched_at"]).astimezone(UTC)
        day = fields.get("known_since")
        known_since = date.fromisoformat(day) if day else None
        landed = Landed(**fields | {"fetched_at": fetched_at, "known_since": known_since}, new=True)
    except (ValueError, KeyError, TypeError) as error:
        raise _unreadable(note, f"{type(error).__name__}: {error}") from error
    if (landed.source, landed.sha256 + NOTE) != (note.parent.name, note.name):
        raise _unreadable(note, f"the note of {landed.source}/{landed.sha256}")
    return landed


def _unreadable(note: Path, found: str) -> WarehouseError:
    return WarehouseError(
        f"{note}: the note of a landed file cannot be read",
        found=told(found),
        next="restore it from a backup, or remove it, and with it what only its file said; then threefutures run",
    )
