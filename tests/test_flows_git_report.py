"""The three files say what the contract says; options, addresses and extras do what they are named for."""

import csv
import json
import stat
from concurrent.futures import ThreadPoolExecutor

import pyarrow.parquet as pq
import pytest
from git_histories import ADA, CLAUDE, DAY, DEPENDABOT, START, Writer, git, note

from flows.git_address import is_url, redacted, url_name
from flows.git_landing import landed
from flows.git_measure import Asked, author_secret, measure_each
from flows.git_parts import PartReader
from flows.git_process import borrowed
from flows.git_report import measure
from metrics.errors import DataError, UsageError
from metrics.estimators.markers import embedded_markers

BOB = "Bob <bob@example.com>"


def write_small(path):
    writer = Writer()
    writer.commit(at=START, files={"a.py": writer.lines(4), "notes.md": writer.lines(9)})
    writer.commit(at=START + DAY, author=CLAUDE, files={"b.py": writer.lines(6)})
    writer.commit(at=START + 2 * DAY, author=DEPENDABOT, files={"c.py": writer.lines(5)})
    writer.commit(at=START + 30 * DAY, author=BOB, files={"d.py": writer.lines(2)})
    return writer.write(path)


def test_the_three_files_are_those_of_the_contract(tmp_path):
    hashes = write_small(tmp_path / "small")
    measure([str(tmp_path / "small")], home=tmp_path / "home", out=tmp_path / "out")
    assert (tmp_path / "out" / "monthly.csv").read_text() == (
        "repo,month,commits,commits_bot,commits_authored,commits_co_authored,commits_assisted,added,added_source,"
        "added_source_ai,added_source_assisted,engineers,share_commits,share_added_source\n"
        "small,2023-11,3,1,1,0,0,24,15,6,0,1,0.5,0.6\n"
        "small,2023-12,1,0,0,0,0,2,2,0,0,1,0.0,0.0\n"
    )
    table = pq.read_table(tmp_path / "out" / "commits.parquet")
    assert table.column_names == ["commit", "month", "kind", "tools", "added", "deleted", "added_source", "author_key"]
    rows = [tuple(row.values())[:7] for row in table.to_pylist()]
    assert rows == [
        (hashes[1], "2023-11", "human", "", 13, 0, 4),
        (hashes[2], "2023-11", "authored", "Claude Code", 6, 0, 6),
        (hashes[3], "2023-11", "bot", "", 5, 0, 5),
        (hashes[4], "2023-12", "human", "", 2, 0, 2),
    ]
    summary = json.loads((tmp_path / "out" / "summary.json").read_text())
    small = summary["repositories"]["small"]
    assert (small["head"], small["commits"], small["share_commits"]) == (hashes[4], 4, pytest.approx(1 / 3))
    assert small["tools"] == {"Claude Code": {"first": "2023-11-15", "last": "2023-11-15", "commits": 1}}
    assert small["left_out"]["from_shares"]["added_lines"]["data"] == 9
    assert summary["git"].startswith("2.")


def test_the_same_history_and_key_give_the_same_bytes(tmp_path):
    write_small(tmp_path / "small")
    for out in ("one", "two"):
        measure([str(tmp_path / "small")], home=tmp_path / "home", out=tmp_path / out)
    for name in ("monthly.csv", "commits.parquet", "summary.json"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_no_name_and_no_address_is_kept_or_written(tmp_path):
    write_small(tmp_path / "small")
    measure([str(tmp_path / "small")], home=tmp_path / "home", out=tmp_path / "out")
    written = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file() and "small" not in path.parts]
    assert not [content for content in written if b"example.com" in content or b"Lovelace" in content]
    assert stat.S_IMODE((tmp_path / "home" / "author.key").stat().st_mode) == 0o600


def test_a_damaged_key_is_told_and_never_used(tmp_path):
    write_small(tmp_path / "small")
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "author.key").write_bytes(b"")
    with pytest.raises(DataError) as error:
        measure([str(tmp_path / "small")], home=tmp_path / "home")
    assert str(error.value) == (
        f"{tmp_path / 'home' / 'author.key'} is not the key of the authors' keys\n"
        "  found  0 bytes where 32 were written\n"
        "  next   bring it back from a backup, or remove it: authors get new keys"
    )


