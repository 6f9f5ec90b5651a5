"""Commits are read whatever their dates claim, and what is missing or damaged costs its own commits alone."""

from datetime import UTC, datetime

import pytest
from git_histories import ADA, START, Writer, git, write_dated, write_raw

from flows.configuration import GitSource
from flows.git_measure import SHARES_ONLY, Asked, measure_each
from flows.git_source import ingest_readings, read_repositories
from warehouse.home import Home

EVERYTHING = Asked(surviving=True, output_multiplier=True)


@pytest.mark.parametrize(
    ("date", "month"),
    [
        ("garbage +0000", "1970-01"),
        ("-86400 +0000", "1970-01"),
        ("0 +0000", "1970-01"),
        (f"{START} -1200", "2023-11"),
        ("4102444800 +1400", "2100-01"),
        ("400000000000 +0000", "9999-12"),
        ("9223372036854775807 +0000", "9999-12"),
        ("18446744073709551614 +0000", "9999-12"),
    ],
)
@pytest.mark.parametrize("place", ["first", "amid", "head"])
def test_no_date_of_a_commit_stops_the_reading(tmp_path, date, month, place):
    dates = [f"{START} +0000"] * 3
    dates[["first", "amid", "head"].index(place)] = date
    hashes = write_dated(tmp_path / "repo", *dates)
    (one,) = measure_each([str(tmp_path / "repo")], home=tmp_path / "home", asked=EVERYTHING)
    assert one.fault is None
    assert [row.month for row in one.measured.months] == sorted({month, "2023-11"})
    assert sum(row.added_source for row in one.measured.months) == 3
    assert one.measured.summary["head"] == hashes[-1]


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        pytest.param(b"author \ncommitter \n\nm\n", "human", id="no identity at all"),
        pytest.param(b"author Ada\ncommitter Ada\n\nm\n", "human", id="no address and no date"),
        pytest.param(b"author A <a@b> <c@d> 1 +0000\ncommitter A <a@b 1 +0000\n\nm\n", "human", id="odd brackets"),
        pytest.param(
            b"author Claude <noreply@anthropic.com> 1 +0000\ncommitter A <a@b> 1 +0000\ngpgsig -----BEGIN\n x\n\nm\n",
            "authored",
            id="a signature that is none",
        ),
        pytest.param(
            b"author A <a@b> 1 +0000\ncommitter A <a@b> 1 +0000\n\na\0b\n", "human", id="a NUL in the message"
        ),
        pytest.param(b"author A <a@b> 1 +0000\ncommitter A <a@b> 1 +0000\n\n", "human", id="no message"),
    ],
)
def test_no_commit_is_too_odd_to_be_counted(tmp_path, said, kind):
    plain = f"author {ADA} {START} +0000\ncommitter {ADA} {START} +0000\n\nm\n".encode()
    hashes = write_raw(tmp_path / "repo", plain, said, plain)
    (one,) = measure_each([str(tmp_path / "repo")], home=tmp_path / "home", jobs=2)
    rows = {row["commit"]: row for row in one.measured.commits.to_pylist()}
    assert [(rows[commit]["kind"], rows[commit]["added"]) for commit in hashes] == [
        ("human", 1),
        (kind, 1),
        ("human", 1),
    ]


def test_a_month_that_no_calendar_has_makes_no_fact_and_stops_no_other(tmp_path):
    home = Home(tmp_path / "data")
    home.prepare()
    write_dated(tmp_path / "far", f"{START} +0000", f"{START + 40 * 86_400} +0000", "18446744073709551614 +0000")
    writer = Writer()
    for day in (0, 40):
        writer.commit(at=START + day * 86_400, files={"a.py": writer.lines(day + 1)})
    writer.write(tmp_path / "near")
    git = GitSource(repositories=(str(tmp_path / "far"), str(tmp_path / "near")))
    at = datetime(2026, 11, 20, 9, tzinfo=UTC)
    done = ingest_readings(home, read_repositories(home, git, on=at.date()), at=at)
    # Of the far one two months are over today, of the near one the first: its HEAD is of the second.
    assert (done.new_files, done.error, done.new, done.quarantined) == (2, "", 6, 0)


def test_a_fault_of_our_own_is_that_of_the_repository_it_came_with(tmp_path, monkeypatch):
    monkeypatch.delenv("THREEFUTURES_DEBUG", raising=False)
    for name in ("odd", "even"):
        write_dated(tmp_path / name, f"{START} +0000")
    list(measure_each([str(tmp_path / "odd")], home=tmp_path / "home"))
    (manifest,) = (tmp_path / "home" / "histories").glob("*/manifest.json")
    manifest.write_text("{")
    odd, even = measure_each([str(tmp_path / "odd"), str(tmp_path / "even")], home=tmp_path / "home")
    assert (odd.measured, even.fault, len(even.measured.commits)) == (None, None, 1)
    assert str(odd.fault) == (
        "odd: threefutures met a fault of its own, JSONDecodeError\n"
        "  found  Expecting property name enclosed in double quotes: line 1 column 2 (char 1)\n"
        "  next   set THREEFUTURES_DEBUG=1 and run it again, then report what it prints"
    )


