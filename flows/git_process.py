"""Git as a process that reads and nothing else: no hooks, filters, external diffs, lazy fetches or configuration.

A repository is somebody's text. It is read through a git directory of our own that borrows its objects: the
repository's attributes, grafts, replacements and promisors are never seen, and nothing is written to it. Its
configuration is seen only by the few questions asked before, of where things lie and of refs: they run nothing.
"""

import hashlib
import os
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, NamedTuple, cast

from flows.git_address import git_directory, repository_name
from metrics.errors import DataError

EMPTY_TREE = {
    "sha1": "4b825dc642cb6eb9a060e54bf8d69288fbee4904",
    "sha256": "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321",
}

CHUNK = 1 << 16
"""Bytes read from a process at a time: a pipe holds no more."""

ANSWER_SECONDS = 30.0
"""Until a question about refs or folders is answered: a configuration may include a file that never ends."""

LONGEST_FIELD = 1 << 20
"""Bytes of a field or line that are kept: a message may be as long as its author likes, and a file one line."""

DIFF = ("--no-ext-diff", "--no-textconv", "--no-color", "--diff-algorithm=myers", "-M", "-l1000")
"""How every diff is made, so that two machines count the same lines: renames at git's 50 %."""


class Repository(NamedTuple):
    """A repository at one commit, borrowed."""

    name: str
    borrowed: Path
    """Our git directory; gone when the block ends."""
    head: str
    """Full hash of the commit that is measured."""
    object_format: str
    shallow: frozenset[str]
    """Commits whose parents are not here."""
    environment: Mapping[str, str]

    def objects_at(self) -> str:
        """A word that changes when objects come or go: when any folder of them was last written to."""
        folders = sorted(os.scandir(self.environment["GIT_OBJECT_DIRECTORY"]), key=lambda one: one.name)
        said = [f"{one.name} {one.stat().st_mtime_ns}" for one in folders]
        return hashlib.sha256("\n".join(said).encode("utf-8", "surrogateescape")).hexdigest()[:16]

    @property
    def mailmap(self) -> Path:
        """A copy of HEAD's mailmap; empty if HEAD has none, or if it cannot be read."""
        return self.borrowed / "mailmap"


class _Places(NamedTuple):
    """Where a repository keeps what is borrowed."""

    objects: Path
    shallow: Path
    object_format: str


class AbortedError(DataError):
    """Git ended before it had said everything: objects are missing or damaged."""


def safe_environment(home: Path) -> dict[str, str]:
    """What git is told: one language, no configuration but ours, and nothing to be asked or fetched."""
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home),
        "LC_ALL": "C",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_SYSTEM": os.devnull,
        "GIT_ATTR_NOSYSTEM": "1",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_ALLOW_PROTOCOL": "none",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_PAGER": "cat",
        # Not a write and a wake-up a commit.
        "GIT_FLUSH": "0",
    }


@contextmanager
def borrowed(path: Path, *, name: str = "") -> Iterator[Repository]:
    """The repository at a path, to be read in safety.

    Raises:
        DataError: it is no repository, git cannot read it, or it has no commit.
    """
    theirs = git_directory(path)
    with tempfile.TemporaryDirectory(prefix="threefutures-git-") as folder:
        ours = Path(folder) / "git"
        environment = safe_environment(Path(folder))
        objects, shallow, object_format = _places(theirs, environment)
        head = _head(theirs, environment, path)
        _make_directory(ours, head, object_format, shallow)
        environment |= {"GIT_DIR": str(ours), "GIT_OBJECT_DIRECTORY": str(objects)}
        environment |= {"GIT_INDEX_FILE": str(ours / "index")}
        repository = Repository(
            name=name or repository_name(path),
            borrowed=ours,
            head=head,
            object_format=object_format,
            shallow=frozenset(shallow.read_text("ascii").split()) if shallow.is_file() else frozenset(),
            environment=environment,
        )
        repository.mailmap.write_bytes(_heads_mailmap(repository))
        yield repository