def test_another_data_folder_has_other_author_keys(tmp_path):
    write_small(tmp_path / "small")
    keys = [
        measure([str(tmp_path / "small")], home=tmp_path / home)[0].commits["author_key"].to_pylist()
        for home in ("one", "two")
    ]
    assert not set(keys[0]) & set(keys[1])


def test_two_repositories_of_one_name_are_told_apart(tmp_path):
    for folder in ("x", "y"):
        (tmp_path / folder).mkdir()
        write_small(tmp_path / folder / "same")
    found = measure([str(tmp_path / "x" / "same"), str(tmp_path / "y" / "same")], home=tmp_path / "home", out=tmp_path)
    assert len({one.repo for one in found}) == 2
    with (tmp_path / "monthly.csv").open() as file:
        assert [row["commits"] for row in csv.DictReader(file)] == ["3", "1", "3", "1"]


def test_surviving_lines_are_those_of_head_and_a_merges_own_lines_are_nobodys(tmp_path):
    writer = Writer()
    base = writer.commit(at=START, files={"a.py": b"1\n2\n3\n4\n", "logo": b"\0" * 5, "a.md": b"x\n"})
    left = writer.commit(at=START + 1, parents=[base], author=CLAUDE, files={"b.py": b"5\n6\n7\n"})
    right = writer.commit(at=START + 2, parents=[base], author=DEPENDABOT, files={"c.py": b"8\n"})
    writer.commit(at=START + 3, parents=[left, right], files={"a.py": b"1\n2\nmerged\n", "c.py": b"8\n"})
    writer.write(tmp_path / "repo")
    (found,) = measure([str(tmp_path / "repo")], home=tmp_path / "home", asked=Asked(surviving=True))
    lines = {kind: count for kind, count in found.summary["surviving"]["lines"].items() if count}
    assert lines == {"human": 2, "authored": 3, "bot": 1, "merge": 1}
    assert found.summary["surviving"]["share"] == 0.6


def test_notes_give_lines_to_ai_to_people_and_to_nobody(tmp_path):
    writer = Writer()
    writer.commit(at=START, files={"a.py": b"1\n2\n3\n4\n5\n6\n", "my b.py": b"1\n2\n"})
    writer.commit(at=START + DAY, author=CLAUDE, files={"a.py": b"1\n2\n3\n4\n5\n6\n7\n"})
    hashes = writer.write(tmp_path / "repo")
    note = 'a.py\n  s_0::t_0 1-3,6\n  h_1 2\n  s_0::t_1 4,99\n"my b.py"\n  0123456789abcdef 2\n---\n{"prompts": {}}'
    blob = git(tmp_path / "repo", "hash-object", "-w", "--stdin", given=note.encode()).decode().strip()
    entry = f"100644 blob {blob}\t{hashes[1][2:]}\n"
    folder = git(tmp_path / "repo", "mktree", given=entry.encode()).decode().strip()
    tree = git(tmp_path / "repo", "mktree", given=f"040000 tree {folder}\t{hashes[1][:2]}\n".encode()).decode().strip()
    commit = (
        git(tmp_path / "repo", *["-c", "user.name=a", "-c", "user.email=a@b", "commit-tree", "-m", "n"], tree)
        .decode()
        .strip()
    )
    git(tmp_path / "repo", "update-ref", "refs/notes/ai", commit)
    (found,) = measure([str(tmp_path / "repo")], home=tmp_path / "home")
    notes = found.summary["notes"]
    # Of a.py 1, 3, 4 and 6 are AI's and 2 a person's (the later entry); 5 is unknown; line 99 was never added.
    assert notes["added_source"] == {"ai": 5, "human": 1, "unknown": 2, "without_note": 1}
    assert (notes["share_ai_at_least"], notes["share_ai_at_most"]) == (5 / 9, 8 / 9)
    assert (notes["commits"], notes["ai_lines_in_marked_commits"]) == (1, 0.0)


