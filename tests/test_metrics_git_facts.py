"""Measured histories become observations that the judge accepts."""

from datetime import date

import pyarrow as pa
import pytest

from metrics.errors import DataError
from metrics.estimators.code_share import Month
from metrics.estimators.git_document import GitDocument, read_document, write_document
from metrics.estimators.git_facts import observations
from metrics.indicator import Catalogue, Indicator
from metrics.judge import judge
from metrics.sources.git import commits, parse

SUMMARY = {
    "head": "a" * 40,
    "head_on": "2026-02-10",
    "surviving": {"share": 0.25, "lines": {"human": 3, "authored": 1, "bot": 9, "merge": 5, "boundary": 2}},
    "output_multiplier": {
        "baseline_first": "2022-01",
        "windows": [
            {
                "last": "2025-12",
                "engineers": 9,
                "durable": {"value": 2.5, "low": 1.5, "high": 3.5},
                "placebo": {"pairs": 40, "low": 0.4, "high": 2.0},
                "distinguishable": "no",
            },
            {"last": "2026-01", "engineers": 9, "durable": {"value": None, "low": None, "high": None}},
        ],
    },
}


def document(months, summary=SUMMARY, *, patterns="efed350a" * 8, measured_on=date(2026, 2, 12)):
    """What was measured two days after HEAD was made."""
    rows = {name: ["x"] for name in ("commit", "kind", "tools", "author_key")} | {"month": ["2026-01"]}
    commits = pa.table(rows | {"added": [5], "deleted": pa.array([None], pa.int64()), "added_source": [4]})
    return GitDocument("repo", measured_on, patterns, tuple(months), summary, commits)


def month(name, share):
    return Month("repo", name, 10, 2, 0, 4, 0, 90, 80, 40, 0, 3, share, share)


def catalogue():
    shares = ("git_ai_commit_share", "git_ai_added_line_share", "git_ai_surviving_line_share")
    found = {name: Indicator(name, name, "share", "logit", lower=0, upper=1) for name in shares}
    found["git_output_multiplier"] = Indicator("git_output_multiplier", "Output", "times", "log", lower=0)
    return Catalogue(found, origin="test", sha256="", own=True)


def test_every_row_is_accepted_and_a_month_that_is_not_over_has_none():
    raw = observations(document([month("2026-01", 0.5), month("2026-02", 0.9)]))
    judged = judge(raw, catalogue(), today=date(2026, 3, 1))
    assert judged.rejected.empty
    rows = judged.accepted[["indicator", "observed_on", "known_since", "value", "n"]].astype(str).to_numpy().tolist()
    assert rows == [
        ["git_ai_commit_share", "2026-01-31", "2026-02-12", "0.5", "8.0"],
        ["git_ai_added_line_share", "2026-01-31", "2026-02-12", "0.5", "80.0"],
        ["git_ai_surviving_line_share", "2026-02-10", "2026-02-12", "0.25", "4.0"],
        ["git_output_multiplier", "2025-12-31", "2026-02-12", "2.5", "9.0"],
    ]
    assert judged.accepted["note"].iloc[-1] == "distinguishable from drift: no; 40 pairs before AI: 0.40 to 2.00"


def test_another_table_of_patterns_is_another_definition():
    one, other = (
        observations(document([month("2026-01", 0.5)], patterns=sha))["definition"][0] for sha in ("a" * 64, "b" * 64)
    )
    assert one != other


def test_a_month_without_commits_to_share_has_no_row():
    raw = observations(document([month("2026-01", None)], {"head": "a" * 40, "head_on": "2026-02-10"}))
    assert raw.empty


def test_a_head_that_claims_to_be_of_a_later_day_makes_no_fact_of_the_future():
    summary = SUMMARY | {"head_on": "2031-05-05"}
    raw = observations(document([month("2026-01", 0.5), month("2026-02", 0.9), month("2031-04", 0.9)], summary))
    assert raw["observed_on"].max() == "2026-02-12"


def test_a_document_is_the_same_bytes_and_says_the_same_when_it_is_read_again():
    written = write_document(document([month("2026-01", 0.5), month("2026-02", None)]))
    assert write_document(document([month("2026-01", 0.5), month("2026-02", None)])) == written
    again = read_document(written)
    assert again.months == (month("2026-01", 0.5), month("2026-02", None))
    assert (again.repo, again.measured_on, again.summary) == ("repo", date(2026, 2, 12), SUMMARY)
    assert write_document(again) == written


def test_the_same_measurement_of_another_day_says_the_same():
    one, later = (document([month("2026-01", 0.5)], measured_on=date(2026, 2, day)) for day in (12, 13))
    assert one.says_the_same_as(later)
    assert not one.says_the_same_as(document([month("2026-01", 0.6)]))


def test_commits_are_read_with_their_repository_and_a_month_that_is_a_day():
    rows = commits(write_document(document([month("2026-01", 0.5)])))
    assert rows[["repo", "month", "added"]].to_numpy().tolist() == [["repo", date(2026, 1, 1), 5]]
    assert rows["deleted"].isna().tolist() == [True]


@pytest.mark.parametrize("content", [b"", b"PAR1 and nothing", b"{}"])
def test_bytes_that_are_no_measurement_are_refused(content):
    with pytest.raises(DataError) as raised:
        parse(content)
    assert str(raised.value).startswith("git: the file is no measurement of a repository\n  found  Arrow")
    assert raised.value.next == (
        "name the repository under [sources.git] in threefutures.toml; threefutures ingest git measures it"
    )
