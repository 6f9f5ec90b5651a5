"""Synthetic histories are read exactly, whatever stands in them, however often they are read, and only once."""

import shutil
import stat

import pytest
from git_histories import ADA, CASES, CLAUDE, DAY, START, Writer, git, write_cases

from flows.git_history import read_history
from flows.git_parts import PartReader
from flows.git_process import borrowed
from metrics.estimators.code_share import monthly
from metrics.estimators.markers import embedded_markers, read_markers

SECRET = b"a secret of the tests"


def read(repository, cache, *, jobs=1, markers=None, progress=None):
    with borrowed(repository) as borrowed_one:
        reader = PartReader(borrowed_one, markers or embedded_markers(), SECRET, jobs)
        return read_history(borrowed_one, cache, reader, progress=progress)


def rows(history):
    return {row["commit"]: row for row in history.commits.to_pylist()}


def added(history):
    return [row["added_source"] for row in history.commits.to_pylist()]


@pytest.fixture(scope="module", params=[1, 2, 3])
def read_cases(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("cases")
    hashes = write_cases(folder / "repo", request.param)
    found = rows(read(folder / "repo", folder / "cache", jobs=2))
    return {name: found[commit] for name, commit in hashes.items()}, found


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_trap_is_read_as_what_it_is(read_cases, case):
    row = read_cases[0][case.name]
    found = (row["kind"], row["account"], row["tools"], row["added_source"], row["revert"])
    assert found == (case.kind, case.account, case.tools, case.source, case.revert)


def test_there_are_at_least_sixty_traps_and_no_other_commit(read_cases):
    assert len({case.name for case in CASES}) == len(CASES) >= 60
    assert len(read_cases[1]) == len(CASES) + 1


def test_two_addresses_of_one_mailmap_entry_are_one_key(tmp_path):
    writer = Writer()
    writer.commit(files={".mailmap": b"Ada <ada@example.com> <ada@old.example>\n"})
    writer.commit(author="Ada <ADA@Old.Example>")
    writer.commit(author="Ada <77+ada@users.noreply.github.com>")
    writer.commit(author="Ada <ada@users.noreply.github.com>")
    writer.write(tmp_path / "repo")
    keys = [row["author_key"] for row in rows(read(tmp_path / "repo", tmp_path / "cache")).values()]
    assert len(set(keys)) == 2
    assert all(len(key) == 16 and "@" not in key for key in keys)


def test_another_mailmap_joins_the_keys_of_commits_read_before(tmp_path):
    writer = Writer()
    writer.commit(author="Ada <ada@old.example>")
    writer.commit(author=ADA)
    writer.write(tmp_path / "repo")
    assert len({row["author_key"] for row in rows(read(tmp_path / "repo", tmp_path / "cache")).values()}) == 2
    writer.commit(files={".mailmap": b"Ada <ada@example.com> <ada@old.example>\n"})
    shutil.rmtree(tmp_path / "repo")
    writer.write(tmp_path / "repo")
    again = read(tmp_path / "repo", tmp_path / "cache")
    assert (again.new, len({row["author_key"] for row in rows(again).values()})) == (1, 1)


def test_months_are_those_of_the_committer_date_in_utc(tmp_path):
    writer = Writer()
    # 2023-11-30T23:30Z is December where the committer sits.
    writer.commit(at=1_701_387_000, files={"a.py": b"1\n"})
    writer.commit(at=1_701_388_800, files={"a.py": b"1\n2\n"}, author=CLAUDE)
    writer.write(tmp_path / "repo")
    months = monthly(read(tmp_path / "repo", tmp_path / "cache").commits, repo="repo")
    assert [(one.month, one.commits, one.engineers, one.share_commits) for one in months] == [
        ("2023-11", 1, 1, 0.0),
        ("2023-12", 1, 0, 1.0),
    ]


def test_merges_do_not_count_and_their_branches_do(tmp_path):
    writer = Writer()
    first = writer.commit(files={"a.py": b"1\n"})
    left = writer.commit(files={"b.py": b"1\n2\n"}, parents=[first])
    right = writer.commit(files={"c.py": b"1\n2\n3\n"}, parents=[first])
    writer.commit(files={"d.py": b"evil\n"}, parents=[left, right])
    writer.write(tmp_path / "repo")
    assert sorted(added(read(tmp_path / "repo", tmp_path / "cache"))) == [1, 2, 3]


def test_a_renamed_file_adds_only_the_lines_that_changed(tmp_path):
    writer = Writer()
    writer.commit(files={"a.py": b"".join(b"line %d\n" % i for i in range(20))})
    text = b"".join(b"line %d\n" % i for i in range(20)) + b"new\n"
    writer.commit(at=START + 1, moved=[("a.py", "deep/b.py")], files={"deep/b.py": text})
    writer.write(tmp_path / "repo")
    assert added(read(tmp_path / "repo", tmp_path / "cache")) == [20, 1]


def test_nothing_is_read_twice_and_what_was_pushed_away_is_dropped(tmp_path):
    writer = Writer()
    for number in range(5):
        writer.commit(files={"a.py": writer.lines(number + 1)}, at=START + number)
    hashes = writer.write(tmp_path / "repo")
    first = read(tmp_path / "repo", tmp_path / "cache")
    assert (first.new, first.gone, len(first.commits)) == (5, 0, 5)
    again = read(tmp_path / "repo", tmp_path / "cache")
    assert (again.new, again.gone, again.commits.equals(first.commits)) == (0, 0, True)
    git(tmp_path / "repo", "update-ref", "refs/heads/main", hashes[3])
    forced = read(tmp_path / "repo", tmp_path / "cache")
    assert (forced.new, forced.gone, set(rows(forced))) == (0, 2, set(hashes[1:4]))
    git(tmp_path / "repo", "update-ref", "refs/heads/main", hashes[5])
    back = read(tmp_path / "repo", tmp_path / "cache")
    assert (back.new, back.gone, back.commits.equals(first.commits)) == (2, 0, True)


def test_the_same_history_gives_the_same_table_in_one_reading_or_in_many(tmp_path):
    hashes = write_cases(tmp_path / "repo", seed=2)
    once = read(tmp_path / "repo", tmp_path / "once", jobs=1)
    tip = git(tmp_path / "repo", "rev-parse", "HEAD").decode().strip()
    for back in (60, 40, 7, 0):
        git(tmp_path / "repo", "update-ref", "refs/heads/main", f"{tip}~{back}")
        many = read(tmp_path / "repo", tmp_path / "many", jobs=3)
    assert many.commits.equals(once.commits)
    assert len(hashes) == len(CASES)


def test_other_patterns_classify_anew_without_reading_a_diff(tmp_path, monkeypatch):
    writer = Writer()
    writer.commit(author="Robot Rob <rob@tools.example>", files={"a.py": b"1\n"})
    writer.write(tmp_path / "repo")
    read(tmp_path / "repo", tmp_path / "cache")
    table = read_markers(
        b"id,tool,vendor,field,regex,level,account,persons,since,evidence,source_url,seen_on,seen_in,seen_commit,note\n"
        b"x1,Rob,,author,<rob@tools\\.example>$,authored,agent,,,,,,,,\n",
        name="other.csv",
    )
    again = read(tmp_path / "repo", tmp_path / "cache", markers=table)
    (row,) = rows(again).values()
    assert (again.new, row["kind"], row["tools"], row["added_source"]) == (0, "authored", "Rob", 1)


def test_other_attributes_of_head_count_anew_without_reading_a_diff(tmp_path):
    writer = Writer()
    writer.commit(files={"api/a.py": b"1\n2\n", "b.py": b"1\n"})
    writer.write(tmp_path / "repo")
    assert added(read(tmp_path / "repo", tmp_path / "cache")) == [3]
    writer.commit(at=START + 1, files={"api/.gitattributes": b"*.py linguist-vendored\n"})
    shutil.rmtree(tmp_path / "repo")
    writer.write(tmp_path / "repo")
    again = read(tmp_path / "repo", tmp_path / "cache")
    assert again.new == 1
    assert added(again) == [1, 1]  # .gitattributes itself is a source line


def test_a_bare_repository_and_a_checkout_say_the_same_whatever_the_checkout_says(tmp_path):
    writer = Writer()
    writer.commit(files={"a.py": b"1\n2\n", ".gitattributes": b"*.py -diff\n"})
    writer.write(tmp_path / "repo")
    git(tmp_path, "clone", "-q", "repo", "checkout")
    (tmp_path / "checkout" / ".gitattributes").write_text("* binary\n")
    (tmp_path / "checkout" / ".git" / "info" / "attributes").write_text("* binary\n")
    bare, checkout = read(tmp_path / "repo", tmp_path / "1"), read(tmp_path / "checkout", tmp_path / "2")
    assert added(bare) == added(checkout) == [3]


def test_nothing_of_the_repository_is_run_or_believed(tmp_path):
    writer = Writer()
    writer.commit(files={"a.py": b"1\n2\n", ".gitattributes": b"*.py diff=evil\n"})
    writer.commit(at=START + 1, files={"a.py": b"1\n"})
    writer.write(tmp_path / "repo", bare=False)
    script = tmp_path / "evil"
    script.write_text(f"#!/bin/sh\ntouch {tmp_path / 'was-run'}\n")
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    for name in (
        "diff.external", "diff.evil.textconv", "diff.evil.command", "core.fsmonitor", "core.pager", "gpg.program",
        "core.sshCommand", "core.alternateRefsCommand",
    ):  # fmt: skip
        git(tmp_path / "repo", "config", name, str(script))
    git(tmp_path / "repo", "config", "log.showSignature", "true")
    git(tmp_path / "repo", "config", "core.hooksPath", str(tmp_path))
    git(tmp_path / "repo", "config", "diff.renames", "false")
    before = sorted(path.name for path in (tmp_path / "repo" / ".git").iterdir())
    assert added(read(tmp_path / "repo", tmp_path / "cache")) == [3, 0]
    assert not (tmp_path / "was-run").exists()
    assert sorted(path.name for path in (tmp_path / "repo" / ".git").iterdir()) == before


def test_a_missing_blob_costs_its_own_commits_only(tmp_path):
    writer = Writer()
    for number in range(6):
        writer.commit(files={"a.py": writer.lines(number + 1)}, at=START + number)
    hashes = writer.write(tmp_path / "repo")
    blob = git(tmp_path / "repo", "rev-parse", f"{hashes[3]}:a.py").decode().strip()
    loose = tmp_path / "repo" / "objects" / blob[:2] / blob[2:]
    kept = loose.read_bytes()
    loose.unlink()
    history = read(tmp_path / "repo", tmp_path / "cache", jobs=2)
    assert added(history) == [1, 2, None, None, 5, 6]
    assert [row["has_diff"] for row in history.commits.to_pylist()] == [True, True, False, False, True, True]
    assert read(tmp_path / "repo", tmp_path / "cache", jobs=2).new == 0
    loose.write_bytes(kept)
    mended = read(tmp_path / "repo", tmp_path / "cache")
    assert (mended.new, added(mended)) == (2, [1, 2, 3, 4, 5, 6])


def test_a_partial_clone_is_not_filled_up(tmp_path):
    writer = Writer()
    for number in range(4):
        writer.commit(files={"a.py": writer.lines(number + 1)}, at=START + number, author=CLAUDE)
    writer.write(tmp_path / "repo")
    git(tmp_path / "repo", "config", "uploadpack.allowFilter", "true")
    git(tmp_path, "clone", "-q", "--bare", "--filter=blob:none", f"file://{tmp_path / 'repo'}", "partial")
    size = sum(1 for path in (tmp_path / "partial" / "objects").rglob("*") if path.is_file())
    history = read(tmp_path / "partial", tmp_path / "cache")
    assert added(history) == [None] * 4
    assert {row["kind"] for row in history.commits.to_pylist()} == {"authored"}
    assert monthly(history.commits, repo="r")[0].share_added_source is None
    assert sum(1 for path in (tmp_path / "partial" / "objects").rglob("*") if path.is_file()) == size


def test_the_boundary_of_a_shallow_clone_does_not_count(tmp_path):
    writer = Writer()
    for number in range(4):
        writer.commit(files={f"{number}.py": writer.lines(number + 1)}, at=START + number)
    writer.write(tmp_path / "repo")
    git(tmp_path, "clone", "-q", "--bare", "--depth=3", f"file://{tmp_path / 'repo'}", "shallow")
    assert added(read(tmp_path / "shallow", tmp_path / "cache")) == [3, 4]


def test_a_shallow_clone_that_was_deepened_is_read_on(tmp_path):
    writer = Writer()
    for number in range(8):
        writer.commit(files={f"{number}.py": writer.lines(number + 1)}, at=START + number)
    writer.write(tmp_path / "repo")
    git(tmp_path, "clone", "-q", "--bare", "--depth=3", f"file://{tmp_path / 'repo'}", "shallow")
    assert added(read(tmp_path / "shallow", tmp_path / "cache")) == [7, 8]
    git(tmp_path / "shallow", "fetch", "-q", "--deepen=3", f"file://{tmp_path / 'repo'}", "main")
    deeper = read(tmp_path / "shallow", tmp_path / "cache")
    assert (deeper.new, added(deeper)) == (3, [4, 5, 6, 7, 8])
    assert deeper.commits.equals(read(tmp_path / "shallow", tmp_path / "fresh").commits)


def test_replacements_and_grafts_are_not_believed(tmp_path):
    writer = Writer()
    writer.commit(files={"a.py": b"1\n"})
    writer.commit(at=START + 1, files={"a.py": b"1\n2\n"})
    hashes = writer.write(tmp_path / "repo")
    git(tmp_path / "repo", "replace", hashes[2], hashes[1])
    (tmp_path / "repo" / "info").mkdir(exist_ok=True)
    (tmp_path / "repo" / "info" / "grafts").write_text(f"{hashes[2]}\n")
    assert added(read(tmp_path / "repo", tmp_path / "cache")) == [1, 1]


def test_a_linked_worktree_is_read_at_its_own_head(tmp_path):
    writer = Writer()
    writer.commit(files={"a.py": b"1\n"})
    writer.commit(at=START + 1, files={"a.py": b"1\n2\n"})
    hashes = writer.write(tmp_path / "repo")
    git(tmp_path / "repo", "worktree", "add", "-q", "--detach", str(tmp_path / "tree"), hashes[1])
    assert added(read(tmp_path / "tree", tmp_path / "cache")) == [1]


def test_a_duplicate_is_the_later_of_two_equal_patches_of_one_author(tmp_path):
    writer = Writer()
    start = writer.commit(files={"a.py": b"1\n", "b.py": b"1\n"})
    more = {"a.py": b"1\n2\n3\n"}
    first = writer.commit(parents=[start], at=START + 1, files=more)
    branch = writer.commit(parents=[start], at=START + 2, files={"b.py": b"1\n9\n8\n"})
    picked = writer.commit(parents=[branch], at=START + 3, files=more)
    other = writer.commit(parents=[picked], at=START + 4, files={"a.py": b"1\n2\n3\n4\n5\n"})
    theirs = writer.commit(parents=[start], at=START + 5, author=CLAUDE, files=more)
    writer.commit(parents=[other, first, theirs], at=START + 6)
    writer.write(tmp_path / "repo")
    history = read(tmp_path / "repo", tmp_path / "cache")
    found = [row["duplicate"] for row in history.commits.to_pylist()]
    assert found == [False, False, False, True, False, False]


def test_a_reading_that_was_killed_goes_on_where_it_was(tmp_path, monkeypatch):
    writer = Writer()
    for number in range(9):
        writer.commit(files={"a.py": writer.lines(number + 1)}, at=START + number * DAY, author=ADA)
    writer.write(tmp_path / "repo")
    monkeypatch.setattr("flows.git_parts.PART_ROWS", 4)

    def stop(done, total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        read(tmp_path / "repo", tmp_path / "cache", progress=stop)
    (tmp_path / "cache" / "000009-commits.parquet.partial").write_bytes(b"half")
    assert read(tmp_path / "repo", tmp_path / "cache").new == 5
    assert not (tmp_path / "cache" / "000009-commits.parquet.partial").exists()