def test_a_line_that_goes_within_28_days_of_landing_is_not_durable(tmp_path):
    writer = Writer()
    base = writer.commit(at=START, files={"a.py": b"1\n2\n3\n"})
    topic = writer.commit(at=START + DAY, parents=[base], files={"b.py": b"1\n2\n3\n4\n"})
    main = writer.commit(at=START + 2 * DAY, parents=[base], files={"a.py": b"1\n3\n"})
    merge = writer.commit(at=START + 50 * DAY, parents=[main, topic], files={"b.py": b"1\n2\n3\n4\n"})
    moved = writer.commit(at=START + 60 * DAY, parents=[merge], moved=[("b.py", "src/c.py")])
    cut = writer.commit(at=START + 77 * DAY, parents=[moved], files={"src/c.py": b"1\n2\n3\n"})
    writer.commit(at=START + 79 * DAY, parents=[cut], files={"src/c.py": b"0\n1\n2\n"})
    hashes = writer.write(tmp_path / "repo")
    with borrowed(tmp_path / "repo") as repository:
        reader = PartReader(repository, embedded_markers(), b"", 1)
        (found,) = measure([str(tmp_path / "repo")], home=tmp_path / "home")
        result = landed(repository, found.commits, reader, [], lambda *_: None)
    rows = {commit: row for row, commit in enumerate(found.commits["commit"].to_pylist())}
    durable = {mark: result.durable[rows[hashes[mark]]] for mark in (base, topic, main, cut)}
    # The topic landed on day 50: its fourth line went on day 77, its third on day 79 only.
    assert durable == {base: 2, topic: 3, main: 0, cut: 0}
    assert (result.end_at, result.most_in_a_step) == (START + 79 * DAY, 1)


def test_a_history_of_few_commits_has_no_multiplier_and_says_why(tmp_path):
    write_small(tmp_path / "small")
    (found,) = measure([str(tmp_path / "small")], home=tmp_path / "home", asked=Asked(output_multiplier=True))
    reason = found.summary["output_multiplier"]["no_estimate"]
    assert reason == "the marked share never passes 2%: name a year before AI"


@pytest.mark.parametrize(
    "address",
    ["ext::sh -c evil", "file:///srv/x", "http://example.com/x", "git://example.com/x", "fd::17", "FILE:///x"],
)
def test_a_transport_that_could_run_or_read_something_is_refused(address):
    with pytest.raises(UsageError) as error:
        is_url(address)
    assert str(error.value) == (
        f"{address!r} is not an address that is read\n  found  a transport other than https and ssh\n"
        "  next   give a folder, an https:// or an ssh:// address"
    )


def test_what_looks_like_an_option_is_refused():
    with pytest.raises(UsageError) as error:
        is_url("--upload-pack=evil")
    assert str(error.value) == (
        "'--upload-pack=evil' looks like an option, not a repository\n  next   write ./--upload-pack=evil for a folder"
    )


def test_addresses_are_told_from_folders_and_named_without_secrets():
    assert is_url("https://token@example.com/a/b.git")
    assert is_url("git@example.com:a/b.git")
    assert not is_url("../a/b")
    assert url_name("git@example.com:a/b.git") == url_name("https://example.com/a/b/") == "b"
    assert redacted("https://user:token@example.com/b") == "https://example.com/b"


def test_agents_and_bots_are_no_engineers(tmp_path):
    writer = Writer()
    for author in (ADA, BOB, CLAUDE, DEPENDABOT, "Ada Lovelace (aider) <ada@example.com>"):
        writer.commit(author=author, files={"a.py": writer.lines(1)})
    writer.write(tmp_path / "repo")
    (found,) = measure([str(tmp_path / "repo")], home=tmp_path / "home")
    assert [month.engineers for month in found.months] == [2]


def test_one_repository_that_fails_stops_no_other_and_ends_with_1(threefutures, folder):
    write_small(folder / "small")
    code, out, err = threefutures("git", "nowhere", "small", "nowhere", "--out", "out")
    assert code == 1
    assert out.startswith("small: 4 commits to 2023-12-14; marked as AI's: ")
    assert [line[:19] for line in err.splitlines()[:2]] == ["measure   nowhere: ", "measure   small: 4 "]
    assert err.splitlines()[2:] == [
        "nowhere: not measured",
        f"  found  {folder}/nowhere is not a git repository (no such folder)",
        "  next   name the folder that holds .git, or a URL; the others are done",
    ]
    assert sorted(path.name for path in (folder / "out").iterdir()) == [
        "commits.parquet",
        "monthly.csv",
        "summary.json",
    ]


