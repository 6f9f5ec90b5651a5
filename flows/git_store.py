"""What has been read of a repository's commits, kept by commit hash, so that a commit's diff is read once.

A folder of parts, each a pair of Parquet files: commits, and the files they changed. The manifest names the parts that
count and is replaced last: a killed process leaves files that nobody names. No author's name or address is kept.
"""

import fcntl
import hashlib
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from metrics.estimators.code_share import COMMITS
from metrics.estimators.columns import booleans, empty, integers, numbers
from warehouse.files import partial_of, put_in_place, write_whole

LAYOUT = 2
"""Changes with the columns and the manifest; a folder of another layout is read again from the repository."""

SMALL_PARTS = 32
"""Parts from daily readings are joined when there are more than this."""

PART_ROWS = 2_048
"""Commits read before they are kept: what a killed first reading loses at most."""

FILES = pa.schema([("row", pa.int32()), ("path", pa.binary()), ("added", pa.int64()), ("deleted", pa.int64())])
"""One row a text file that a commit changed; `row` counts the commits of its part."""

KEPT = pa.schema([field for field in COMMITS if field.name != "duplicate"])
"""Whether a patch is a duplicate depends on the others: it is found anew."""


class Part(NamedTuple):
    """Some commits and their changed files."""

    commits: pa.Table
    files: pa.Table


class Store:
    """The folder of one repository; one process at a time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._manifest = self._read_manifest()

    def _read_manifest(self) -> dict[str, Any]:
        path = self._folder / "manifest.json"
        fresh: dict[str, Any] = {"layout": LAYOUT, "next": 0, "parts": [], "read_up_to": ""}
        fresh |= {"classified_by": "", "keyed_by": "", "counted_by": "", "objects_at": ""}
        if not path.is_file():
            return fresh
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return found if found.get("layout") == LAYOUT else fresh

    @property
    def parts(self) -> list[str]:
        return list(self._manifest["parts"])

    @property
    def classified_by(self) -> str:
        """What the kinds of the commits depend on, beside the commits."""
        return str(self._manifest["classified_by"])

    @property
    def keyed_by(self) -> str:
        """What the authors' keys depend on, beside the commits."""
        return str(self._manifest["keyed_by"])

    @property
    def counted_by(self) -> str:
        """What the classes of the lines depend on, beside the paths."""
        return str(self._manifest["counted_by"])

    def commits(self, part: str) -> pa.Table:
        return read_table(self._folder / f"{part}-commits.parquet")

    def files(self, part: str) -> pa.Table:
        return read_table(self._folder / f"{part}-files.parquet")

    def all_commits(self) -> pa.Table:
        """Every commit of every part, without order."""
        return pa.concat_tables([empty(KEPT), *(self.commits(part) for part in self.parts)])

    @property
    def read_up_to(self) -> str:
        """The HEAD up to which everything is kept, empty if a reading was broken off."""
        return str(self._manifest["read_up_to"])

    @property
    def objects_at(self) -> str:
        """Repository.objects_at of the reading, where objects were missing; empty where none was."""
        return str(self._manifest["objects_at"])

    def paths(self) -> set[bytes]:
        """Every path that a commit changed."""
        return {path for part in self.parts for path in pc.unique(self.files(part)["path"]).to_pylist()}

    def say(self, **said: str) -> None:
        """Note by what the parts were classified and counted, or up to where they go."""
        if any(self._manifest[name] != text for name, text in said.items()):
            self._replace(self.parts, **said)

    def add(self, part: Part) -> None:
        self._replace([*self.parts, self._write(part)])

    def rewrite(self, old: str, part: Part) -> None:
        """Put another content in the place of a part; an empty one removes it."""
        new = [self._write(part)] if len(part.commits) else []
        self._replace([name for name in self.parts if name != old] + new)

    def join_small_parts(self) -> None:
        """Make one part of the small ones when there are many."""
        if len(self.parts) <= SMALL_PARTS:
            return
        small = [name for name in self.parts if self._rows(name) < PART_ROWS // 2]
        joined = self._write(_joined([Part(self.commits(name), self.files(name)) for name in small]))
        self._replace([name for name in self.parts if name not in small] + [joined])

    def _rows(self, part: str) -> int:
        return int(pq.read_metadata(self._folder / f"{part}-commits.parquet").num_rows)

    def _write(self, part: Part) -> str:
        name = f"{self._manifest['next']:06d}"
        self._manifest["next"] += 1
        write_table(self._folder / f"{name}-commits.parquet", part.commits)
        write_table(self._folder / f"{name}-files.parquet", part.files)
        return name

    def _replace(self, parts: list[str], **said: str) -> None:
        self._manifest |= {"parts": parts, **said}
        write_whole(self._folder / "manifest.json", json.dumps(self._manifest, indent=1).encode())
        named = {f"{part}-{kind}.parquet" for part in parts for kind in ("commits", "files")}
        for path in self._folder.glob("*-*.parquet*"):
            if path.name not in named:
                path.unlink(missing_ok=True)


def read_table(path: Path) -> pa.Table:
    """A Parquet file's table; pyarrow's own read_table imports pandas, and pre_buffer keeps the file twice."""
    with pq.ParquetFile(path, pre_buffer=False) as file:
        return file.read(use_threads=False)


def write_table(target: Path, table: pa.Table) -> None:
    """A Parquet file that appears whole."""
    partial = partial_of(target)
    pq.write_table(table, partial, compression="zstd")
    put_in_place(partial, target)


def _joined(parts: Iterable[Part]) -> Part:
    commits: list[pa.Table] = []
    files: list[pa.Table] = []
    before = 0
    for part in parts:
        rows = integers(numbers(part.files["row"]) + before, pa.int32())
        files.append(part.files.set_column(0, "row", rows))
        commits.append(part.commits)
        before += len(part.commits)
    return Part(pa.concat_tables(commits).combine_chunks(), pa.concat_tables(files).combine_chunks())


def without(part: Part, gone: "np.ndarray[Any, Any]") -> Part:
    """The part without some of its commits and their files.

    Args:
        part: the part.
        gone: one bool a commit.
    """
    kept = ~gone
    new_row = np.cumsum(kept, dtype=np.int32) - 1
    rows = numbers(part.files["row"])
    files = part.files.filter(booleans(kept[rows]))
    return Part(
        part.commits.filter(booleans(kept)),
        files.set_column(0, "row", integers(new_row[rows[kept[rows]]], pa.int32())),
    )


@contextmanager
def one_at_a_time(folder: Path) -> Iterator[None]:
    """Wait until no other process reads the same repository; a killed one holds nothing back."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def folder_of(cache: Path, address: str) -> Path:
    """Where the readings of a repository lie, by its address."""
    return cache / hashlib.sha256(address.encode("utf-8", "surrogateescape")).hexdigest()[:16]
