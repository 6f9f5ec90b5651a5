"""Line attributions in git notes, as the git-ai standard 3.0.0 has them: who is known to have written which lines.

A line that no entry covers is unknown, not a person's. Where the notes lie in a repository is `flows`' business.
"""

import re
from typing import Any, NamedTuple

import numpy as np

REF = "refs/notes/ai"

DIVIDER = "---"

MOST_RANGES = 100_000
"""Ranges that a note may speak of: it is somebody's text, and may not fill the memory. Later ones are unreadable."""

_RANGES = re.compile(r"[0-9]{1,9}(-[0-9]{1,9})?(,[0-9]{1,9}(-[0-9]{1,9})?)*")

_NOBODY, _AI, _HUMAN = range(3)


class Count(NamedTuple):
    """Lines by whose they are."""

    ai: int
    human: int


class FileLines(NamedTuple):
    """Whose the lines of one file of a commit are, numbered as in that commit's version."""

    path: str
    edges: "np.ndarray[Any, Any]"
    """Lines at which another writer begins, in order."""
    writers: "np.ndarray[Any, Any]"
    """Who begins there; the last is nobody."""

    def between(self, first: int, end: int) -> Count:
        """Lines from the first up to the end, which is not counted."""
        edges = np.clip(self.edges, first, end)
        lengths = np.diff(edges, append=end)
        ai, human = (int(lengths[self.writers == writer].sum()) for writer in (_AI, _HUMAN))
        return Count(ai, human)


class Note(NamedTuple):
    """One commit's attributions."""

    files: tuple[FileLines, ...]
    unreadable: int
    """Lines of the attestation section that are neither a path nor an entry; they count for nobody."""


class _Range(NamedTuple):
    first: int
    end: int
    writer: int


def parse_note(text: str) -> Note:
    """The attributions of a note; the section after the divider (sessions, prompts) is not read.

    Args:
        text: the whole note. Without a divider it is not of the standard, and says nothing.
    """
    lines = text.split("\n")
    if DIVIDER not in lines:
        return Note((), len(lines))
    said: dict[str, list[_Range]] = {}
    unreadable = ranges = 0
    path = ""
    for line in lines[: lines.index(DIVIDER)]:
        if line and not line.startswith(" "):
            path = _unquoted(line)
            continue
        entry = _entry(line, MOST_RANGES - ranges)
        if entry:
            said.setdefault(path, []).extend(entry)
            ranges += len(entry)
        elif line.strip():
            unreadable += 1
    return Note(tuple(_file(path, entries) for path, entries in said.items()), unreadable)


def _file(path: str, ranges: list[_Range]) -> FileLines:
    """The ranges of a file without overlap: of two for a line the later wins."""
    first, end, writer = np.array(ranges, np.int64).T
    edges = np.unique(np.concatenate([first, end]))
    writers = np.full(len(edges), _NOBODY)
    for start, stop, one in zip(*np.searchsorted(edges, [first, end]), writer, strict=True):
        writers[start:stop] = one
    return FileLines(path, edges, writers)


def _unquoted(path: str) -> str:
    return path[1:-1] if len(path) > 1 and path[0] == path[-1] == '"' else path


def _entry(line: str, most: int) -> list[_Range]:
    """The ranges of an entry; none for what is no entry, or has too many. Any key but a known human's is AI."""
    key, _, ranges = line[2:].partition(" ")
    if not line.startswith("  ") or not key or ranges.count(",") >= most or not _RANGES.fullmatch(ranges):
        return []
    writer = _HUMAN if key.startswith("h_") else _AI
    pairs = (one.partition("-") for one in ranges.split(","))
    found = (_Range(int(first), int(last or first) + 1, writer) for first, _, last in pairs)
    return [one for one in found if one.first < one.end]
