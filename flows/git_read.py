"""What is read of commits: headers, messages, changed files, attributes, ids of patches. Nothing is kept here."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import NamedTuple, TypeVar

from flows.git_process import DIFF, AbortedError, Repository, run, stream, tokens

HEADER = "%H%x00%ct%x00%an <%ae>%x00%aE%x00%cn <%ce>%x00%B"
"""Six fields; none can hold a NUL, so counting them is enough, whatever a message says."""

Found = TypeVar("Found")

LINGUIST = ("linguist-generated", "linguist-vendored")


LOOKED_AT_TOGETHER = 4_096
"""Commits whose objects are looked for at a time."""

LAST_SECOND = 253_402_300_799
"""The end of the year 9999, seconds since 1970: a clock may claim more, and no calendar goes on."""


class Header(NamedTuple):
    """Who and when of a commit, and what it says; bytes that are no UTF-8 are kept as surrogates."""

    commit: str
    at: int
    """Committer date, as seconds_of has it."""
    author: str
    address: str
    """The author's, after HEAD's mailmap."""
    committer: str
    message: str


class ChangedFile(NamedTuple):
    """Lines of one file that a commit added and deleted; None for a binary file."""

    path: bytes
    added: int | None
    deleted: int | None


class Diff(NamedTuple):
    """The files a commit changed; None when objects are missing."""

    commit: str
    files: list[ChangedFile] | None


def seconds_of(date: str | bytes) -> int:
    """Seconds since 1970 of a date as git prints it, up to LAST_SECOND; 0 where git could not read the commit's own."""
    return min(int(date), LAST_SECOND) if date.isdigit() else 0


def universe(repository: Repository) -> list[str]:
    """The commits that count: reachable from HEAD, at most one parent. A shallow boundary's parents are unknown."""
    listed = run(repository, "rev-list", "--max-parents=1", repository.head).decode("ascii").split()
    return [commit for commit in listed if commit not in repository.shallow] if repository.shallow else listed


def headers(repository: Repository, commits: Sequence[str]) -> Iterator[Header]:
    """The headers of the commits, in their order."""
    if not commits:  # asked of none, git tells of HEAD
        return
    arguments = ["log", "--no-walk=unsorted", "--stdin", "-z", f"--format={HEADER}", "--encoding=UTF-8"]
    fields = (
        token.decode("utf-8", "surrogateescape") for token in tokens(stream(repository, *arguments, given=commits))
    )
    for commit, at, author, address, committer, message in zip(*[fields] * 6, strict=False):
        yield Header(commit, seconds_of(at), author, address, committer, message)


def addresses(repository: Repository, commits: Iterable[str]) -> Iterator[str]:
    """The author's address of each commit, after HEAD's mailmap, in their order."""
    arguments = ["log", "--no-walk=unsorted", "--stdin", "-z", "--format=%aE", "--encoding=UTF-8"]
    said = tokens(stream(repository, *arguments, given=commits))
    return (token.decode("utf-8", "surrogateescape") for token in said)


def diffs(repository: Repository, commits: Sequence[str]) -> Iterator[Diff]:
    """The changed files of every commit, in order; where objects are missing, the others are still read."""
    done = 0
    try:
        for diff in _diffs(repository, commits):
            yield diff
            done += 1
    except AbortedError:
        yield from _whole_diffs(repository, commits[done:])


def _whole_diffs(repository: Repository, commits: Sequence[str]) -> Iterator[Diff]:
    """Diffs of those commits whose objects are all here, in order: one missing blob ends a whole process."""
    for start in range(0, len(commits), LOOKED_AT_TOGETHER):
        some = commits[start : start + LOOKED_AT_TOGETHER]
        with_objects = _with_objects(repository, some)
        read = _each(partial(_diffs, repository), [commit for commit in some if commit in with_objects])
        for commit in some:
            found = next(read) if commit in with_objects else None
            yield found or Diff(commit, None)


def _each(read: Callable[[Sequence[str]], Iterator[Found]], commits: Sequence[str]) -> Iterator[Found | None]:
    """What is read of every commit, in order, whatever ends the process; None for one that cannot be read alone."""
    rest = commits
    while rest:
        done = 0
        try:
            for found in read(rest):
                yield found
                done += 1
        except AbortedError:
            pass
        if done < len(rest):
            # Of the commit last heard of nobody can say whether it is whole, or what git stumbled over.
            yield _alone(read, rest[done])
            done += 1
        rest = rest[done:]


def _alone(read: Callable[[Sequence[str]], Iterator[Found]], commit: str) -> Found | None:
    try:
        return next(read([commit]), None)
    except AbortedError:
        return None


def _diffs(repository: Repository, commits: Sequence[str]) -> Iterator[Diff]:
    arguments = ["diff-tree", "--stdin", "--root", "--always", "-r", "-z", "--numstat", *DIFF]
    fields = tokens(stream(repository, *arguments, given=commits))
    commit = ""
    files: list[ChangedFile] = []
    for field in fields:
        added, _, rest = field.partition(b"\t")
        if not rest:
            if commit:
                yield Diff(commit, files)
            commit, files = field.decode("ascii"), []
            continue
        deleted, _, path = rest.partition(b"\t")
        if not path:  # renamed: the old path and the new one are fields of their own
            next(fields)
            path = next(fields)
        binary = added == b"-"
        files.append(ChangedFile(path, None if binary else int(added), None if binary else int(deleted)))
    if commit:
        yield Diff(commit, files)


