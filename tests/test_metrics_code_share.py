"""Shares, brackets, notes and classes of lines, on a few commits each."""

import pyarrow as pa
import pytest

from metrics.estimators.code_share import COMMITS, day_of, giants, left_out, month_name, monthly, overall, tools_seen
from metrics.estimators.columns import codes, integers, numbers, texts
from metrics.estimators.git_ai_notes import parse_note
from metrics.estimators.source_lines import path_class

NOVEMBER = 1_700_000_000


def commits(*rows):
    blank = dict.fromkeys(COMMITS.names, 0) | {"account": "person", "kind": "human", "tools": "", "markers": ""}
    blank |= {"revert": False, "cherry_pick": False, "has_diff": True, "duplicate": False, "at": NOVEMBER}
    named = [blank | {"commit": f"{n:040d}", "author_key": "a"} | row for n, row in enumerate(rows)]
    return pa.Table.from_pylist(named, schema=COMMITS)


def test_bots_are_in_neither_part_of_a_share():
    table = commits(
        {"kind": "authored", "added_source": 30},
        {"kind": "co-authored", "added_source": 10},
        {"kind": "assisted", "added_source": 20},
        {"kind": "human", "added_source": 40},
        {"kind": "bot", "account": "bot", "added_source": 900},
    )
    whole = overall(table)
    assert whole.shares == (0.5, 0.4)
    assert whole.bracket == (0.3, 0.6)
    assert whole.coverage == 0.75
    assert monthly(table, repo="r")[0].added_source == 1000


def test_a_month_of_bots_alone_has_no_share():
    (month,) = monthly(commits({"kind": "bot", "account": "bot"}), repo="r")
    assert (month.share_commits, month.share_added_source, month.engineers) == (None, None, 0)


def test_a_commit_without_a_diff_counts_as_a_commit_and_adds_no_line():
    table = commits({"has_diff": False, "added": None, "added_source": None}, {"added": 5, "added_source": 5})
    (month,) = monthly(table, repo="r")
    assert (month.commits, month.added, month.added_source) == (2, 5, 5)
    assert left_out(table)["from_shares"]["commits_without_diff"] == 1


def test_a_table_of_nothing_says_nothing():
    assert monthly(commits(), repo="r") == []
    assert overall(commits()).shares == (None, None)
    assert tools_seen(commits()) == {}


def test_tools_stand_in_order_of_their_first_day():
    table = commits({"tools": "B", "at": 86_400}, {"tools": "A;B", "at": 0}, {"tools": "A", "at": 3 * 86_400})
    assert tools_seen(table) == {
        "A": {"first": "1970-01-01", "last": "1970-01-04", "commits": 2},
        "B": {"first": "1970-01-01", "last": "1970-01-02", "commits": 2},
    }


def test_a_giant_has_more_than_ten_times_the_99th_percentile():
    rows = [{"added_source": 10}] * 199 + [
        {"added_source": 100},
        {"added_source": 101},
        {"kind": "bot", "added_source": 9000},
    ]
    assert giants(commits(*rows)).nonzero()[0].tolist() == [200]


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("src/a.py", "source"),
        ("Makefile", "source"),
        ("poetry.lock", "lock"),
        ("web/pnpm-lock.yaml", "lock"),
        ("third_party/a.c", "vendored"),
        ("a/.yarn/b.js", "vendored"),
        ("vendor", "source"),
        ("vendors/a.c", "source"),
        ("a/__snapshots__/b.js", "generated"),
        ("api_pb2_grpc.py", "generated"),
        ("api_pb2.pyi", "generated"),
        ("api.pb.go", "generated"),
        ("pb2.py", "source"),
        ("a.generated.ts", "generated"),
        ("README.md", "data"),
        ("data.parquet", "data"),
        (".github/workflows/ci.yml", "data"),
        ("md", "source"),
    ],
)
def test_a_path_is_of_the_class_its_name_says(path, name):
    assert path_class(path) == name


def lines(note):
    return {
        file.path: tuple([line for line in range(99) if file.between(line, line + 1)[whose]] for whose in (0, 1))
        for file in parse_note(note).files
    }


def test_a_note_gives_lines_to_sessions_prompts_and_people():
    # The example of the standard, section 1.2.5.
    note = (
        "src/main.rs\n  s_c9883b05a2487d::t_9f8e7d6c5b4a32 1-3,15-16\n  s_c9883b05a2487d::t_a1b2c3d4e5f678 25\n"
        '  h_31dce776f88375 42-43\n"src/my lib.rs"\n  d9978a8 7\n---\n{}'
    )
    assert lines(note) == {"src/main.rs": ([1, 2, 3, 15, 16, 25], [42, 43]), "src/my lib.rs": ([7], [])}


def test_the_later_entry_for_a_line_wins_and_ranges_need_no_order():
    assert lines("a\n  s_1::t_1 9,1-3\n  h_1 2\n  p 9\n---\n") == {"a": ([1, 3, 9], [2])}


@pytest.mark.parametrize("entry", ["  s_1 1-", "  s_1 a", " s_1 1", "  s_1", "  s_1 9-8", "  s_1 1 2"])
def test_what_is_no_entry_is_counted_and_says_nothing(entry):
    assert parse_note(f"a\n{entry}\n---\n") == ((), 1)


def test_lines_between_two_are_counted_by_writer_however_many_a_note_speaks_of():
    (file,) = parse_note("a\n  s_1 1-999999999\n  h_1 500-599,2\n---\n").files
    assert file.between(1, 1_000_000_001) == (999_999_898, 101)
    assert [file.between(first, end) for first, end in ((599, 601), (2, 3), (5, 5), (0, 2))] == [
        (1, 1), (0, 1), (0, 0), (1, 0),
    ]  # fmt: skip


def test_ranges_beyond_what_a_note_may_speak_of_are_unreadable():
    many = ",".join(str(2 * line) for line in range(60_000))
    note = parse_note(f"a\n  s_1 {many}\n  s_1 {many}\n  h_1 7\n---\n")
    assert (note.files[0].between(0, 200_000), note.unreadable) == ((60_000, 1), 1)


def test_a_note_without_a_divider_is_of_another_standard():
    assert parse_note("a\n  s_1 1").files == ()


def test_clocks_may_be_off_by_thousands_of_years():
    assert day_of(-1) == "1969-12-31"
    assert day_of(253_402_300_799) == "9999-12-31"
    assert month_name(-1) == "1969-12"


def test_columns_go_to_arrow_and_back():
    mask = pa.array([False, True, False]).to_numpy(zero_copy_only=False)
    assert integers([1, 2, 3], missing=mask).to_pylist() == [1, None, 3]
    assert numbers(pa.chunked_array([[5, None], [7]])).tolist() == [5, 0, 7]
    assert numbers(pa.chunked_array([pa.array([True] * 9 + [False])]).slice(8)).tolist() == [True, False]
    assert texts(["a", "", "ü"]).to_pylist() == ["a", "", "ü"]
    words, places = codes(pa.chunked_array([["x", "y", "x"]]))
    assert (words, places.tolist()) == (["x", "y"], [0, 1, 0])
