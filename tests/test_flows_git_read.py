"""Commits are read whatever their dates claim, and what is missing or damaged costs its own commits alone."""

from datetime import UTC, datetime

import pytest
from git_histories import START, Writer, write_dated

from flows.configuration import GitSource
from flows.git_measure import Asked, measure_each
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
