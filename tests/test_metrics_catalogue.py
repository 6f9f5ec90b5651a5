"""What every indicator means, which ones vote, and what an indicators file may not say."""

import dataclasses
import re
from datetime import date
from pathlib import Path

import embedded_record
import numpy as np
import pandas as pd
import pytest
from embedded_record import TODAY

from metrics import indicator as indicator_module
from metrics.errors import CatalogueError
from metrics.forming import form_series
from metrics.indicator import Catalogue, load_indicators

DOCS = Path(__file__).resolve().parents[1] / "docs"

HALF_A_YEAR = 180
SATURATED_ABOVE = 0.9
RETIRED_AFTER = pd.Timedelta(days=90)

NEVER_VOTE = {"diffusion", "oversight", "inputs"}

NOT_BY_THE_NUMBERS = {
    "re_bench_human_normalised": "not comparable with one another",
}
"""Context indicators that have the values, with the words of their caveats that say why they carry no vote."""


@pytest.fixture(scope="module")
def catalogue():
    return embedded_record.catalogue()


@pytest.fixture(scope="module")
def observations():
    return embedded_record.observations()


@pytest.fixture(scope="module")
def voting(catalogue, observations):
    return form_series(observations, catalogue, as_of=TODAY).series


@pytest.fixture(scope="module")
def conceivable(catalogue, observations):
    """The series there would be if every indicator had a vote."""
    all_vote = {key: dataclasses.replace(one, role="evidence") for key, one in catalogue.items()}
    everything = Catalogue(all_vote, origin="", sha256="", own=False)
    return form_series(observations, everything, as_of=TODAY).series


def spans_half_a_year(series):
    return (series.observed_on[-1] - series.observed_on[0]) / np.timedelta64(1, "D") >= HALF_A_YEAR


def publisher(citation):
    for name, marks in {
        "Anthropic": ("Anthropic", "Claude"),
        "OpenAI": ("OpenAI",),
        "Google": ("Google", "Gemini"),
    }.items():
        if any(mark in citation for mark in marks):
            return name
    return None


def cards(observations):
    """Figures printed in system and model cards, with who printed them."""
    printed = observations[
        observations["citation"].str.contains(" card") & ~observations["citation"].str.contains("citing")
    ]
    return printed.assign(publisher=printed["citation"].map(publisher))


def retired_since(observations, rows):
    """Day of the first card that lacks a measure, if its publisher's newest card is long after its last value."""
    printed = cards(rows)
    if len(set(printed["publisher"])) != 1:
        return None
    every = cards(observations)
    days = every.loc[every["publisher"] == printed["publisher"].iloc[0], "known_since"]
    last = printed["observed_on"].max()
    return days[days > last].min().date().isoformat() if days.max() - last > RETIRED_AFTER else None


def saturated_since(observations, one):
    rows = observations[(observations["indicator"] == one.id) & (observations["method"] == "benchmark")]
    full = rows.loc[
        (rows["value"] > SATURATED_ABOVE * one.upper) & ~rows["subject"].isin(one.left_out_subjects), "observed_on"
    ]
    return full.min().date().isoformat() if one.scale == "logit" and len(full) else None


def test_every_published_indicator_is_in_the_catalogue_and_but_one_marker_has_values(catalogue, observations):
    measured = {key for key in catalogue if key.startswith("git_")}  # in a user's own repositories
    assert set(observations["indicator"]) == set(catalogue) - measured - {"review_named_bottleneck"}


def test_titles_fit_a_table_and_are_told_apart(catalogue):
    titles = [one.title for one in catalogue.values()]
    assert max(map(len, titles)) <= 34
    assert len(set(titles)) == len(titles)


def test_a_share_is_a_fraction_and_nothing_is_in_per_cent(catalogue):
    assert {one.unit for one in catalogue.values() if one.scale == "logit"} == {"share"}
    assert not [key for key, one in catalogue.items() if "%" in one.unit or "percent" in one.unit]


def test_dimensions_are_the_eight_of_the_design(catalogue):
    assert {one.dimension for one in catalogue.values()} == {
        "capability",
        "automation",
        "acceleration",
        "efficiency",
        "judgement",
        "diffusion",
        "oversight",
        "inputs",
    }


def test_preferred_definitions_and_left_out_subjects_exist_in_the_facts(catalogue, observations):
    for key, one in catalogue.items():
        rows = observations[observations["indicator"] == key]
        assert set(one.definitions) <= set(rows["definition"])
        assert set(one.left_out_subjects) <= set(rows["subject"])