def refs_of(path: Path, *patterns: str) -> dict[str, str]:
    """Hash by ref of the repository at a path, of the refs that match one of the patterns."""
    theirs = git_directory(path)
    with tempfile.TemporaryDirectory(prefix="threefutures-git-") as folder:
        asked = ["git", f"--git-dir={theirs}", "for-each-ref", "--format=%(refname) %(objectname)", *patterns]
        said = _ask(asked, safe_environment(Path(folder))).stdout.decode("utf-8", "surrogateescape")
    parts = (line.partition(" ") for line in said.split("\n") if line)
    return {ref: tip for ref, _, tip in parts}


def _places(theirs: Path, environment: Mapping[str, str]) -> _Places:
    asked = ["--path-format=absolute", "--git-common-dir", "--show-object-format"]
    answer = _ask(["git", f"--git-dir={theirs}", "rev-parse", *asked], environment)
    if answer.returncode:
        raise DataError(f"{theirs} cannot be read by git", found=_said(answer.stderr), next="try git -C <it> log")
    # A path may have line feeds itself: the last line alone is the format.
    folder, _, object_format = answer.stdout.removesuffix(b"\n").rpartition(b"\n")
    common = Path(os.fsdecode(folder))
    return _Places(common / "objects", common / "shallow", object_format.decode("ascii"))


def _head(theirs: Path, environment: Mapping[str, str], path: Path) -> str:
    answer = _ask(["git", f"--git-dir={theirs}", "rev-parse", "--verify", "--quiet", "HEAD"], environment)
    if answer.returncode:
        raise DataError(f"{path} has no commit", found="HEAD points to nothing", next="check out a branch with commits")
    return answer.stdout.decode("ascii").strip()


def _make_directory(ours: Path, head: str, object_format: str, shallow: Path) -> None:
    for folder in (ours / "refs", ours / "objects"):
        folder.mkdir(parents=True)
    (ours / "HEAD").write_text(head + "\n", encoding="ascii")
    # In a bare repository git 2.43 and later reads attributes from HEAD by itself, and older ones do not.
    version = f"[core]\n\tbare = true\n\trepositoryformatversion = {int(object_format != 'sha1')}\n"
    extension = f"[extensions]\n\tobjectFormat = {object_format}\n" if object_format != "sha1" else ""
    attributes = f"[attr]\n\ttree = {EMPTY_TREE.get(object_format, '')}\n"
    # By default git takes it out of HEAD itself, and gives up with every commit where HEAD's tree is damaged.
    mailmap = f"[mailmap]\n\tblob =\n\tfile = {_quoted(ours / 'mailmap')}\n"
    (ours / "config").write_text(version + extension + attributes + mailmap, encoding="utf-8", errors="surrogateescape")
    if shallow.is_file():
        (ours / "shallow").write_bytes(shallow.read_bytes())


def _quoted(path: Path) -> str:
    """A path as git's configuration has it."""
    return '"' + str(path).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def _heads_mailmap(repository: Repository) -> bytes:
    try:
        return run(repository, "cat-file", "blob", "HEAD:.mailmap")
    except AbortedError:
        return b""


def _ask(command: Sequence[str], environment: Mapping[str, str]) -> "subprocess.CompletedProcess[bytes]":
    try:
        # The program is git and every argument is ours, or a path behind an option of its own.
        return subprocess.run(  # noqa: S603
            command,
            env=environment,
            capture_output=True,
            check=False,
            stdin=subprocess.DEVNULL,
            timeout=ANSWER_SECONDS,
        )
    except FileNotFoundError as error:
        raise DataError("git is not installed", found="no program git on PATH", next="install git 2.31+") from error
    except subprocess.TimeoutExpired as error:
        raise DataError(
            f"git does not answer: {' '.join(command[1:3])}",
            found=f"nothing within {ANSWER_SECONDS:.0f} seconds",
            next="look what its configuration includes, then try again",
        ) from error


def run(repository: Repository, *arguments: str, given: Iterable[str] | bytes = ()) -> bytes:
    """What a git command prints; `given` are lines on its standard input, or all of it as bytes.

    Raises:
        AbortedError: git says no.
    """
    return b"".join(stream(repository, *arguments, given=given))


