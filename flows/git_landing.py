"""How many of each commit's lines stood 28 days after they came to the main line.

The main line is HEAD's first parents. A merge is one step of it: what it put in is shared out among the commits it
brought, by their added source lines. One pass over the steps' patches keeps the owner of every source line there is.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from flows.git_history import Progress
from flows.git_parts import PartReader
from flows.git_patches import PATCH, FilePatch, patches
from flows.git_process import EMPTY_TREE, AbortedError, Repository, run, stream
from flows.git_read import seconds_of
from metrics.estimators.code_share import ADDED
from metrics.estimators.columns import numbers

DURABLE_SECONDS = 28 * 86_400

MOST_UNREAD = 100
"""Steps whose objects may be missing: with more, what is left says little of how long lines last."""

NOBODY = -1
"""Owner of a line whose step could not be read."""

_PAIR = re.compile(rb"[0-9a-f]{40,64} [0-9a-f]{40,64}")

_Array = np.ndarray[Any, Any]


class Landed(NamedTuple):
    """Of every commit of a table, in its order."""

    durable: _Array
    """Source lines that stood 28 days after they landed; a fraction where a merge brought several commits."""
    end_at: int
    """HEAD's committer date, seconds since 1970."""
    most_in_a_step: int
    """Most commits that one step brought: with thousands, first parents are no main line."""
    steps_unread: int
    """Steps of the main line whose objects are missing."""


class _Steps(NamedTuple):
    commits: list[str]
    trees: list[str]
    at: _Array


def landed(
    repository: Repository, commits: pa.Table, reader: PartReader, paths: Iterable[bytes], progress: Progress
) -> Landed:
    """How durably commits landed.

    Args:
        repository: borrowed.
        commits: code_share.COMMITS.
        reader: knows which paths are source.
        paths: those that are known from the commits; asking for each when it comes costs a process.
        progress: told of the steps of the main line that were followed.

    Raises:
        AbortedError: too many objects are missing.
    """
    steps = _main_line(repository)
    step_of = _brought_by(repository, steps)
    owners = _Owners(steps.at, reader, paths)
    unread = _replay(repository, steps, owners, progress)
    rows = np.array([step_of.get(commit, NOBODY) for commit in commits["commit"].to_pylist()])
    brought = rows != NOBODY
    weights = numbers(commits[ADDED["source"]]).astype(float)
    sums = np.bincount(rows[brought], weights[brought], len(steps.commits))
    durable = np.maximum(owners.added - owners.early, 0)
    per_line = np.divide(durable, sums, out=np.zeros(len(sums)), where=sums > 0)
    return Landed(
        np.where(brought, weights * per_line[rows], 0.0),
        int(steps.at[-1]),
        int(np.bincount(rows[brought]).max(initial=0)),
        unread,
    )


def _main_line(repository: Repository) -> _Steps:
    asked = ("log", "--first-parent", "--reverse", "--format=%H %T %ct", repository.head)
    # The third field is empty where git could not read the date.
    rows = [line.split(" ") for line in run(repository, *asked).decode("ascii").splitlines()]
    commits, trees, dates = zip(*rows, strict=True)
    return _Steps(list(commits), list(trees), np.array([seconds_of(date) for date in dates], np.int64))


def _brought_by(repository: Repository, steps: _Steps) -> dict[str, int]:
    """The first step of the main line that each commit is reachable from."""
    listed = run(repository, "rev-list", "--parents", repository.head).decode("ascii").splitlines()
    parents = {commit: others for commit, *others in map(str.split, listed)}
    step_of = {commit: number for number, commit in enumerate(steps.commits)}
    for number, commit in enumerate(steps.commits):
        waiting = parents[commit][1:]
        while waiting:
            found = waiting.pop()
            if found not in step_of:
                step_of[found] = number
                waiting += parents[found]
    return step_of


