"""A repository that cannot be read is said to be one, in three lines."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from git_histories import Writer, git

from flows.git_process import CHUNK, borrowed, tokens
from flows.git_read import contents
from flows.git_report import measure
from metrics.errors import DataError


def enter(path):
    with borrowed(path):
        pass


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (str, "{path} is not a git repository\n  found  no such folder\n"),
        (lambda path: path.mkdir(), "{path} is not a git repository\n  found  a folder without .git\n"),
    ],
)
def test_what_is_no_repository_is_said_in_three_lines(tmp_path, make, message):
    make(tmp_path / "x")
    with pytest.raises(DataError) as error:
        enter(tmp_path / "x")
    rest = "  next   name the folder that holds .git, or a URL"
    assert str(error.value) == message.format(path=tmp_path / "x") + rest


def test_a_repository_without_a_commit_is_said_to_have_none(tmp_path):
    git(tmp_path, "init", "-q", "x")
    with pytest.raises(DataError) as error:
        enter(tmp_path / "x")
    assert str(error.value) == (
        f"{tmp_path / 'x'} has no commit\n  found  HEAD points to nothing\n  next   check out a branch with commits"
    )


@pytest.mark.parametrize("name", ["new\nline", "a space", 'a "quote', "back\\slash", "caf\xe9", "lat\udce9in"])
@pytest.mark.parametrize("bare", [True, False])
def test_a_folder_of_any_name_is_read_and_told_in_files_that_anything_can_read(tmp_path, name, bare):
    writer = Writer()
    writer.commit(files={"a.py": b"1\n", ".mailmap": b"Ada <ada@example.com>\n"})
    writer.write(tmp_path / name, bare=bare)
    measure([str(tmp_path / name)], home=tmp_path / "home", out=tmp_path / "out")
    (said,) = json.loads((tmp_path / "out" / "summary.json").read_text("utf-8"))["repositories"]
    assert said == name.replace("\udce9", "\\xe9")
    assert (tmp_path / "out" / "monthly.csv").read_text("utf-8").count("2023-11") == 1


def test_a_folder_inside_of_a_repository_is_told_which_one_to_name(tmp_path):
    git(tmp_path, "init", "-q", "repo")
    (tmp_path / "repo" / "src").mkdir()
    with pytest.raises(DataError) as error:
        enter(tmp_path / "repo" / "src")
    assert error.value.next == f"name {tmp_path}/repo, which holds .git"


def test_a_folder_that_is_a_large_file_is_refused_unread(tmp_path):
    with (tmp_path / "disk.img").open("wb") as file:
        file.truncate(1 << 40)  # a thousand times what memory holds, and no block of the disk
    with pytest.raises(DataError) as error:
        enter(tmp_path / "disk.img")
    assert (error.value.message, error.value.found) == (f"{tmp_path}/disk.img is not a git repository", "a file")


def test_a_git_file_is_followed_and_no_other_file_is(tmp_path):
    writer = Writer()
    writer.commit(files={"a.py": b"1\n"})
    writer.write(tmp_path / "repo")
    for name, said in (("linked", "gitdir: ../repo\n"), ("text", "../repo\n")):
        (tmp_path / name).mkdir()
        (tmp_path / name / ".git").write_text(said)
    with borrowed(tmp_path / "linked") as one, borrowed(tmp_path / "linked" / ".git") as same:
        assert one.head == same.head
    with pytest.raises(DataError):
        enter(tmp_path / "text")


def test_a_field_is_cut_where_it_is_too_long_and_the_next_is_whole():
    pieces = [b"a" * CHUNK, b"a" * 9, b"a\0b", b"b\0c\0rest"]
    assert list(tokens(pieces, longest=CHUNK)) == [b"a" * CHUNK, b"bb", b"c"]
    assert list(tokens(pieces, longest=CHUNK + 2)) == [b"a" * (CHUNK + 2), b"bb", b"c"]


def test_the_beginnings_of_blobs_come_in_order_and_nothing_for_one_that_is_missing_or_damaged(tmp_path):
    writer = Writer()
    sizes = {"none": 0, "line": 5, "long": 3 * CHUNK + 1, "broken": 50, "short": 2}
    writer.commit(files={name: name.encode()[:1] * size for name, size in sizes.items()})
    writer.write(tmp_path / "repo")
    blobs = {name: git(tmp_path / "repo", "rev-parse", f"HEAD:{name}").decode().strip() for name in sizes}
    file = tmp_path / "repo" / "objects" / blobs["broken"][:2] / blobs["broken"][2:]
    file.chmod(0o600)
    file.write_bytes(file.read_bytes()[:-6] + b"\0" * 6)
    asked = [*blobs.values(), "0" * 40, blobs["line"]]
    with borrowed(tmp_path / "repo") as repository:
        assert list(contents(repository, asked, most=5)) == [b"", b"lllll", b"lllll", None, b"ss", None, b"lllll"]
        assert [None if one is None else len(one) for one in contents(repository, asked, most=1 << 20)] == [
            0,
            5,
            196_609,
            None,
            2,
            None,
            5,
        ]


MEMORY = """
import atexit, sys
from pathlib import Path
peak = lambda: next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
atexit.register(lambda: print(int(peak().split()[1]) // 1024, file=sys.__stderr__))
from flows.cli import main
main()
"""
"""The command, which says at its end what it held at most, in MB; rusage would tell what its parent had held."""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the system does not say what a process has held")
def test_the_command_takes_under_150_mb_whatever_lines_files_and_notes_a_history_has(tmp_path):
    writer = Writer()
    writer.commit(files={"line.py": b"x" * 30_000_000, "tiny.py": b"1\n"})
    files = {f"{number}.py": b"%d\n" % number + b"y" * 4_000_000 for number in range(10)}
    writer.commit(files=files | {"line.py": b"z" * 30_000_000 + b"\n", "tiny.py": b"1\n2\n"})
    (head,) = writer.write(tmp_path / "repo")[2:]
    said = "tiny.py\n" + "  s_1::t_1 1-9900000\n" * 3 + "---\n" + "p" * 10_000_000
    git(
        tmp_path / "repo",
        *["-c", "user.name=a", "-c", "user.email=a@b", "notes", "--ref=ai", "add", "-F", "-"],
        head,
        given=said.encode(),
    )
    command = [
        sys.executable,
        "-c",
        MEMORY,
        "git",
        str(tmp_path / "repo"),
        "--surviving",
        "--output-multiplier",
        "--json",
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=tmp_path)
    assert json.loads(done.stdout)["repositories"]["repo"]["notes"]["added_source"]["ai"] == 1
    assert int(done.stderr.split()[-1]) < 150
