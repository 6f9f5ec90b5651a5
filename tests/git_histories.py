"""Synthetic git histories with known truth: every case is one commit that somebody could read wrongly."""

import random
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

ADA = "Ada Lovelace <ada@example.com>"
CLAUDE = "Claude <noreply@anthropic.com>"
CO_CLAUDE = "Co-authored-by: Claude <noreply@anthropic.com>"
CLAUDE_BOT = "claude[bot] <209825114+claude[bot]@users.noreply.github.com>"
DEPENDABOT = "dependabot[bot] <49699333+dependabot[bot]@users.noreply.github.com>"
DAY = 86_400
START = 1_700_000_000  # 2023-11-14T22:13:20Z


@dataclass(frozen=True)
class Case:
    """One commit, and what must be said of it. A file's size is its number of lines; None is a binary file."""

    name: str
    kind: str = "human"
    account: str = "person"
    tools: str = ""
    author: str = ADA
    committer: str = ""
    subject: str = "Change something"
    body: str | bytes = ""
    files: dict[str, int | None] = field(default_factory=lambda: {"src/{name}.py": 3})
    source: int = 3
    revert: bool = False
    encoding: str = ""
    at: int | None = None


def authored(name, author, tools, **more):
    return Case(name, "authored", "agent", tools, author=author, **more)


def co_authored(name, body, tools="Claude Code", **more):
    return Case(name, "co-authored", tools=tools, body=body, **more)


IDENTITIES = [
    Case("a person"),
    authored("claude as author", CLAUDE, "Claude Code"),
    authored("claude under another name", "Claude Opus 4.6 <noreply@anthropic.com>", "Claude Code"),
    authored("the address in capitals", "Claude <NoReply@Anthropic.com>", "Claude Code"),
    authored("claude bot", CLAUDE_BOT, "Claude GitHub app/action"),
    authored(
        "claude bot with the number of github-actions",
        "claude[bot] <41898282+claude[bot]@users.noreply.github.com>",
        "Claude GitHub app/action",
    ),
    authored("copilot", "copilot-swe-agent[bot] <198982749+Copilot@users.noreply.github.com>", "Copilot coding agent"),
    authored("devin", "Devin AI <158243242+devin-ai-integration[bot]@users.noreply.github.com>", "Devin"),
    authored("openhands without angle brackets inside", "openhands <openhands@all-hands.dev>", "OpenHands"),
    Case("a person called Claude", author="Claude Monet <claude@monet.example>"),
    Case("a person called Devin", author="Devin Villarosa <devin@example.com>"),
    Case("a person called Jules", author="Jules Verne <jules@example.com>"),
    Case("staff of a vendor", author="Jane Doe <jane@anthropic.com>"),
    Case("staff of another vendor", author="Xing Yao <xingyao@all-hands.dev>"),
    Case("an address that only ends like a tool's", author="Mallory <xnoreply@anthropic.com.example>"),
    Case("a maintainer whose address begins with aider", author="Paul <aider@paulg.org>"),
    Case("aider as author's suffix", "authored", tools="aider", author="Ada Lovelace (aider) <ada@example.com>"),
    Case("aider as committer's suffix only", committer="Ada Lovelace (aider) <ada@example.com>"),
    Case("review suggestion as author", "assisted", "agent", "Copilot review suggestion",
         author="Copilot <175728472+Copilot@users.noreply.github.com>"),
    Case("dependabot", "bot", "bot", author=DEPENDABOT),
    Case("any other bot", "bot", "bot", author="merge-queue[bot] <1+merge-queue[bot]@users.noreply.github.com>"),
    Case("github-actions", "bot", "bot", author="GitHub <41898282+github-actions[bot]@users.noreply.github.com>"),
    Case("a bot with an AI co-author", "co-authored", "bot", "Claude Code", author=DEPENDABOT, body=CO_CLAUDE),
    Case("a name with a bracket", author="Bob [work] <bob@example.com>"),
    Case("no name at all", author=" <nobody@example.com>"),
    Case("committed by claude, written by a person", committer=CLAUDE),
]  # fmt: skip