def test_every_pass_over_a_history_tells_how_far_it_is(tmp_path, monkeypatch):
    monkeypatch.setattr("flows.git_measure.TOLD_EVERY_SECONDS", 0.0)
    monkeypatch.setattr("flows.git_parts.PART_ROWS", 1)
    hashes = write_small(tmp_path / "small")
    note(tmp_path / "small", hashes[1], "a.py\n  s_0::t_0 1-2\n---\n{}")
    told = []
    list(measure_each([str(tmp_path / "small")], home=tmp_path / "home", asked=Asked(True, True), progress=told.append))
    assert told == [
        *(f"read      small: {done} of 4 commits" for done in (1, 2, 3)),
        "notes     small: 0 of 1 commits",
        *(f"blame     small: {done} of 4 files" for done in (1, 2, 3)),
        *(f"follow    small: {done} of 4 steps of the main line" for done in (1, 2, 3)),
    ]


def test_what_a_killed_process_left_is_no_part_of_what_is_written(tmp_path):
    write_small(tmp_path / "small")
    left = tmp_path / "out" / "measured.threefutures-partial"
    left.mkdir(parents=True)
    (left / "monthly.csv").write_text("half")
    measure([str(tmp_path / "small")], home=tmp_path / "home", out=tmp_path / "out")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "commits.parquet", "monthly.csv", "summary.json",
    ]  # fmt: skip


def test_a_folder_that_is_spelt_in_several_ways_is_measured_once(tmp_path, monkeypatch):
    write_small(tmp_path / "small")
    (tmp_path / "link").symlink_to("small")
    monkeypatch.chdir(tmp_path)
    found = measure(["small", "./small", str(tmp_path / "small"), "link"], home=tmp_path / "home")
    assert [one.repo for one in found] == ["small"]


def test_a_folder_for_the_files_that_cannot_be_made_is_refused_before_any_work(threefutures, folder):
    write_small(folder / "small")
    said = (
        "--out /proc/nope cannot be written to\n"
        "  found  No such file or directory: /proc/nope\n"
        "  next   name another folder; nothing was measured\n"
    )
    assert threefutures("git", "small", "--out", "/proc/nope") == (2, "", said)


WRONG = {
    ("git", "small", "--out", "small/HEAD/x"): (
        "--out small/HEAD/x cannot be a folder\n"
        "  found  a file at {folder}/small/HEAD\n"
        "  next   name a folder; the file is as it was\n"
    ),
    ("git", "small", "--baseline", "2019"): (
        "--baseline is the year that output is compared with\n"
        "  found  no --output-multiplier\n"
        "  next   add --output-multiplier, or leave out --baseline 2019\n"
    ),
    ("git", "small", ""): ("a repository has no address\n  found  an empty text\n  next   write . for this folder\n"),
}


@pytest.mark.parametrize("typed", WRONG, ids=" ".join)
def test_wrong_usage_is_told_before_anything_is_read(threefutures, folder, typed):
    write_small(folder / "small")
    assert threefutures(*typed) == (2, "", WRONG[typed].format(folder=folder))


def test_a_file_is_called_a_file(tmp_path):
    (tmp_path / "notes.txt").write_text("")
    with pytest.raises(DataError) as raised:
        measure([str(tmp_path / "notes.txt")], home=tmp_path / "home")
    assert (raised.value.message, raised.value.found) == (f"{tmp_path}/notes.txt is not a git repository", "a file")


def test_repositories_that_are_read_at_the_same_time_share_one_key_of_authors(tmp_path):
    with ThreadPoolExecutor(8) as threads:
        keys = set(threads.map(lambda _: author_secret(tmp_path / "home"), range(32)))
    assert [len(key) for key in keys] == [32]