def _replay(repository: Repository, steps: _Steps, owners: "_Owners", progress: Progress) -> int:
    """Apply every step's patch, and pass over those whose objects are missing; how many.

    Raises:
        AbortedError: more are missing than MOST_UNREAD.
    """
    before = [EMPTY_TREE[repository.object_format], *steps.trees[:-1]]
    pairs = [f"{old} {new}" for old, new in zip(before, steps.trees, strict=True)]
    done = unread = 0
    until = len(pairs)
    while done < len(pairs):
        for files in _patches(repository, pairs[done:until]):
            owners.step(done, files)
            done += 1
            progress(done, len(pairs))
        if done == until:
            until = len(pairs)
        elif done + 1 < until:  # which step it was is known only when it is asked for alone
            until = done + 1
        else:
            done, unread, until = done + 1, unread + 1, len(pairs)
        if unread > MOST_UNREAD:
            raise AbortedError(f"{repository.name}: the objects of more than {MOST_UNREAD} steps are missing")
    return unread


def _patches(repository: Repository, pairs: Sequence[str]) -> Iterator[list[FilePatch]]:
    """Files of the pairs of trees, in order, up to the first pair that cannot be read.

    The last one before git gives up may be half a patch, and a pair whose trees are missing is passed over in silence.
    """
    asked = ("diff-tree", "--stdin", "-r", *PATCH)
    with suppress(AbortedError):
        for pair, patch in zip(pairs, patches(stream(repository, *asked, given=pairs), _PAIR), strict=False):
            if patch.head.decode("ascii") != pair:
                return
            yield patch.files


class _Owners:
    """Which step put in each source line of the main line; counts what was put in, and what soon went again."""

    def __init__(self, at: _Array, reader: PartReader, paths: Iterable[bytes]) -> None:
        self._at = at
        self._reader = reader
        self._is_source: dict[bytes, bool] = {}
        self._learn(set(paths))
        self._lines: dict[bytes, _Array] = {}
        self.added = np.zeros(len(at), np.int64)
        self.early = np.zeros(len(at), np.int64)

    def step(self, number: int, files: Sequence[FilePatch]) -> None:
        """Apply one step. Old contents are taken away first: two files may have swapped their names."""
        self._learn({path for file in files for path in (file.old, file.new) if path is not None})
        old = [
            self._lines.pop(file.old, np.zeros(0, np.int32)) if file.old else np.zeros(0, np.int32) for file in files
        ]
        for file, lines in zip(files, old, strict=True):
            left = self._changed(number, file, lines)
            if file.new is not None and self._is_source[file.new]:
                self._lines[file.new] = left

    def _learn(self, paths: set[bytes]) -> None:
        unknown = [path for path in paths if path not in self._is_source]
        self._is_source |= zip(unknown, self._reader.are_source(unknown), strict=True)

    def _changed(self, number: int, file: FilePatch, lines: _Array) -> _Array:
        """The owners of a file's lines after a step."""
        last = max((hunk.old - (hunk.removed > 0) + hunk.removed for hunk in file.hunks), default=0)
        if len(lines) < last:  # its lines were never seen: of no source file, or of a step that could not be read
            lines = np.concatenate([lines, np.full(last - len(lines), NOBODY, np.int32)])
        pieces: list[_Array] = []
        gone: list[_Array] = []
        place = 0
        for hunk in file.hunks:
            start = hunk.old - 1 if hunk.removed else hunk.old
            pieces += [lines[place:start], np.full(hunk.added, number, np.int32)]
            place = start + hunk.removed
            gone.append(lines[start:place])
        if file.new is not None and self._is_source[file.new]:
            self.added[number] += sum(hunk.added for hunk in file.hunks)
        self._note_gone(number, gone)
        return np.concatenate([*pieces, lines[place:]])

    def _note_gone(self, number: int, gone: list[_Array]) -> None:
        owners = np.concatenate([*gone, np.zeros(0, np.int32)])
        owners = owners[owners != NOBODY]
        early = owners[self._at[number] - self._at[owners] < DURABLE_SECONDS]
        np.add.at(self.early, early, 1)
