"""Line attributions of a repository's git notes, beside the added source lines of the commits they stand at."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa

from flows.git_history import Progress
from flows.git_parts import PartReader
from flows.git_patches import PATCH, FilePatch, patches
from flows.git_process import Repository, run, stream
from flows.git_read import contents, digest_of
from flows.git_store import read_table, write_table
from metrics.estimators.columns import integers, texts
from metrics.estimators.git_ai_notes import FileLines, parse_note

LONGEST_NOTE = 1 << 20
"""Bytes of a note that are read: it may be as long as its author likes, and what counts stands first."""

_COMMIT = re.compile(rb"[0-9a-f]{40}|[0-9a-f]{64}")


class _Attested(NamedTuple):
    """One file of one commit: lines added, and those of them that a note gives to AI and to a person."""

    commit: str
    path: bytes
    added: int
    ai: int
    human: int


def attested_lines(
    repository: Repository, notes: str, commits: Sequence[str], reader: PartReader, kept: Path, progress: Progress
) -> pa.Table:
    """Added source lines of every commit with a note: commit, added, ai, human.

    Args:
        repository: borrowed.
        notes: hash that the notes' ref points to.
        commits: those that count and whose diffs can be read.
        reader: knows which paths are source.
        progress: told of the notes read.
        kept: file of an earlier reading; used when neither the notes nor the rules nor the commits have changed.
    """
    key = f"{notes} {reader.counted_by} {digest_of(commits)}".encode()
    if kept.is_file() and ((table := read_table(kept)).schema.metadata or {}).get(b"read") == key:
        return table
    blobs = _notes_of(repository, notes, frozenset(commits))
    files = list(_attested(repository, blobs, progress))
    is_source = dict(zip({one.path for one in files}, reader.are_source({one.path for one in files}), strict=True))
    sums = {commit: [0, 0, 0] for commit in blobs}
    for one in files:
        if is_source[one.path]:
            sums[one.commit] = [a + b for a, b in zip(sums[one.commit], one[2:], strict=True)]
    columns = [texts(sums), *(integers([row[place] for row in sums.values()]) for place in range(3))]
    table = pa.Table.from_arrays(columns, ["commit", "added", "ai", "human"], metadata={b"read": key})
    write_table(kept, table)
    return table


def _notes_of(repository: Repository, notes: str, commits: frozenset[str]) -> dict[str, str]:
    """Blob of the note of each commit; notes' trees are fanned out at will."""
    listed = run(repository, "ls-tree", "-r", "-z", notes).decode("ascii", "replace").split("\0")
    pairs = (entry.split("\t", 1) for entry in listed if "\t" in entry)
    found = {path.replace("/", ""): about.split()[2] for about, path in pairs}
    return {commit: blob for commit, blob in found.items() if commit in commits}


def _attested(repository: Repository, blobs: dict[str, str], progress: Progress) -> Iterator[_Attested]:
    """Changed files of the commits of the notes; notes and patches are read side by side, one held at a time."""
    notes = zip(blobs, contents(repository, list(blobs.values()), most=LONGEST_NOTE), strict=True)
    asked = ("diff-tree", "--stdin", "--root", "--always", "-r", *PATCH)
    for done, patch in enumerate(patches(stream(repository, *asked, given=blobs), _COMMIT)):
        progress(done, len(blobs))
        commit = patch.head.decode("ascii")
        note = next(note for name, note in notes if name == commit)
        said = parse_note((note or b"").decode("utf-8", "surrogateescape")).files
        files = {file.path.encode("utf-8", "surrogateescape"): file for file in said}
        for file in patch.files:
            if file.new is not None:
                yield _count(commit, file, files.get(file.new))


def _count(commit: str, patch: FilePatch, said: FileLines | None) -> _Attested:
    counts = [said.between(hunk.new, hunk.new + hunk.added) for hunk in patch.hunks] if said else []
    added = sum(hunk.added for hunk in patch.hunks)
    return _Attested(commit, patch.new or b"", added, sum(one.ai for one in counts), sum(one.human for one in counts))
