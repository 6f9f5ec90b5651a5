"""Patches without context, as git prints them, read as hunks: which lines of which files were taken out and put in."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from flows.git_process import CHUNK, DIFF, tokens

PATCH = ("-p", "-U0", "--no-prefix", *DIFF)
"""Options of a diff whose output is read here."""

_HUNK = re.compile(rb"@@ -([0-9]+)(?:,([0-9]+))? \+([0-9]+)(?:,([0-9]+))? @@")
_ESCAPE = re.compile(rb"\\([0-7]{3}|.)")
_ESCAPES = {b"a": b"\a", b"b": b"\b", b"t": b"\t", b"n": b"\n", b"v": b"\v", b"f": b"\f", b"r": b"\r"}
_NO_FILE = b"/dev/null"


class Hunk(NamedTuple):
    """`removed` lines from line `old` on became `added` lines from line `new` on; lines count from 1."""

    old: int
    removed: int
    new: int
    added: int


@dataclass(slots=True)
class FilePatch:
    """What a commit did to the lines of one file. A path is None where there was no such file before, or is after;
    both are for a change without lines, such as a binary file's."""

    old: bytes | None = None
    new: bytes | None = None
    hunks: list[Hunk] = field(default_factory=list)


class Patch(NamedTuple):
    """What a commit did."""

    head: bytes
    """The line that announced it."""
    files: list[FilePatch]


def patches(pieces: Iterable[bytes], announced: "re.Pattern[bytes]") -> Iterator[Patch]:
    """The patches of a stream of commits.

    Args:
        pieces: output of a git command with PATCH.
        announced: matches the line before a commit's patch, and no other line outside of a hunk.
    """
    patch: Patch | None = None
    for line in _without_contents(tokens(pieces, b"\n", longest=CHUNK)):
        if announced.fullmatch(line):
            if patch:
                yield patch
            patch = Patch(line, [])
        elif patch:
            _take(patch.files, line)
    if patch:
        yield patch


def _without_contents(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Every line but those of files: they may look like anything."""
    inside = 0
    for line in lines:
        if inside:
            inside -= line[:1] != b"\\"  # "\ No newline at end of file" is a remark, no line
            continue
        if line.startswith(b"@@"):
            inside = sum(_hunk(line)[1::2])
        yield line


def _take(files: list[FilePatch], line: bytes) -> None:
    """Note one line of a patch in the file it is about."""
    if line.startswith(b"diff --git "):
        files.append(FilePatch())
    elif line.startswith(b"@@"):
        files[-1].hunks.append(_hunk(line))
    elif line.startswith((b"--- ", b"rename from ")):
        files[-1].old = _path(line.removeprefix(b"--- ").removeprefix(b"rename from "))
    elif line.startswith((b"+++ ", b"rename to ")):
        files[-1].new = _path(line.removeprefix(b"+++ ").removeprefix(b"rename to "))


def _hunk(line: bytes) -> Hunk:
    found = _HUNK.match(line)
    if not found:
        raise ValueError(f"not a hunk: {line[:80]!r}")
    old, removed, new, added = found.groups()
    return Hunk(int(old), 1 if removed is None else int(removed), int(new), 1 if added is None else int(added))


def _path(text: bytes) -> bytes | None:
    """A path as printed: quoted if it has odd characters, ended by a tab if it has spaces."""
    text = text.removesuffix(b"\t")
    if text.startswith(b'"'):
        return _ESCAPE.sub(_unescaped, text[1:-1])
    return None if text == _NO_FILE else text


def _unescaped(found: "re.Match[bytes]") -> bytes:
    code = found[1]
    return bytes([int(code, 8)]) if len(code) == 3 else _ESCAPES.get(code, code)
