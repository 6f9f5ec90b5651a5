"""A repository that cannot be read is said to be one, in three lines."""

import json

import pytest
from git_histories import Writer, git

from flows.git_process import borrowed
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