def _with_objects(repository: Repository, commits: Sequence[str]) -> set[str]:
    """Those of the commits whose trees and changed blobs are here."""
    with_trees = _with_trees(repository, commits)
    read = _each(partial(_raw, repository), [commit for commit in commits if commit in with_trees])
    needed = [found for found in read if found]
    missing = _missing(repository, {blob for _, blobs in needed for blob in blobs})
    return {commit for commit, blobs in needed if missing.isdisjoint(blobs)}


def _with_trees(repository: Repository, commits: Sequence[str]) -> set[str]:
    missing = _missing(repository, {f"{commit}^{{tree}}" for commit in commits})
    return {commit for commit in commits if f"{commit}^{{tree}}" not in missing}


def _raw(repository: Repository, commits: Sequence[str]) -> Iterator[tuple[str, list[str]]]:
    """Every commit with the blobs its diff reads."""
    arguments = ["diff-tree", "--stdin", "--root", "--always", "-r", "-z", "--raw", "--no-renames", "--no-abbrev"]
    commit = ""
    blobs: list[str] = []
    fields = tokens(stream(repository, *arguments, given=commits))
    for field in fields:
        if not field.startswith(b":"):
            if commit:
                yield commit, blobs
            commit, blobs = field.decode("ascii"), []
            continue
        modes_and_blobs = field[1:].decode("ascii").split()
        next(fields)  # the path
        sides = zip(modes_and_blobs[:2], modes_and_blobs[2:4], strict=True)
        # 160000 is a submodule's commit, which is never here; zeros are no file.
        blobs += [blob for mode, blob in sides if mode not in ("160000", "000000")]
    if commit:
        yield commit, blobs


def _missing(repository: Repository, objects: Iterable[str]) -> set[str]:
    """Those of the objects that are not here, or so damaged that git cannot say what they are."""
    asked = sorted(objects)
    try:
        answers = run(repository, "cat-file", "--batch-check", given=asked).decode("ascii", "replace").split("\n")
    except AbortedError:
        if len(asked) == 1:
            return set(asked)
        middle = len(asked) // 2
        return _missing(repository, asked[:middle]) | _missing(repository, asked[middle:])
    return {answer.removesuffix(" missing") for answer in answers if answer.endswith(" missing")}


def contents(repository: Repository, blobs: Sequence[str], *, most: int) -> Iterator[bytes | None]:
    """The first `most` bytes of each blob, in order, one held at a time; None for one that cannot be read."""
    return (found and found.content for found in _each(partial(_contents, repository, most), blobs))


class _Blob(NamedTuple):
    content: bytes | None


def _contents(repository: Repository, most: int, blobs: Sequence[str]) -> Iterator[_Blob]:
    said = _Bytes(stream(repository, "cat-file", "--batch", given=blobs))
    for _ in blobs:
        name_and_about = said.line().split()
        if not name_and_about:
            return
        if name_and_about[-1] == b"missing":
            yield _Blob(None)
        else:
            content = said.take(int(name_and_about[-1]), most)
            said.line()
            yield _Blob(content)


class _Bytes:
    """Bytes that come in pieces, taken by the line or by number."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._held = b""

    def line(self) -> bytes:
        """The next line without its end; empty when there are no more."""
        while b"\n" not in self._held:
            piece = next(self._pieces, b"")
            if not piece:
                return b""
            self._held += piece
        line, _, self._held = self._held.partition(b"\n")
        return line

    def take(self, size: int, most: int) -> bytes:
        """The first `most` of the next `size` bytes; the others are passed over."""
        kept: list[bytes] = []
        left = most
        while size:
            self._held = self._held or next(self._pieces)
            some, self._held = self._held[:size], self._held[size:]
            kept.append(some[:left])
            left -= len(kept[-1])
            size -= len(some)
        return b"".join(kept)


def attributes(repository: Repository) -> list[tuple[str, bytes]]:
    """Blob and path of every .gitattributes of HEAD, if any of them speaks of generated or vendored files."""
    try:
        listed = run(repository, "ls-tree", "-r", "-z", repository.head).split(b"\0")
        entries = [entry.partition(b"\t") for entry in listed if entry.endswith(b".gitattributes")]
        found = [
            (about.split()[2].decode("ascii"), path)
            for about, _, path in entries
            if path.rpartition(b"/")[2] == b".gitattributes" and about.startswith(b"100")
        ]
        texts = run(repository, "cat-file", "--batch", given=[blob for blob, _ in found])
    except AbortedError:  # a tree of HEAD is missing: nobody can say what it marks
        return []
    return found if b"linguist-" in texts else []


def marked_paths(repository: Repository, rules: list[tuple[str, bytes]], paths: Sequence[bytes]) -> set[bytes]:
    """Those of the paths that HEAD's attributes mark as generated or vendored, as git itself judges them."""
    if not rules or not paths:
        return set()
    index = [b"100644 " + blob.encode("ascii") + b"\t" + path for blob, path in rules]
    run(repository, "read-tree", "--empty")
    run(repository, "update-index", "-z", "--index-info", given=_ended(index))
    answer = run(repository, "check-attr", "--cached", "--stdin", "-z", *LINGUIST, given=_ended(paths))
    fields = answer.split(b"\0")[:-1]
    return {path for path, _, value in zip(*[iter(fields)] * 3, strict=True) if value in (b"set", b"true")}


def _ended(fields: Iterable[bytes]) -> bytes:
    return b"".join(field + b"\0" for field in fields)


def head_at(repository: Repository) -> int:
    """HEAD's committer date, as seconds_of has it."""
    return seconds_of(run(repository, "log", "-1", "--format=%ct", repository.head).strip())


def digest_of(some: Iterable[object]) -> str:
    """One word for a set of attribute files, or of commits, in whatever order."""
    return hashlib.sha256("\n".join(sorted(map(repr, some))).encode()).hexdigest()[:16]