MESSAGES = [
    co_authored("a trailer", CO_CLAUDE),
    co_authored("a trailer in capitals", "CO-AUTHORED-BY: Claude <noreply@anthropic.com>"),
    co_authored("a trailer with spaces around", "Co-Authored-By :  Claude <noreply@anthropic.com>  "),
    co_authored("a trailer with a carriage return", CO_CLAUDE + "\r"),
    co_authored("a trailer amid the body", f"First part.\n\n{CO_CLAUDE}\n\nSecond part, by hand."),
    co_authored("a trailer without a blank line before", f"joined\n{CO_CLAUDE}"),
    co_authored("a squash that lists its commits", f"* one\n\n{CO_CLAUDE}\n\n* two\n\n{CO_CLAUDE}"),
    co_authored("two tools", f"{CO_CLAUDE}\nMade-with: Cursor", "Claude Code;Cursor"),
    Case("a person beside an agent", "authored", "agent", "Claude Code", author=CLAUDE, body=f"Co-authored-by: {ADA}"),
    Case("a person's co-author", body="Co-authored-by: Claude Shannon <shannon@bell.example>"),
    Case("a quoted trailer", body=f"Ada wrote:\n> {CO_CLAUDE}"),
    Case("a trailer quoted with an indented mark", body=f"  > {CO_CLAUDE}"),
    Case("an indented trailer", body=f"    {CO_CLAUDE}"),
    Case("a trailer in running text", body=f"Drop the line {CO_CLAUDE} from the template."),
    Case("a trailer behind a form feed", body=f"text\x0c{CO_CLAUDE}"),
    Case("a trailer behind a line separator", body=f"text\u2028{CO_CLAUDE}"),
    Case("a trailer behind a next-line", body=f"text\x85{CO_CLAUDE}"),
    Case("a trailer as subject", subject=CO_CLAUDE),
    Case("an address with more behind it", body="Co-authored-by: Claude <noreply@anthropic.com> (no)"),
    co_authored("a line of claude code", "\U0001f916 Generated with [Claude Code](https://claude.com/claude-code)"),
    Case("that line quoted", body="> Generated with [Claude Code](https://claude.com/claude-code)"),
    Case("that line in prose", body="Text says Generated with [Claude Code](https://claude.com/claude-code)"),
    co_authored("a session's address alone", "https://claude.ai/code/session_01ABCdef"),
    co_authored("a session's trailer", "Claude-Session: https://claude.ai/code/session_01ABC"),
    Case("aider's subject", "authored", tools="aider", subject="aider: add a test"),
    Case("aider's subject further on", subject="fix aider: add a test"),
    Case("aider's trailer", "authored", tools="aider", body="Co-authored-by: aider (gpt-4o) <aider@aider.chat>"),
    Case("the kernel's trailer", "assisted", tools="any, Assisted-by", body="Assisted-by: Claude:claude-opus-4 [x]"),
    Case("a model only", "assisted", tools="any, Assisted-by", body="Assisted-by: Opus 4.7"),
    Case("assisted by a tool's address", "assisted", tools="any, Assisted-by",
         body="Assisted-by: Claude <noreply@anthropic.com>"),
    Case("assisted by a person", body="Assisted-by: Grace Hopper"),
    Case("assisted by a person called Claude", body="Assisted-by: Claude Monet <claude@monet.example>"),
    Case("generated by a code generator", body="Generated-by: protoc 3.21"),
    Case("accepted suggestions", "assisted", tools="Gemini Code Assist",
         body="Co-authored-by: gemini-code-assist[bot] <176961590+gemini-code-assist[bot]@users.noreply.github.com>"),
    co_authored("suggestions and an agent",
                "Co-authored-by: Copilot <175728472+Copilot@users.noreply.github.com>\n" + CO_CLAUDE,
                "Claude Code;Copilot review suggestion"),
    Case("a body that is no UTF-8", "co-authored", tools="Claude Code", body=b"caf\xe9\n" + CO_CLAUDE.encode()),
    Case("a body in Latin-1 that says so", "co-authored", tools="Claude Code", encoding="ISO-8859-1",
         body=b"caf\xe9\n" + CO_CLAUDE.encode()),
    Case("a body in an encoding that nobody knows", "co-authored", tools="Claude Code", encoding="x-unknown",
         body=b"caf\xe9\n" + CO_CLAUDE.encode()),
    Case("a clock at the beginning of time", at=0),
    Case("a clock that ran ahead by a lifetime", at=4_102_444_800),
    Case("git's control characters", body="\x01\x02\x1e\x1f"),
    Case("a body like our own fields", body="tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\n1\t2\tsrc/a.py"),
    Case("a revert by its subject", subject='Revert "Change something"', revert=True),
    Case("a revert by its body", body="This reverts commit 0123456789abcdef0123456789abcdef01234567.", revert=True),
    Case("an empty message", subject=""),
]  # fmt: skip