def stream(repository: Repository, *arguments: str, given: Iterable[str] | bytes = ()) -> Iterator[bytes]:
    """What a git command prints, as it comes, in pieces; `given` as for run.

    Raises:
        AbortedError: git ended with a fault, after everything it said was handed on.
    """
    with tempfile.TemporaryFile() as questions, tempfile.TemporaryFile() as faults:
        # A file never blocks: git may print while it is still being asked.
        questions.writelines([given] if isinstance(given, bytes) else (f"{one}\n".encode("ascii") for one in given))
        questions.seek(0)
        process = _start(repository, *arguments, stdin=questions, stderr=faults)
        try:
            yield from _pieces(cast("IO[bytes]", process.stdout))
            if process.wait() < 0:
                # Ctrl-C reaches git too: nothing is missing, and nobody wants a second try.
                raise DataError(
                    f"{repository.name}: git was stopped", found=f"signal {-process.returncode}", next="try again"
                )
            if process.returncode:
                faults.seek(0)
                raise AbortedError(
                    f"{repository.name}: git {arguments[0]} ended early",
                    found=_said(faults.read()),
                    next="run git fsck there",
                )
        finally:
            process.kill()
            process.communicate()


def _start(
    repository: Repository, *arguments: str, stdin: IO[bytes], stderr: IO[bytes] | int | None = None
) -> "subprocess.Popen[bytes]":
    # As in _ask: the program is git, and every argument is ours.
    command = ["git", *arguments]
    return subprocess.Popen(command, env=repository.environment, stdin=stdin, stdout=subprocess.PIPE, stderr=stderr)  # noqa: S603


def _pieces(pipe: IO[bytes]) -> Iterator[bytes]:
    while piece := os.read(pipe.fileno(), CHUNK):
        yield piece


def _said(stderr: bytes) -> str:
    lines = [line for line in stderr.decode("utf-8", "replace").split("\n") if line.strip()]
    return lines[-1][:200] if lines else "it said nothing"


def tokens(pieces: Iterable[bytes], end: bytes = b"\0", *, longest: int = LONGEST_FIELD) -> Iterator[bytes]:
    """The fields of output that ends each with NUL, or its lines; an unended one, of a broken stream, is dropped.

    Args:
        pieces: the output, in pieces of CHUNK bytes at most.
        end: what a field ends with.
        longest: bytes of a field that are kept, CHUNK or more; the rest is passed over.
    """
    rest: list[bytes] = []
    held = 0
    for piece in pieces:
        first, *others = piece.split(end)
        if held < longest:
            rest.append(first)
            held += len(first)
        if others:
            yield b"".join(rest)[:longest]
            yield from others[:-1]
            rest = [others[-1]]
            held = len(others[-1])


def git_version() -> str:
    """Which git does the reading."""
    with tempfile.TemporaryDirectory(prefix="threefutures-git-") as folder:
        said = _ask(["git", "--version"], safe_environment(Path(folder))).stdout.decode()
    return said.removeprefix("git version ").strip()


def patch_ids(repository: Repository, commits: Iterable[str]) -> dict[str, str]:
    """Git's stable patch id of each commit that changes text; equal patches have equal ids, wherever they stand.

    Raises:
        AbortedError: objects are missing.
    """
    with tempfile.TemporaryFile() as questions:
        questions.writelines(f"{commit}\n".encode("ascii") for commit in commits)
        questions.seek(0)
        arguments = ["diff-tree", "--stdin", "--root", "-r", "-p", *DIFF]
        patches = _start(repository, *arguments, stdin=questions, stderr=subprocess.DEVNULL)
        ids = _start(repository, "patch-id", "--stable", stdin=cast("IO[bytes]", patches.stdout))
        said = ids.communicate()[0]
        patches.communicate()
    if patches.returncode or ids.returncode:
        raise AbortedError(f"{repository.name}: git patch-id ended early", next="run git fsck there")
    pairs = (line.split() for line in said.decode("ascii").split("\n") if line)
    return {commit: patch for patch, commit in pairs}
