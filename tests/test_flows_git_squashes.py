"""Where pull requests' own commits are at hand, it is measured how much of a marked squash is from marked commits."""

import pytest
from git_histories import ADA, CLAUDE, CO_CLAUDE, DEPENDABOT, START, Writer, git

from flows.git_report import measure
from metrics.estimators.squashes import Squash, dilution, pull_ref


def write_squash(path, *own, ref="refs/pull/7/head", message=f"Add a feature (#7)\n\n{CO_CLAUDE}"):
    """A pull request of commits (author, lines) upon the first commit of main, where one commit stands for it."""
    writer = Writer()
    base = tip = writer.commit(files={"a.py": writer.lines(1)})
    files = {}
    for number, (author, lines) in enumerate(own):
        changed = {f"{number}.py": writer.lines(lines), f"{number}.md": writer.lines(50)}
        tip = writer.commit(parents=[tip], at=START + number, author=author, files=changed)
        files |= changed
    writer.commit(parents=[base], at=START + 99, author=ADA, message=message, files=files)
    hashes = writer.write(path)
    if ref:
        git(path, "update-ref", ref, hashes[tip])
    return hashes


def told(path, home):
    (found,) = measure([str(path)], home=home)
    return found.summary["squashes"]


@pytest.mark.parametrize(
    ("own", "lines", "of_marked"),
    [
        pytest.param([(CLAUDE, 4), (CLAUDE, 6)], 10, 10, id="all marked"),
        pytest.param([(CLAUDE, 4), (ADA, 12)], 16, 4, id="a quarter marked"),
        pytest.param([(ADA, 4), (ADA, 6)], 10, 0, id="none marked"),
        pytest.param([(CLAUDE, 4), (DEPENDABOT, 90), (ADA, 4)], 8, 4, id="a bot among them"),
    ],
)
def test_a_marked_squash_is_diluted_by_what_its_unmarked_commits_added(tmp_path, own, lines, of_marked):
    write_squash(tmp_path / "repo", *own)
    share = of_marked / lines
    assert told(tmp_path / "repo", tmp_path / "home") == {
        "marked": 1,
        "measured": 1,
        "added_source": lines,
        "added_source_of_marked_commits": of_marked,
        "share": share,
        "lowest": share,
        "highest": share,
    }


NONE_MEASURED = {"measured": 0, "added_source": 0, "added_source_of_marked_commits": 0}


@pytest.mark.parametrize(
    ("ref", "message", "expected"),
    [
        pytest.param("", f"Add (#7)\n\n{CO_CLAUDE}", None, id="no ref of a pull request"),
        pytest.param("refs/pull/8/head", f"Add (#7)\n\n{CO_CLAUDE}", {"marked": 1} | NONE_MEASURED, id="another's ref"),
        pytest.param("refs/pull/7/head", f"Add\n\n{CO_CLAUDE}", {"marked": 0} | NONE_MEASURED, id="no number"),
        pytest.param("refs/pull/7/head", "Add (#7)", {"marked": 0} | NONE_MEASURED, id="no mark"),
    ],
)
def test_what_is_no_marked_squash_with_commits_at_hand_is_not_measured(tmp_path, ref, message, expected):
    write_squash(tmp_path / "repo", (CLAUDE, 4), (ADA, 12), ref=ref, message=message)
    nothing = {"share": None, "lowest": None, "highest": None}
    assert told(tmp_path / "repo", tmp_path / "home") == (expected and expected | nothing)


def test_a_merge_request_is_measured_as_a_pull_request_is(tmp_path):
    message = f"Add\n\n{CO_CLAUDE}\n\nSee merge request group/sub/project!7"
    write_squash(tmp_path / "repo", (CLAUDE, 4), (ADA, 12), ref="refs/merge-requests/7/head", message=message)
    assert told(tmp_path / "repo", tmp_path / "home")["share"] == 0.25


def test_commits_that_came_to_the_main_line_as_they_are_were_not_squashed(tmp_path):
    hashes = write_squash(tmp_path / "repo", (CLAUDE, 4))
    git(tmp_path / "repo", "update-ref", "refs/pull/7/head", hashes[1])
    assert told(tmp_path / "repo", tmp_path / "home")["measured"] == 0


def test_a_pull_request_that_was_pushed_again_is_measured_anew(tmp_path):
    hashes = write_squash(tmp_path / "repo", (CLAUDE, 4), (ADA, 12))
    before = told(tmp_path / "repo", tmp_path / "home")
    git(tmp_path / "repo", "update-ref", "refs/pull/7/head", hashes[2])
    after = told(tmp_path / "repo", tmp_path / "home")
    assert (before["share"], after["share"]) == (0.25, 1.0)


def test_a_squash_with_a_commit_that_is_missing_is_not_measured_and_stops_nothing(tmp_path):
    hashes = write_squash(tmp_path / "repo", (CLAUDE, 4), (ADA, 12))
    for name, expected in ((f"{hashes[2]}:0.py", 0), (hashes[2], None)):
        found = git(tmp_path / "repo", "rev-parse", name).decode().strip()
        (tmp_path / "repo" / "objects" / found[:2] / found[2:]).unlink()
        assert told(tmp_path / "repo", tmp_path / name[:9]).get("measured") == expected


def test_shares_are_of_all_lines_with_the_lowest_and_the_highest_of_one_squash():
    found = dilution([Squash(10, 10), Squash(30, 6), Squash(0, 0)], named=5)
    assert (found["marked"], found["measured"], found["share"]) == (5, 3, 0.4)
    assert (found["lowest"], found["highest"]) == (0.2, 1.0)


@pytest.mark.parametrize(
    ("message", "ref"),
    [
        ("Fix (#12)", "refs/pull/12/head"),
        ("Fix (#12) \r\nbody (#13)", "refs/pull/12/head"),
        ("Fix (#11) and (#12)", "refs/pull/12/head"),
        ("Fix (#12) again", ""),
        ("Fix #12", ""),
        ("Fix\n\nSee merge request a/b!3\n", "refs/merge-requests/3/head"),
        ("Fix\n\n> See merge request a/b!3", ""),
        ("Fix (#1234567890)", ""),
    ],
)
def test_the_pull_request_is_the_one_that_hosts_write_into_a_message(message, ref):
    assert pull_ref(message) == ref
