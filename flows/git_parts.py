"""Commits read, classified and counted into a part of the store; or classified and counted again."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from itertools import islice
from operator import itemgetter
from typing import Any

import numpy as np
import pyarrow as pa

from flows import git_read
from flows.git_process import Repository
from flows.git_read import ChangedFile, Diff, Header
from flows.git_store import FILES, KEPT, PART_ROWS, Part
from metrics.estimators import authorship, source_lines
from metrics.estimators.authorship import Classifier, author_key
from metrics.estimators.code_share import ADDED, SEPARATOR
from metrics.estimators.columns import booleans, integers, numbers, texts, whole
from metrics.estimators.markers import MarkerTable
from metrics.estimators.source_lines import CLASSES, path_class

CLASSIFIED = ("commit", "at", "kind", "account", "tools", "markers", "author_key", "revert", "cherry_pick")

NEIGHBOURS = 64
"""Commits in a row that one process reads: what it has unpacked for one serves the next, a seventh of its time."""

_WORDS = ("commit", "kind", "account", "tools", "markers", "author_key")

_NUMBERS = ("has_diff", "added", "deleted", "files", "binary_files", "digest")


class PartReader:
    """Makes parts, by one pattern table, one key and HEAD's mailmap and attributes."""

    def __init__(self, repository: Repository, markers: MarkerTable, secret: bytes, jobs: int) -> None:
        self._repository = repository
        self._classifier = Classifier(markers)
        self._key_of = lru_cache(maxsize=1 << 15)(lambda address: author_key(address, secret))
        self._jobs = jobs
        self._rules = git_read.attributes(repository)
        self.classified_by = f"{authorship.DEFINITION} {markers.sha256}"
        self.keyed_by = hashlib.sha256(secret + repository.mailmap.read_bytes()).hexdigest()
        self.counted_by = f"{source_lines.DEFINITION} {git_read.digest_of(self._rules)}"

    def parts(self, commits: Sequence[str]) -> Iterator[Part]:
        """Parts of commits that were never read, in order. Every process runs once: each start reads the pack anew.

        Workers take turns every few commits: neighbours cost about the same, so all keep pace.
        """
        headers = git_read.headers(self._repository, commits)
        turns = [number // NEIGHBOURS % self._jobs for number in range(len(commits))]
        own = ([one for one, turn in zip(commits, turns, strict=True) if turn == job] for job in range(self._jobs))
        workers = [git_read.diffs(self._repository, some) for some in own]
        for start in range(0, len(commits), PART_ROWS):
            some = commits[start : start + PART_ROWS]
            diffs = _Diffs(some)
            shares = [turns[start : start + PART_ROWS].count(job) for job in range(self._jobs)]
            with ThreadPoolExecutor(1 + self._jobs) as pool:
                columns = pool.submit(self._headers, islice(headers, len(some)))
                read = [pool.submit(diffs.take, islice(*one)) for one in zip(workers, shares, strict=True)]
                for done in read:
                    done.result()
            yield self._part(columns.result(), diffs)

    def _part(self, headers: dict[str, pa.Array], diffs: "_Diffs") -> Part:
        n = len(headers["commit"])
        nothing = integers(np.zeros(n), missing=np.ones(n, bool))
        columns = headers | diffs.numbers() | dict.fromkeys(ADDED.values(), nothing)
        table = pa.Table.from_arrays([columns[field.name] for field in KEPT], schema=KEPT)
        part = Part(table, diffs.files())
        return part._replace(commits=self.counted(part))

    def classified(self, commits: pa.Table) -> pa.Table:
        """Commits of a part by the markers of today."""
        headers = self._headers(git_read.headers(self._repository, commits["commit"].to_pylist()))
        for name in CLASSIFIED:
            commits = _with(commits, name, headers[name])
        return commits

    def keyed(self, commits: pa.Table) -> pa.Table:
        """Commits of a part with the authors' keys by the mailmap of today; messages are not read."""
        addresses = git_read.addresses(self._repository, commits["commit"].to_pylist())
        return _with(commits, "author_key", texts(map(self._key_of, addresses)))

    def counted(self, part: Part) -> pa.Table:
        """Commits of a part, their added lines by the classes of today."""
        paths = whole(part.files["path"]).dictionary_encode()
        classes = self._classes(paths.dictionary.to_pylist())
        n = len(part.commits)
        cell = numbers(part.files["row"]) * len(CLASSES) + classes[numbers(paths.indices)]
        # Sums of whole numbers below 2**53 are exact in floating point.
        sums = np.bincount(cell, numbers(part.files["added"]), n * len(CLASSES)).astype(np.int64).reshape(n, -1)
        missing = ~numbers(part.commits["has_diff"])
        commits = part.commits
        for number, name in enumerate(CLASSES):
            column = integers(sums[:, number], missing=missing)
            commits = _with(commits, ADDED[name], column)
        return commits

    def are_source(self, paths: Iterable[bytes]) -> list[bool]:
        """Whether the lines of each path are source lines."""
        return [CLASSES[number] == "source" for number in self._classes(list(paths))]

    def _classes(self, paths: list[bytes]) -> "np.ndarray[Any, Any]":
        marked = git_read.marked_paths(self._repository, self._rules, paths)
        named = (path_class(path.decode("utf-8", "surrogateescape")) for path in paths)
        final = (
            "attribute" if found == "source" and path in marked else found
            for path, found in zip(paths, named, strict=True)
        )
        return np.array([CLASSES.index(name) for name in final], np.int64)

    def _headers(self, headers: Iterable[Header]) -> dict[str, pa.Array]:
        rows = [self._classify(header) for header in headers]
        at, revert, cherry_pick = (list(map(itemgetter(place), rows)) for place in (1, 7, 8))
        words = {name: texts(map(itemgetter(CLASSIFIED.index(name)), rows)) for name in _WORDS}
        return words | {"at": integers(at), "revert": booleans(revert), "cherry_pick": booleans(cherry_pick)}

    def _classify(self, header: Header) -> tuple[Any, ...]:
        said = self._classifier.classify(header.author, header.committer, header.message)
        return (
            header.commit,
            header.at,
            said.kind,
            said.account,
            SEPARATOR.join(said.tools),
            SEPARATOR.join(said.markers),
            self._key_of(header.address),
            said.revert,
            said.cherry_pick,
        )


def _with(commits: pa.Table, name: str, column: pa.Array) -> pa.Table:
    return commits.set_column(commits.schema.get_field_index(name), KEPT.field(name), column)


class _Diffs:
    """Diffs of some commits as columns; workers write to rows of their own."""

    def __init__(self, commits: Sequence[str]) -> None:
        self._row_of = {commit: row for row, commit in enumerate(commits)}
        self._numbers = {name: np.zeros(len(commits), np.uint64 if name == "digest" else np.int64) for name in _NUMBERS}
        self._files: list[tuple[int, bytes, int, int]] = []
        self._paths: dict[bytes, bytes] = {}

    def take(self, diffs: Iterable[Diff]) -> None:
        """Note the files of commits; a row that is never noted has no diff."""
        for diff in diffs:
            self._take(self._row_of[diff.commit], diff)

    def _take(self, row: int, diff: Diff) -> None:
        if diff.files is None:
            return
        files = [file for file in diff.files if file.added is not None]
        # One object a path; in which order workers come makes no difference, files() sorts.
        self._files.extend(
            (row, self._paths.setdefault(file.path, file.path), file.added or 0, file.deleted or 0) for file in files
        )
        values = (
            1,
            sum(file.added or 0 for file in files),
            sum(file.deleted or 0 for file in files),
            len(diff.files),
            len(diff.files) - len(files),
            _digest(diff.files),
        )
        for column, value in zip(self._numbers.values(), values, strict=True):
            column[row] = value

    def numbers(self) -> dict[str, pa.Array]:
        """The columns of KEPT that need no path."""
        missing = self._numbers["has_diff"] == 0
        columns = {
            name: integers(column, KEPT.field(name).type, missing=missing)
            for name, column in self._numbers.items()
            if name != "has_diff"
        }
        return columns | {"has_diff": booleans(~missing)}

    def files(self) -> pa.Table:
        """FILES in order of commit and path."""
        self._files.sort()
        rows, paths, added, deleted = zip(*self._files, strict=True) if self._files else ((), (), (), ())
        columns = [integers(rows, pa.int32()), texts(paths, pa.binary()), integers(added), integers(deleted)]
        return pa.Table.from_arrays(columns, schema=FILES)


def _digest(files: Sequence[ChangedFile]) -> int:
    """Equal for diffs that change the same files by the same counts."""
    said = b"\0".join(b"%s\t%d\t%d" % (path, added or 0, deleted or 0) for path, added, deleted in files)
    return int.from_bytes(hashlib.blake2b(said, digest_size=8).digest(), "big")
