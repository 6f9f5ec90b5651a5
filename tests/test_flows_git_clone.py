"""Repositories of other hosts are mirrored, as they are there today; a host that fails or falls silent is told."""

import os

import pytest
from git_histories import DAY, START, Writer, git, note

from flows.git_process import borrowed
from flows.git_report import measure
from metrics.errors import DataError, TransientError


def write_small(path, **options):
    writer = Writer()
    for number in range(4):
        writer.commit(at=START + number * DAY, files={"a.py": writer.lines(number + 2)})
    return writer.write(path, **options)


@pytest.fixture
def far(tmp_path, monkeypatch):
    """The address of a folder at another host: its ssh runs here what git asks of it there."""
    ssh = tmp_path / "bin" / "ssh"
    ssh.parent.mkdir()
    ssh.write_text('#!/bin/sh\nwhile [ "$1" != git@far.example ]; do shift; done\nshift\nexec sh -c "$*"\n')
    ssh.chmod(0o700)
    monkeypatch.setenv("PATH", f"{ssh.parent}:/usr/bin:/bin")
    return lambda folder: f"git@far.example:{folder}"


def test_a_url_is_mirrored_once_and_then_brought_up_to_date(tmp_path, far):
    hashes = write_small(tmp_path / "small")
    heads = []
    for tip in (3, 4, 2):  # the last is a push by force
        git(tmp_path / "small", "update-ref", "refs/heads/main", hashes[tip])
        (found,) = measure([far(tmp_path / "small")], home=tmp_path / "home")
        heads.append((found.summary["head"], found.summary["commits"]))
    assert heads == [(hashes[3], 3), (hashes[4], 4), (hashes[2], 2)]
    (mirror,) = (tmp_path / "home" / "mirrors").iterdir()
    assert not (mirror / "hooks").exists()


def test_notes_that_are_gone_at_the_publisher_attest_nothing(tmp_path, far):
    hashes = write_small(tmp_path / "small")
    note(tmp_path / "small", hashes[1], "a.py\n  s_0::t_0 1-2\n---\n{}")
    (noted,) = measure([far(tmp_path / "small")], home=tmp_path / "home")
    git(tmp_path / "small", "update-ref", "-d", "refs/notes/ai")
    (bare,) = measure([far(tmp_path / "small")], home=tmp_path / "home")
    assert noted.summary["notes"]["added_source"]["ai"] == 2
    assert (bare.summary["head"], bare.summary["notes"]) == (hashes[4], None)


def test_a_host_that_does_not_answer_is_a_passing_fault(tmp_path, monkeypatch):
    (tmp_path / "ssh").write_text("#!/bin/sh\necho 'far.example: no route to host' >&2\nexit 255\n")
    (tmp_path / "ssh").chmod(0o700)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    with pytest.raises(TransientError, match=r"^ssh://far.example/x cannot be mirrored\n  found  "):
        measure(["ssh://me@far.example/x"], home=tmp_path / "home")


def test_a_repository_with_long_hashes_is_mirrored(tmp_path, far):
    hashes = write_small(tmp_path / "long", object_format="sha256")
    (found,) = measure([far(tmp_path / "long")], home=tmp_path / "home")
    assert (len(hashes[4]), found.summary["head"]) == (64, hashes[4])


def test_a_repository_without_a_commit_at_its_publisher_is_said_to_have_none(tmp_path, far):
    git(tmp_path, "init", "-q", "--bare", "empty")
    with pytest.raises(DataError) as error:
        measure([far(tmp_path / "empty")], home=tmp_path / "home")
    assert str(error.value) == (
        f"git@far.example:{tmp_path}/empty has no commit\n"
        "  found  no HEAD at the publisher\n  next   push a branch, or leave it out"
    )


def test_a_host_that_never_ends_is_given_up(tmp_path, far, monkeypatch):
    (tmp_path / "bin" / "ssh").write_text("#!/bin/sh\nexec sleep 1000\n")
    monkeypatch.setattr("flows.git_clone.LONGEST_SECONDS", 0.3)
    with pytest.raises(TransientError) as error:
        measure([far("x")], home=tmp_path / "home")
    assert (error.value.message, error.value.found) == (
        "git@far.example:x cannot be mirrored",
        "no end after 0 seconds",
    )


def test_a_configuration_that_never_ends_is_given_up(tmp_path, monkeypatch):
    write_small(tmp_path / "repo")
    os.mkfifo(tmp_path / "fifo")
    git(tmp_path / "repo", "config", "include.path", str(tmp_path / "fifo"))
    monkeypatch.setattr("flows.git_process.ANSWER_SECONDS", 0.3)
    with pytest.raises(DataError) as error, borrowed(tmp_path / "repo"):
        pass
    assert str(error.value) == (
        f"git does not answer: --git-dir={tmp_path}/repo rev-parse\n"
        "  found  nothing within 0 seconds\n  next   look what its configuration includes, then try again"
    )
