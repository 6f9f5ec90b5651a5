"""Who the lines of HEAD are from, by git blame: the share of code that is still there, not of code once written.

A line that a merge commit made (a conflict resolved by hand) is of nobody that counts: merges are outside of the
universe. Such lines are told, and are in neither part of the share; so are bots' and those of a shallow boundary.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import count
from typing import Any, NamedTuple

import pyarrow as pa

from flows import git_read
from flows.git_history import Progress
from flows.git_parts import PartReader
from flows.git_process import AbortedError, Repository, run, stream, tokens
from metrics.estimators.authorship import KINDS
from metrics.estimators.code_share import AI_KINDS, share

BINARY_WITHIN = 8_000
"""Bytes in which git itself looks for a NUL: a file that has one there is binary."""


class _Files(NamedTuple):
    paths: list[bytes]
    missing: int


class _Blamed(NamedTuple):
    lines: Counter[str]
    """Lines by commit."""
    failed: int
    """Files whose history is not all here."""


def surviving(
    repository: Repository, commits: pa.Table, reader: PartReader, *, jobs: int, progress: Progress
) -> dict[str, Any]:
    """Source lines of HEAD by kind of the commit they are from, and AI's share of them; or why there is none."""
    try:
        paths, missing = _files(repository, reader)
    except AbortedError as error:
        return {"share": None, "no_share": f"the files of HEAD cannot be listed: {error.found}"}
    done = count(1)
    with ThreadPoolExecutor(jobs) as pool:
        each = partial(_blame, repository, told=lambda: progress(next(done), len(paths)))
        blamed = list(pool.map(each, (paths[start::jobs] for start in range(jobs))))
    lines: Counter[str] = sum((one.lines for one in blamed), Counter())
    kinds = dict(zip(commits["commit"].to_pylist(), commits["kind"].to_pylist(), strict=True))
    of: Counter[str] = Counter()
    for commit, found in lines.items():
        of[kinds.get(commit, "boundary" if commit in repository.shallow else "merge")] += found
    ai = sum(of[kind] for kind in AI_KINDS)
    return {
        "share": share(ai, sum(of[kind] for kind in KINDS if kind != "bot")),
        "lines": {kind: of[kind] for kind in (*KINDS, "merge", "boundary")},
        "files": len(paths),
        "files_not_blamed": missing + sum(one.failed for one in blamed),
    }


def _files(repository: Repository, reader: PartReader) -> _Files:
    """Source files of HEAD that are text."""
    listed = run(repository, "ls-tree", "-r", "-z", repository.head).split(b"\0")
    entries = [entry.split(b"\t", 1) for entry in listed if entry.startswith(b"100")]
    blobs = {path: about.split()[2].decode("ascii") for about, path in entries}
    source = [path for path, is_source in zip(blobs, reader.are_source(blobs), strict=True) if is_source]
    starts = git_read.contents(repository, [blobs[path] for path in source], most=BINARY_WITHIN)
    are_text = [None if start is None else b"\0" not in start for start in starts]
    return _Files([path for path, is_text in zip(source, are_text, strict=True) if is_text], are_text.count(None))


def _blame(repository: Repository, paths: Sequence[bytes], *, told: Callable[[], None]) -> _Blamed:
    lines: Counter[str] = Counter()
    failed = 0
    for path in paths:
        try:
            of_file: Counter[str] = Counter()
            for commit, found in _entries(repository, path):
                of_file[commit] += found
            lines += of_file
        except AbortedError:
            failed += 1
        told()
    return _Blamed(lines, failed)


def _entries(repository: Repository, path: bytes) -> Iterator[tuple[str, int]]:
    """Commit and number of lines of each group; a group's header comes first and its file name last."""
    asked = ("blame", "--incremental", repository.head, "--", path.decode("utf-8", "surrogateescape"))
    starts = True
    for line in tokens(stream(repository, *asked), b"\n"):
        if starts:
            commit, _, _, found = line.decode("ascii").split()
            yield commit, int(found)
        starts = line.startswith(b"filename ")