def grown(path, *steps):
    """A repository of commits of some files each, a line longer every time; the hashes of the commits from 1 on."""
    writer = Writer()
    for number, files in enumerate(steps):
        writer.commit(at=START + number, files={name: writer.lines(number + 1) for name in files})
    return writer.write(path)


def object_of(repository, name):
    """The loose file of an object."""
    found = git(repository, "rev-parse", name).decode().strip()
    return repository / "objects" / found[:2] / found[2:]


def damage(file):
    """Break an object in the middle: its kind and size can still be read."""
    content = bytearray(file.read_bytes())
    content[-6:] = b"\0" * 6
    file.chmod(0o600)
    file.write_bytes(content)


def lines_by_commit(repository, home, jobs, asked=SHARES_ONLY):
    (one,) = measure_each([str(repository)], home=home, jobs=jobs, asked=asked)
    assert one.fault is None
    rows = {row["commit"]: row["added"] for row in one.measured.commits.to_pylist()}
    return rows, one.measured.summary


@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize(
    ("broken", "how"),
    [
        ("{3}:d/e", "unlink"),
        ("{3}:d/e", "damage"),
        ("{3}^{{tree}}", "unlink"),
        ("{3}^{{tree}}", "damage"),
        ("{3}:d/e/a.py", "unlink"),
        ("{3}:d/e/a.py", "damage"),
    ],
)
def test_what_is_missing_or_damaged_costs_exactly_the_commits_that_need_it(tmp_path, broken, how, jobs):
    hashes = grown(tmp_path / "repo", *[["d/e/a.py", "b.py"]] * 6)
    file = object_of(tmp_path / "repo", broken.format(*hashes))
    if how == "damage":
        damage(file)
    else:
        file.unlink()
    rows, summary = lines_by_commit(tmp_path / "repo", tmp_path / "home", jobs)
    assert [rows[commit] for commit in hashes[1:]] == [2, 4, None, None, 10, 12]
    assert summary["left_out"]["from_shares"]["commits_without_diff"] == 2


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_damaged_file_that_was_renamed_costs_the_commit_that_renamed_it(tmp_path, jobs):
    writer = Writer()
    writer.commit(files={"a.py": b"".join(b"line %d\n" % i for i in range(20))})
    writer.commit(at=START + 1, files={"b.py": writer.lines(2)})
    renamed = b"".join(b"line %d\n" % i for i in range(21))
    writer.commit(at=START + 2, moved=[("a.py", "c.py")], files={"c.py": renamed})
    for number in (3, 4, 5):
        writer.commit(at=START + number, files={f"{number}.py": writer.lines(number)})
    hashes = writer.write(tmp_path / "repo")
    damage(object_of(tmp_path / "repo", f"{hashes[3]}:c.py"))
    rows, _ = lines_by_commit(tmp_path / "repo", tmp_path / "home", jobs)
    assert [rows[commit] for commit in hashes[1:]] == [20, 2, None, 3, 4, 5]


@pytest.mark.parametrize("how", ["unlink", "damage"])
def test_without_heads_tree_the_shares_of_commits_are_still_there(tmp_path, how):
    hashes = grown(tmp_path / "repo", *[["a.py"]] * 3)
    file = object_of(tmp_path / "repo", "HEAD^{tree}")
    if how == "damage":
        damage(file)
    else:
        file.unlink()
    rows, summary = lines_by_commit(tmp_path / "repo", tmp_path / "home", 2, EVERYTHING)
    assert [rows[commit] for commit in hashes[1:]] == [1, 2, None]
    assert summary["surviving"]["share"] is None
    assert summary["surviving"]["no_share"].startswith("the files of HEAD cannot be listed: ")


def test_a_clone_without_trees_has_shares_of_commits_and_fetches_nothing(tmp_path):
    grown(tmp_path / "repo", *[["a.py"]] * 3)
    git(tmp_path / "repo", "config", "uploadpack.allowFilter", "true")
    git(tmp_path, "clone", "-q", "--bare", "--filter=tree:0", f"file://{tmp_path / 'repo'}", "partial")
    rows, summary = lines_by_commit(tmp_path / "partial", tmp_path / "home", 2, EVERYTHING)
    assert list(rows.values()) == [None] * 3
    assert (summary["share_commits"], summary["share_added_source"]) == (0.0, None)


def test_notes_that_cannot_be_read_cost_the_lines_they_give_and_nothing_else(tmp_path):
    grown(tmp_path / "repo", ["a.py"])
    git(tmp_path / "repo", "-c", "user.name=a", "-c", "user.email=a@b", "notes", "--ref=ai", "add", "-m", "---", "HEAD")
    object_of(tmp_path / "repo", "refs/notes/ai^{tree}").unlink()
    rows, summary = lines_by_commit(tmp_path / "repo", tmp_path / "home", 1)
    assert (list(rows.values()), list(summary["notes"])) == ([1], ["not_read"])
