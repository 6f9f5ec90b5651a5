"""The embedded tables: nothing lost, nothing changed, in the product's units."""

import csv
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from metrics.errors import DataError
from metrics.indicator import load_indicators
from metrics.judge import judge
from metrics.observation import COLUMNS, KEY
from metrics.source import sources
from metrics.sources import metr_horizons, published_facts

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"
NUMBERS = ("value", "value_low", "value_high")
HEADER = "suite,known_since,model,release_date,p50,p50_low,p50_high,p80,p80_low,p80_high,is_sota,note\n"

needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="the compilation is not beside this checkout")


def embedded(source):
    (file,) = sources()[source].embedded()
    return sources()[source].parse(file.content)


def compiled(name):
    with (SHARED / name).open(newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def facts():
    return embedded("published_facts")


@pytest.fixture(scope="module")
def horizons():
    return embedded("metr_horizons")


def test_every_row_of_both_tables_is_read(facts, horizons):
    assert len(facts) == 839
    assert len(horizons) == 274 * 2 - 58  # 58 rows of autumn 2025 were published without p80


@pytest.mark.parametrize(("source", "count"), [("published_facts", 839), ("metr_horizons", 490)])
def test_every_embedded_row_is_accepted_by_the_judge(source, count):
    judgement = judge(embedded(source), load_indicators(), today=date(2026, 11, 1))
    assert judgement.rejected.empty
    assert len(judgement.accepted) == count


@pytest.mark.parametrize("source", ["published_facts", "metr_horizons"])
def test_no_two_rows_say_the_same_thing_of_the_same_day_of_knowledge(source):
    assert not embedded(source).duplicated([*KEY, "known_since"]).any()


@pytest.mark.parametrize("source", ["published_facts", "metr_horizons"])
def test_a_source_returns_the_columns_of_an_observation_with_line_and_row(source):
    assert embedded(source).columns.tolist() == [*COLUMNS, "line", "row"]


def test_every_share_lies_between_zero_and_one(facts):
    shares = [key for key, indicator in load_indicators().items() if indicator.unit == "share"]
    values = facts.loc[facts["indicator"].isin(shares), list(NUMBERS)].replace("", None).astype(float)
    assert len(values) > 300
    assert ((values.isna()) | ((values >= 0) & (values <= 1))).all(axis=None)


def test_more_than_eighty_per_cent_stays_a_lower_bound(facts):
    merged = facts[(facts["definition"] == "merged lines") & (facts["observed_on"] == "2026-05-15")]
    assert merged[[*NUMBERS, "interval"]].to_numpy().tolist() == [["0.80", "0.80", "1.00", "bound"]]


def test_a_bound_without_a_value_has_none(facts):
    pace = facts[(facts["indicator"] == "ai_progress_acceleration") & (facts["interval"] == "bound")]
    assert pace[list(NUMBERS)].to_numpy().tolist() == [["", "", "2"], ["", "", "2"]]


def test_the_releases_of_one_project_are_one_subject(facts):
    aider = facts[facts["subject"] == "Aider"]
    assert len(aider) == aider["observed_on"].nunique() == 81
    assert aider["note"].str.startswith("release v").all()


def test_a_doubling_time_in_months_is_told_in_days_and_says_so(facts):
    (row,) = facts[facts["subject"] == "frontier models (Anthropic summary of METR)"].to_dict("records")
    assert row["value"] == "121.75"
    assert row["note"] == "published as 4 months, rounded; 1 month = 30.4375 days"


@needs_shared
def test_every_embedded_fact_is_the_compiled_one(facts):
    for ours, theirs in zip(facts.to_dict("records"), compiled("published_facts.csv"), strict=True):
        same = ("indicator", "method", "observed_on", "known_since", "interval", "n", "corroboration", "confidence")
        assert [ours[column] for column in same] == [theirs[column] for column in same]
        assert (ours["citation"], ours["citation_url"]) == (theirs["source"], theirs["source_url"])
        assert theirs["note"] in ours["note"]
        assert theirs["subject"] == ours["subject"] or theirs["subject"].startswith("Aider release")


@needs_shared
def test_every_embedded_value_is_the_compiled_one_in_our_unit(facts):
    for ours, theirs in zip(facts.to_dict("records"), compiled("published_facts.csv"), strict=True):
        hundred = 100 if theirs["unit"].startswith(("%", "mean reward percentile")) else 1
        if (theirs["indicator"], theirs["unit"]) == ("task_horizon_doubling_time", "months"):
            continue
        for column in NUMBERS:
            assert bool(ours[column]) == bool(theirs[column])
            assert not ours[column] or Decimal(ours[column]) * hundred == Decimal(theirs[column])


@needs_shared
def test_the_embedded_horizons_are_the_compiled_ones():
    (file,) = sources()["metr_horizons"].embedded()
    assert file.content == (SHARED / "metr_published_horizons.csv").read_bytes()


def test_a_model_has_the_value_of_every_vintage(horizons):
    opus = horizons[(horizons["indicator"] == "task_horizon_p50") & (horizons["subject"] == "claude_opus_4_6")]
    assert dict(zip(opus["known_since"], opus["value"], strict=True)) == {
        "2026-02-22": "870.027186",
        "2026-03-03": "718.80683",
        "2026-04-11": "718.80683",
        "2026-05-08": "718.80683",
    }
    assert opus["note"].tolist() == [
        "regularisation 0.1",
        "regularisation 1e-5",
        "regularisation 1e-5",
        "regularisation 1e-5; read in a third-party transcription",
    ]
    assert opus["confidence"].tolist() == ["high", "high", "high", "medium"]


def test_one_model_under_two_names_is_one_subject(horizons):
    gpt = horizons[(horizons["observed_on"] == "2026-03-05") & (horizons["indicator"] == "task_horizon_p50")]
    assert gpt[["subject", "known_since", "value"]].to_numpy().tolist() == [
        ["gpt_5_4", "2026-04-11", "342"],
        ["gpt_5_4", "2026-05-08", "341.735276"],
    ]


def test_both_horizons_of_a_model_carry_the_line_it_stands_on():
    frame = metr_horizons.parse(
        (
            HEADER
            + "TH1.1,2026-03-03,a_inspect,2026-01-01,60,30,120,10,5,20,True,\n"
            + "TH1.1,2026-03-03,b,2026-01-02,70,40,130,,,,,\n"
        ).encode()
    )
    assert frame[["indicator", "subject", "value", "line"]].to_numpy().tolist() == [
        ["task_horizon_p50", "a", "60", 2],
        ["task_horizon_p80", "a", "10", 2],
        ["task_horizon_p50", "b", "70", 3],
    ]
    assert frame.loc[1, ["definition", "method", "interval", "citation"]].tolist() == [
        "METR TH1.1",
        "benchmark",
        "95%",
        "METR, TH1.1 results, as of 2026-03-03",
    ]


def test_a_missing_column_of_the_horizons_is_named():
    with pytest.raises(DataError) as caught:
        metr_horizons.parse(b"suite,model\nTH1.1,a\n")
    assert str(caught.value) == (
        "metr_horizons.csv: column 'known_since' is missing\n"
        "  found  suite, model\n"
        "  next   needed: suite, known_since, model, release_date, p50, p50_low, p50_high, p80, p80_low, p80_high, "
        "is_sota, note"
    )


@pytest.mark.parametrize("parse", [published_facts.parse, metr_horizons.parse])
@pytest.mark.parametrize("content", [b"", b"<html>", b"\xff\xfe", b"a,b\n1,2\n"])
def test_what_is_no_such_table_is_refused_whole(parse, content):
    with pytest.raises(DataError):
        parse(content)


def test_a_source_says_whose_figures_it_has():
    assert sources()["metr_horizons"].publisher == "METR"
    assert sources()["metr_horizons"].files == ("metr_horizons.csv",)
