"""A repository's history -> one table of classified and counted commits, reading only what was not read before.

Order: the hashes that count, then headers and diffs of those not yet kept. Commits are immutable: another pattern
table or mailmap reads headers again and no diff; other attributes read neither.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from flows import git_read
from flows.git_parts import PartReader
from flows.git_process import AbortedError, Repository, patch_ids
from flows.git_store import Part, Store, read_table, without, write_table
from metrics.estimators.code_share import ADDED, COMMITS
from metrics.estimators.columns import booleans, codes, integers, numbers, texts, whole

Progress = Callable[[int, int], None]
"""Told how many of something are done, of how many."""


LEAST_LINES = 2
"""Added source lines of a commit that may be a duplicate."""


class History(NamedTuple):
    """What a reading found."""

    commits: pa.Table
    """COMMITS, in order of committer date, then hash."""
    new: int
    """Commits whose diffs were read this time."""
    gone: int
    """Commits kept before that HEAD no longer reaches."""


def read_history(
    repository: Repository, folder: Path, reader: PartReader, *, progress: Progress | None = None
) -> History:
    """The commits that count, classified and counted.

    Args:
        repository: borrowed, to be read.
        folder: where this repository's readings are kept.
        reader: of this repository, with the rules of today.
        progress: told after every part, if given.
    """
    store = Store(folder)
    apply_rules(store, reader)
    new, gone = _read_on(repository, store, reader, progress)
    return History(_in_order(repository, folder, store.all_commits()), new, gone)


def _read_on(repository: Repository, store: Store, reader: PartReader, progress: Progress | None) -> tuple[int, int]:
    """Bring the store to HEAD; how many commits were read, and how many HEAD no longer reaches."""
    tip = f"{repository.head} {git_read.digest_of(repository.shallow)}"
    # Commits without a diff are read again only when objects have come that may be theirs.
    whole_or_same = store.objects_at in ("", repository.objects_at())
    if store.read_up_to == tip and whole_or_same:
        return 0, 0
    objects_at = repository.objects_at()
    done = read_commits(store, git_read.universe(repository), reader, progress)
    without_diff = pc.any(pc.invert(store.all_commits()["has_diff"])).as_py()
    store.say(read_up_to=tip, objects_at=objects_at if without_diff else "")
    return done


def read_commits(
    store: Store, wanted: Sequence[str], reader: PartReader, progress: Progress | None = None
) -> tuple[int, int]:
    """Bring the store to the commits that are wanted; how many were read, and how many are not wanted any more."""
    kept = store.all_commits().select(["commit", "has_diff"])
    gone = _drop(store, pc.invert(pc.is_in(kept["commit"], texts(wanted))), kept)
    new = _not_in(wanted, kept.filter(kept["has_diff"])["commit"])
    # Commits kept without a diff are read again: their objects may have come since.
    _drop(store, pc.is_in(kept["commit"], texts(new)), kept)
    done = 0
    for part in reader.parts(new):
        store.add(part)
        done += len(part.commits)
        if progress:
            progress(done, len(new))
    store.join_small_parts()
    return len(new), gone


def apply_rules(store: Store, reader: PartReader) -> None:
    """Classify, key and count again what was kept by other rules."""
    again = store.classified_by != reader.classified_by
    other_keys = store.keyed_by != reader.keyed_by and not again
    anew = store.counted_by != reader.counted_by
    for name in store.parts if again or other_keys or anew else ():
        part = Part(store.commits(name), store.files(name))
        part = part._replace(commits=reader.classified(part.commits)) if again else part
        part = part._replace(commits=reader.keyed(part.commits)) if other_keys else part
        part = part._replace(commits=reader.counted(part)) if anew else part
        store.rewrite(name, part)
    store.say(classified_by=reader.classified_by, keyed_by=reader.keyed_by, counted_by=reader.counted_by)


def _not_in(wanted: Sequence[str], kept: pa.ChunkedArray) -> list[str]:
    listed = texts(wanted)
    unknown: list[str] = listed.filter(pc.invert(pc.is_in(listed, whole(kept)))).to_pylist()
    return unknown


def _drop(store: Store, which: Any, kept: pa.Table) -> int:
    """Take commits out of the parts they lie in; how many."""
    gone = whole(kept.filter(which)["commit"])
    for name in store.parts if len(gone) else ():
        part = Part(store.commits(name), store.files(name))
        here = numbers(pc.is_in(part.commits["commit"], gone))
        if here.any():
            store.rewrite(name, without(part, here))
    return len(gone)


def _in_order(repository: Repository, folder: Path, commits: pa.Table) -> pa.Table:
    """The commits with the mark of duplicates, sorted: the same however often the repository was read."""
    commits = commits.sort_by([("at", "ascending"), ("commit", "ascending")])
    duplicate = _duplicates(repository, folder / "patch_ids.parquet", commits)
    return commits.append_column("duplicate", booleans(duplicate)).cast(COMMITS)


def _duplicates(repository: Repository, kept: Path, commits: pa.Table) -> "np.ndarray[Any, Any]":
    """Whether an earlier commit of the same author has the same patch, by git's stable patch id.

    Asked only of commits whose author, files and counts are equal; version bumps and other one-liners look alike by
    the thousand and weigh nothing.
    """
    source = numbers(commits[ADDED["source"]])
    authors = codes(commits["author_key"])[1].astype(np.uint64)
    alike = np.stack([numbers(commits["digest"]), authors], axis=1)
    _, inverse, times = np.unique(alike, axis=0, return_inverse=True, return_counts=True)
    candidates = np.flatnonzero((times[inverse.ravel()] > 1) & (source >= LEAST_LINES))
    names = commits["commit"].take(integers(candidates)).to_pylist()
    ids = _ids_of(repository, kept, names)
    first: dict[str, str] = {}
    duplicate = np.zeros(len(commits), bool)
    for row, name in zip(candidates, names, strict=True):
        duplicate[row] = name in ids and first.setdefault(ids[name], name) != name
    return duplicate


def _ids_of(repository: Repository, kept: Path, names: Sequence[str]) -> dict[str, str]:
    known: dict[str, str] = {}
    if kept.is_file():
        table = read_table(kept)
        known = dict(zip(table["commit"].to_pylist(), table["patch"].to_pylist(), strict=True))
    unknown = [name for name in names if name not in known]
    if not unknown:
        return known
    try:
        known |= patch_ids(repository, unknown)
    except AbortedError:  # blobs went missing since the diffs were read: those patches count as their own
        return known
    found = {name: known[name] for name in names if name in known}
    write_table(kept, pa.Table.from_arrays([texts(found), texts(found.values())], ["commit", "patch"]))
    return found