def test_an_indicator_without_a_vote_says_so_first(catalogue):
    for one in catalogue.values():
        assert one.caveats.startswith("No vote: ") == (one.role == "context"), one.id


def test_caveats_are_sentences_about_one_indicator(catalogue):
    told = [one.caveats for one in catalogue.values()]
    assert len(set(told)) == len(told)
    assert all(caveats.endswith(".") and len(caveats) > 20 for caveats in told)


def test_these_series_vote_on_the_embedded_record(voting):
    assert [(series.indicator.id, series.subject, series.n) for series in voting] == [
        ("ai_code_share", "Aider", 81),
        ("ai_code_share", "Google", 5),
        ("ai_rnd_share_ai_led", "Anthropic", 4),
        ("cifar10_speedrun_seconds", "", 11),
        ("eci_score", "", 21),
        ("engineer_output_multiplier", "Anthropic engineers", 7),
        ("gdpval_win_or_tie", "", 7),
        ("internal_research_debugging_eval", "", 4),
        ("kernel_optimisation_speedup", "", 7),
        ("nanogpt_speedrun_minutes", "", 80),
        ("research_taste_next_step_win_rate", "", 3),
        ("task_horizon_p50", "", 15),
        ("task_horizon_p80", "", 14),
        ("training_speedup_test_card", "", 7),
    ]


def test_every_evidence_indicator_has_a_voting_series(catalogue, voting):
    evidence = {key for key, one in catalogue.items() if one.role == "evidence"}
    assert evidence == {series.indicator.id for series in voting}


def test_every_voting_series_has_three_dated_values_over_half_a_year(voting):
    for series in voting:
        assert series.n >= 3, series.key
        assert spans_half_a_year(series), series.key


def test_every_voting_series_is_of_one_method(voting):
    assert {series.key for series in voting if len(set(series.method)) > 1} == set()


def test_no_voting_series_is_of_a_dimension_that_every_future_expects(voting):
    assert not {series.indicator.dimension for series in voting} & NEVER_VOTE


def test_no_voting_benchmark_is_saturated_or_retired(observations, voting):
    for series in voting:
        one = series.indicator
        rows = observations[(observations["indicator"] == one.id) & (observations["definition"] == series.definition)]
        rows = rows[~rows["subject"].isin(one.left_out_subjects)]
        assert saturated_since(observations, one) is None, series.key
        assert retired_since(observations, rows) is None, series.key


def test_who_has_the_values_and_no_vote_says_why(catalogue, observations, conceivable):
    silent = {s.indicator.id for s in conceivable if s.indicator.id not in NOT_BY_THE_NUMBERS and spans_half_a_year(s)}
    for key in silent:
        one = catalogue[key]
        rows = observations[observations["indicator"] == key]
        reasons = [
            f"retired since {retired_since(observations, rows)}",
            f"saturated since {saturated_since(observations, one)}",
        ]
        said = any(reason in one.caveats for reason in reasons)
        assert one.role == "evidence" or one.dimension in NEVER_VOTE or said, key


def test_what_the_numbers_do_not_rule_out_is_ruled_out_in_words(catalogue):
    for key, words in NOT_BY_THE_NUMBERS.items():
        assert catalogue[key].role == "context"
        assert words in catalogue[key].caveats


def test_a_measure_called_retired_or_saturated_is_so_since_the_day_it_says(catalogue, observations):
    for key, one in catalogue.items():
        rows = observations[(observations["indicator"] == key) & ~observations["subject"].isin(one.left_out_subjects)]
        for day in re.findall(r"retired since (\S{10})", one.caveats):
            assert day == retired_since(observations, rows), key
        for day in re.findall(r"saturated since (\S{10})", one.caveats):
            assert day == saturated_since(observations, one), key


def test_restatements_of_the_horizons_carry_no_vote(voting):
    (horizon,) = [series for series in voting if series.indicator.id == "task_horizon_p50"]
    assert horizon.definition == "METR TH1.1"
    assert set(horizon.citation) <= {f"METR, TH1.1 results, as of 2026-{day}" for day in ("04-11", "05-08")}


def test_before_the_newer_suite_the_older_one_votes(catalogue, observations):
    formed = form_series(observations, catalogue, as_of=date(2025, 12, 31)).series
    assert [series.definition for series in formed if series.indicator.id == "task_horizon_p50"] == ["METR TH1.0"]