LINES = [
    Case("documents", files={"docs/{name}.md": 5, "{name}.rst": 2}, source=0),
    Case("a lock file", files={"uv.lock": 40, "package-lock.json": 9, "go.sum": 4}, source=0),
    Case("a folder of others", files={"vendor/{name}.go": 30, "a/node_modules/b/{name}.js": 8}, source=0),
    Case("a file called like a folder of others", files={"src/vendor": 4}, source=4),
    Case("generated files", files={"x_pb2.py": 6, "{name}.min.js": 1, "api.generated.ts": 5, "n.ipynb": 7}, source=0),
    Case("marked by HEAD's attributes", files={"src/gen/{name}.py": 12, "src/{name}.py": 2}, source=2),
    Case("marked as true by HEAD's attributes", files={"src/made/{name}.py": 12}, source=0),
    Case("marked in general and not here", files={"src/gen/ours/{name}.py": 4}, source=4),
    Case("marked as false", files={"src/false/{name}.py": 5}, source=5),
    Case("a formatter's storm", files={f"src/{{name}}/storm{i}.c": 40 for i in range(60)}, source=2_400),
    Case("a binary file", files={"logo.bin": None, "src/{name}.py": 1}, source=1),
    Case("nothing changed", files={}, source=0),
    Case("a path with a tab, a quote and a line feed", files={'src/a\t"b\n{name}.py': 4}, source=4),
    Case("a path that is no ASCII", files={"src/\u00fcber {name}.py": 4}, source=4),
    Case("a path like a hash", files={"0123456789abcdef0123456789abcdef01234567": 2}, source=2),
    Case("no line feed at the end", files={"src/{name}.c": 1, "Makefile.{name}": 2}, source=3),
    Case("an extension in capitals", files={"{name}.PY": 2, "{name}.TXT": 3}, source=5),
    Case("many files", files={f"src/{{name}}/{i}.py": 1 for i in range(200)}, source=200),
    Case("an agent's documents", "authored", "agent", "Claude Code", author=CLAUDE, files={"README.md": 50}, source=0),
]

CASES = [*IDENTITIES, *MESSAGES, *LINES]

ATTRIBUTES = (
    b"src/gen/** linguist-generated\nsrc/gen/ours/** -linguist-generated\nsrc/made/** linguist-generated=true\n"
    b"src/false/** linguist-vendored=false\nsrc/*.py -diff\n*.py diff=evil\n"
)
MAILMAP = b"Ada Lovelace <ada@example.com> <ADA@old.example>\n"


class Writer:
    """Writes a fast-import stream; marks count commits from 1."""

    def __init__(self) -> None:
        self.stream: list[bytes] = []
        self.marks = 0
        self._contents = 0

    def commit(
        self,
        *,
        message=b"m",
        author=ADA,
        committer="",
        at=START,
        files=None,
        parents=None,
        deleted=(),
        moved=(),
        encoding="",
    ):
        """Files are contents by path. Without parents the commit follows the last one; `[]` makes a root."""
        self.marks += 1
        parents = ([self.marks - 1] if self.marks > 1 else []) if parents is None else parents
        message = message.encode("utf-8", "surrogateescape") if isinstance(message, str) else message
        committed = (committer or "Ada Lovelace <ada@example.com>").encode()
        said = [b"reset refs/heads/main\n" if not parents else b"", b"commit refs/heads/main\nmark :%d\n" % self.marks]
        said += [b"author %s %d +0000\n" % (author.encode(), at), b"committer %s %d +0530\n" % (committed, at)]
        said += [b"encoding %s\n" % encoding.encode()] if encoding else []
        said += [b"data %d\n%s\n" % (len(message), message)]
        said += [b"from :%d\n" % parents[0]] if parents else []
        said += [b"merge :%d\n" % parent for parent in parents[1:]]
        said += [b"D %s\n" % _quoted(path) for path in deleted]
        said += [b"R %s %s\n" % (_quoted(old), _quoted(new)) for old, new in moved]
        for path, content in (files or {}).items():
            said += [b"M 100644 inline %s\ndata %d\n%s\n" % (_quoted(path), len(content), content)]
        self.stream += [*said, b"\n"]
        return self.marks

    def lines(self, count: int | None) -> bytes:
        """A content of so many lines that no other file has; None is binary."""
        self._contents += 1
        if count is None:
            return b"\0binary %d" % self._contents
        return b"\n".join(b"%d of content %d" % (line, self._contents) for line in range(count)) + b"\n" * (
            self._contents % 2
        )

    def write(self, path: Path, *, object_format="sha1", bare=True) -> list[str]:
        """Make the repository; the hashes of its commits by mark, the first at 1."""
        git(
            path.parent,
            "init",
            "-q",
            *(["--bare"] if bare else []),
            "-b",
            "main",
            f"--object-format={object_format}",
            path.name,
        )
        exported = path.parent / f"{path.name}.marks"
        command = ["fast-import", "--quiet", f"--export-marks={exported}", "--date-format=raw-permissive"]
        git(path, *command, given=b"".join(self.stream))
        hashes = dict(line.split() for line in exported.read_text().splitlines())
        return ["", *(hashes[f":{mark}"] for mark in range(1, self.marks + 1))]


def _quoted(path: str) -> bytes:
    text = path.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return b'"%s"' % text.encode("utf-8", "surrogateescape")


def git(folder: Path, *arguments: str, given: bytes = b"") -> bytes:
    environment = {
        "PATH": "/usr/bin:/bin:/usr/local/bin",
        "HOME": "/nonexistent",
        "GIT_CONFIG_NOSYSTEM": "1",
        "LC_ALL": "C",
    }
    command = ["git", "-c", "protocol.file.allow=always", "-C", str(folder), *arguments]
    return subprocess.run(command, input=given, capture_output=True, check=True, env=environment).stdout


def write_dated(path: Path, *dates: str) -> list[str]:
    """A repository of one commit a committer date, the last one HEAD, whatever a date says: no command of git would."""
    return write_raw(path, *(f"author {ADA} {START} +0000\ncommitter {ADA} {date}\n\nm\n".encode() for date in dates))


def write_raw(path: Path, *commits: bytes) -> list[str]:
    """A repository of commits that are given from the author's line on, each with one more line of a.py."""
    git(path.parent, "init", "-q", "--bare", "-b", "main", path.name)
    hashes: list[str] = []
    for number, said in enumerate(commits):
        blob = _object(path, "blob", b"line\n" * (number + 1))
        tree = git(path, "mktree", given=f"100644 blob {blob}\ta.py\n".encode()).decode().strip()
        parents = "".join(f"parent {one}\n" for one in hashes[-1:])
        hashes.append(_object(path, "commit", f"tree {tree}\n{parents}".encode() + said))
    git(path, "update-ref", "refs/heads/main", hashes[-1])
    return hashes


def _object(path: Path, kind: str, content: bytes) -> str:
    return git(path, "hash-object", "-w", "--literally", "-t", kind, "--stdin", given=content).decode().strip()


def note(repository: Path, commit: str, said: str) -> None:
    """Attach a git-ai note to a commit."""
    git(repository, "-c", "user.name=a", "-c", "user.email=a@b", "notes", "--ref=ai", "add", "-f", "-m", said, commit)


def write_cases(path: Path, seed: int) -> dict[str, str]:
    """A repository of all cases in an order of the seed's; hash of each case by name."""
    chance = random.Random(seed)
    writer = Writer()
    writer.commit(files={".gitattributes": ATTRIBUTES, ".mailmap": MAILMAP}, message="Attributes")
    order = chance.sample(CASES, len(CASES))
    marks = {}
    for number, case in enumerate(order):
        folder = f"{number:03d}"
        files = {name.replace("{name}", folder): writer.lines(count) for name, count in case.files.items()}
        body = case.body if isinstance(case.body, bytes) else case.body.encode()
        joined = b"\n" if body.startswith(b"joined\n") else b"\n\n"
        message = case.subject.encode() + (joined + body.removeprefix(b"joined\n") if body else b"")
        skewed = START + chance.randrange(-400, 400) * DAY  # no order at all
        marks[case.name] = writer.commit(
            message=message,
            author=case.author,
            committer=case.committer,
            at=skewed if case.at is None else case.at,
            files=files,
            encoding=case.encoding,
        )
    hashes = writer.write(path, object_format="sha256" if seed % 2 else "sha1")
    return {name: hashes[mark] for name, mark in marks.items()}