def test_the_documents_name_every_voting_indicator_and_its_numbers(voting):
    text = "\n".join(file.read_text() for file in sorted(DOCS.glob("*.md")))
    for series in voting:
        row = f"| `{series.indicator.id}` | {series.subject or 'frontier'} | {series.n} | "
        assert f"{row}{series.observed_on[0]} to {series.observed_on[-1]} |" in text


def refusal(path):
    with pytest.raises(CatalogueError) as caught:
        load_indicators(path)
    return str(caught.value)


@pytest.fixture
def own(tmp_path):
    """Write an indicators file of three tables, the faulty one in the middle."""

    def write(middle, name="ours.toml"):
        good = '[{}]\ntitle = "Speed"\nunit = "times"\nscale = "log"\n'
        path = tmp_path / name
        path.write_text(good.format("first") + middle + "\n" + good.format("third"))
        return path

    return write


def test_the_least_a_user_gives_is_title_unit_and_scale(own):
    catalogue = load_indicators(own('[mine]\ntitle = "Mine"\nunit = "percent"\nscale = "logit"'))
    mine = catalogue["mine"]
    assert catalogue.own
    assert (mine.role, mine.cluster, mine.series, mine.lower, mine.upper) == (
        "evidence",
        "mine",
        "per_subject",
        0.0,
        1.0,
    )


def test_a_file_that_is_not_there_is_refused(tmp_path):
    assert refusal(tmp_path / "none.toml") == (
        f"{tmp_path}/none.toml: the indicators file cannot be read\n"
        "  found  No such file or directory\n"
        "  next   give the path of a TOML file with one table an indicator"
    )


def test_another_encoding_is_refused(tmp_path):
    path = tmp_path / "ours.toml"
    path.write_bytes('[mine]\ntitle = "é"'.encode("latin-1"))
    assert refusal(path) == (
        "ours.toml: the indicators file is not UTF-8 text\n"
        "  found  'utf-8' codec can't decode byte 0xe9 in position 16: invalid continuation byte\n"
        "  next   save it as UTF-8"
    )


def test_an_id_given_twice_is_refused(own):
    assert refusal(own('[first]\ntitle = "Again"')) == (
        "ours.toml: the indicators file is not valid TOML\n"
        "  found  Cannot declare ('first',) twice (at line 5, column 7)\n"
        "  next   one table an indicator, each id once: [my_indicator] with title, unit and scale"
    )


def test_an_empty_file_is_refused(tmp_path):
    path = tmp_path / "ours.toml"
    path.write_text("# nothing\n")
    assert refusal(path) == (
        "ours.toml: the indicators file is empty\n"
        "  found  no table\n"
        "  next   write [my_indicator] with title, unit and scale"
    )


def test_a_key_outside_a_table_is_refused(tmp_path):
    path = tmp_path / "ours.toml"
    path.write_text('title = "Mine"\n')
    assert refusal(path) == (
        "ours.toml: title stands outside a table\n  found  title = 'Mine'\n  next   write [title] above its keys"
    )


TYPES = 'text in quotes, numbers without, lists of texts as ["a", "b"]'
LEAST = '[mine]\ntitle = "Mine"\nunit = "times"\nscale = "log"\n'
REFUSED = {
    "a text for a list": (
        LEAST + 'definitions = "abc"',
        "mine.definitions is of the wrong type",
        "definitions = 'abc'",
        TYPES,
    ),
    "a number in a list of texts": (
        LEAST + "left_out_subjects = [1]",
        "mine.left_out_subjects is of the wrong type",
        "left_out_subjects = (1,)",
        TYPES,
    ),
    "true for a number": (LEAST + "airda = true", "mine.airda is of the wrong type", "airda = True", TYPES),
    "per cent with bounds of its own": (
        '[mine]\ntitle = "Mine"\nunit = "percent"\nscale = "logit"\nupper = 100',
        "mine is in percent, but not a share between 0 and 100 %",
        "scale = 'logit', lower = 0.0, upper = 100",
        'write scale = "logit" and no bounds, or name another unit; percent is read as a share',
    ),
    "an unknown key like a known one": (
        '[mine]\ntitle = "Mine"\nunits = "times"\nscale = "log"',
        "mine.units is not a key of an indicator",
        "units = 'times'",
        "did you mean unit?",
    ),
    "an unknown key like none": (
        '[mine]\ntitle = "Mine"\nunit = "times"\nscale = "log"\nqqq = 1',
        "mine.qqq is not a key of an indicator",
        "qqq = 1",
        (
            "known keys: airda, caveats, certified_to, cluster, definition, definitions, dimension, direction, "
            "left_out_subjects, lower, measured_by, mixes_methods, role, scale, series, title, unit, upper, "
            "whole_sources, whole_vintages"
        ),
    ),
    "no unit": (
        '[mine]\ntitle = "Mine"\nscale = "log"',
        "mine has no unit",
        "title, scale",
        'add unit = "..." under [mine]',
    ),
    "an empty title": (
        '[mine]\ntitle = " "\nunit = "times"\nscale = "log"',
        "mine.title is empty",
        "title = ' '",
        "say it, or leave the key out",
    ),
    "a scale that is none": (
        '[mine]\ntitle = "Mine"\nunit = "times"\nscale = "logarithmic"',
        "mine.scale is not one of log, logit, linear",
        "scale = 'logarithmic'",
        "write one of them under [mine]",
    ),
    "a role that is none": (
        '[mine]\ntitle = "Mine"\nunit = "times"\nscale = "log"\nrole = "witness"',
        "mine.role is not one of evidence, context",
        "role = 'witness'",
        "write one of them under [mine]",
    ),
    "a number for a text": (
        '[mine]\ntitle = 7\nunit = "times"\nscale = "log"',
        "mine.title is of the wrong type",
        "title = 7",
        'text in quotes, numbers without, lists of texts as ["a", "b"]',
    ),
    "a text for a number": (
        '[mine]\ntitle = "Mine"\nunit = "times"\nscale = "log"\nupper = "9"',
        "mine.upper is of the wrong type",
        "upper = '9'",
        'text in quotes, numbers without, lists of texts as ["a", "b"]',
    ),
    "a fifteenth metric of fourteen": (
        '[mine]\ntitle = "Mine"\nunit = "times"\nscale = "log"\nairda = 15',
        "mine.airda is not a number from 1 to 14",
        "airda = 15",
        "leave it out where no metric fits",
    ),
    "bounds the wrong way round": (
        '[mine]\ntitle = "Mine"\nunit = "points"\nscale = "linear"\nlower = 2.0\nupper = 1.0',
        "mine.lower is not below upper",
        "lower = 2.0, upper = 1.0",
        "mend the bounds under [mine]",
    ),
    "a logit without a ceiling": (
        '[mine]\ntitle = "Mine"\nunit = "share"\nscale = "logit"\nupper = inf',
        "mine is on the logit scale without finite bounds",
        "lower = 0.0, upper = inf",
        "give lower and upper, or take another scale",
    ),
    "a logarithm below zero": (
        '[mine]\ntitle = "Mine"\nunit = "times"\nscale = "log"\nlower = -1.0',
        "mine is on the log scale with a negative lower bound",
        "lower = -1.0",
        "write lower = 0, or take another scale",
    ),
    "a bound of 400 digits": (
        f'[mine]\ntitle = "Mine"\nunit = "times"\nscale = "log"\nupper = {"9" * 400}',
        "mine.upper is too large a number",
        "a whole number above 1.8e308",
        "leave it out: without a bound every value is allowed",
    ),
    "a number that Python does not print": (
        f'[mine]\ntitle = "Mine"\nunit = "times"\nscale = "log"\nairda = 0x{"f" * 5_000}',
        "mine.airda is not a number from 1 to 14",
        "airda = a value of type int, too long to print",
        "leave it out where no metric fits",
    ),
}


def test_lists_nested_deeper_than_can_be_read_are_refused(own):
    assert refusal(own(f"[mine]\nlower = {'[' * 3_000}{']' * 3_000}")) == (
        "ours.toml: the indicators file is not valid TOML\n"
        "  found  lists or tables nested too deep\n"
        "  next   one table an indicator, each id once: [my_indicator] with title, unit and scale"
    )


def test_a_number_with_more_digits_than_can_be_read_is_refused(own):
    assert refusal(own(f"[mine]\nlower = {'9' * 5_000}")).startswith(
        "ours.toml: the indicators file is not valid TOML\n  found  Exceeds the limit (4300 digits)"
    )


@pytest.mark.parametrize("fault", REFUSED)
def test_a_faulty_table_is_refused_by_name(own, fault):
    table, what, found, following = REFUSED[fault]
    assert refusal(own(table)) == f"ours.toml: {what}\n  found  {found}\n  next   {following}"


def test_the_embedded_catalogue_must_say_more_than_a_users(own, monkeypatch):
    path = own("", name="indicators.toml").resolve()
    monkeypatch.setattr(indicator_module, "EMBEDDED", path)
    assert refusal(None) == (
        'indicators.toml: first has no caveats\n  found  title, unit, scale\n  next   add caveats = "..." under [first]'
    )
