"""What a terminal shows."""

from dataclasses import replace
from datetime import date

import pytest
from reports_samples import LEANS, NAMES, NONE_FITS, assessment, evidence, shares, too_little

from reports.terminal import block, step
from reports.terminal import evidence as evidence_text
from scenarios.prior import Prior

BEFORE = assessment(as_of=date(2026, 8, 31), probabilities=shares(0.05, 0.50, 0.45)).to_dict()


def test_the_block_says_the_verdict_before_its_numbers_and_ends_with_what_to_type():
    assert block(assessment(), previous=BEFORE) == (
        "Cannot tell. The public record does not settle which future it resembles: the answer\n"
        "changes with one series. Facts public up to 10 October 2026 fit compounding gains best:\n"
        "62 in 100, 5 to 80 across 4 checks; 1 of them puts another future first.\n"
        "\n"
        "                in 100   checks              0        25        50        75        100\n"
        "  compounding       62   5 to 80               ────────━━━━━━━━━━━━━━━●━━━━───\n"
        "  recursive         37   19 to 40                    ───━━━━▲━\n"
        "  stall              1   under 1 to 55       ■━━━━━━━━━━━━━━────────\n"
        "  since 31 August 2026: same verdict; compounding +12, recursive −8, stall −4\n"
        "  next: threefutures report --open · threefutures explain compounding"
    )


def test_without_utf_8_the_block_is_ascii_and_as_wide():
    assert block(assessment(), previous=BEFORE, unicode=False) == (
        "Cannot tell. The public record does not settle which future it resembles: the answer\n"
        "changes with one series. Facts public up to 10 October 2026 fit compounding gains best:\n"
        "62 in 100, 5 to 80 across 4 checks; 1 of them puts another future first.\n"
        "\n"
        "                in 100   checks              0        25        50        75        100\n"
        "  compounding       62   5 to 80               --------===============o====---\n"
        "  recursive         37   19 to 40                    ---====^=\n"
        "  stall              1   under 1 to 55       #==============--------\n"
        "  since 31 August 2026: same verdict; compounding +12, recursive -8, stall -4\n"
        "  next: threefutures report --open - threefutures explain compounding"
    )


@pytest.mark.parametrize(
    ("verdict", "start"),
    [
        (NAMES, "The public record resembles compounding gains: 62 in 100, and first in all 4 checks."),
        (LEANS, "The public record leans towards compounding gains (62 in 100); in 1 of 4 checks"),
        (NONE_FITS, "None of the three futures describes the public record: Speed-run departs from"),
    ],
)
def test_every_verdict_begins_with_its_own_words(verdict, start):
    assert " ".join(block(assessment(verdict=verdict)).split()).startswith(start)


def test_poor_fits_are_not_called_best():
    shown = block(assessment(verdict=NONE_FITS, none_fits=True))
    assert "fit compounding gains least badly: 62 in 100" in " ".join(shown.split())


def test_too_little_shows_no_probability():
    assert block(too_little(), previous=BEFORE) == (
        "Too little was public on 10 October 2026: 3 series, 5 are needed.\n"
        "\n"
        "  since 31 August 2026: now too little was public, was cannot tell\n"
        "  next: threefutures indicators · threefutures sources"
    )


def test_a_choice_that_is_not_the_default_stands_above_the_verdict():
    assert block(assessment(), differs=["prior", "as of"]).splitlines()[0] == "differs from the default: prior, as of"


def test_a_change_of_verdict_names_both():
    shown = block(assessment(verdict=LEANS), previous=BEFORE)
    assert "since 31 August 2026: now leans towards compounding gains, was cannot tell; compounding +12" in " ".join(
        shown.split()
    )


def test_without_checks_no_range_is_claimed():
    shown = block(assessment(window_sweep=(), leave_one_out=(), prior_variants=()))
    assert "62 in 100, and no checks were made." in " ".join(shown.split())
    assert "  compounding       62   none made                                    ●\n" in shown


def test_colour_changes_no_character_that_is_read():
    plain, coloured = block(assessment()), block(assessment(), colour=True)
    assert coloured != plain
    assert (
        coloured.replace("\x1b[33m", "").replace("\x1b[34m", "").replace("\x1b[35m", "").replace("\x1b[0m", "") == plain
    )


def test_the_extremes_of_probability_fit_the_scale():
    shown = block(assessment(probabilities=shares(0.001, 0.998, 0.001)))
    assert "compounding  over 99   5 to over 99" in shown
    assert "  recursive    under 1   under 1 to 40       ▲──━" in shown


def test_the_evidence_adds_up_to_its_sum():
    assert evidence_text(assessment()) == (
        "Evidence in decibans (3 doubles the odds, 10 makes them ten times as long)\n"
        "Series                           values  compounding v. recursive  compounding v. stall\n"
        "Task horizon                          3                       4.0              16.0 cap\n"
        "Speed-run                             3                       2.0                  −6.0\n"
        "Share led by AI                       3                  −2.4 cap          0.0 both cap\n"
        "Sum                                                3.6  (2.3 : 1)        10.0  (10 : 1)\n"
        "cap: would say more, is not allowed to · minus: speaks for the other future\n"
        "Conflict: Task horizon (compounding) against Speed-run (stall), 22.0 decibans apart."
    )


def test_a_prior_that_favours_a_future_is_a_row_of_its_own():
    shown = evidence_text(assessment(prior=Prior("own", shares(0.2, 0.4, 0.4))))
    assert "Prior: own                                                    0.0                   3.0\n" in shown
    assert "Sum                                                3.6  (2.3 : 1)        13.0  (20 : 1)\n" in shown


def test_two_series_of_one_title_are_told_apart():
    twice = evidence()
    twice.loc[0, ["title", "subject"]] = ["Share led by AI", "other lab"]
    shown = evidence_text(assessment(evidence=twice))
    assert "Share led by AI, other lab " in shown
    assert "Share led by AI, lab " in shown


def test_too_little_compares_nothing():
    assert evidence_text(too_little()) == (
        "Series           values\n"
        "Task horizon          3\n"
        "Speed-run             3\n"
        "Share led by AI       3\n"
        "Nothing is compared: too little is known."
    )


@pytest.mark.parametrize("unicode", [True, False])
def test_no_line_is_wider_than_88_columns(unicode):
    long = evidence()
    long["title"] = long["title"] + " with a title that goes on and on and on"
    sample = assessment(
        evidence=long,
        probabilities=shares(0.374, 0.004, 0.622),
        verdict=replace(LEANS, words="word " * 60, flags=("stale: " + "late " * 40,)),
    )
    shown = [block(sample, previous=BEFORE, unicode=unicode), evidence_text(sample, unicode=unicode)]
    assert max(len(line) for text in shown for line in text.splitlines()) <= 88


def test_a_table_of_ones_own_is_not_called_public():
    shown = " ".join(block(assessment(first_date=None), next_commands=["threefutures indicators"]).split())
    assert "Your facts up to 10 October 2026 fit compounding gains best" in shown
    assert shown.endswith("next: threefutures indicators")


def test_a_title_that_holds_an_escape_sequence_is_spelt_out():
    hostile = evidence()
    hostile.loc[0, "title"] = "\x1b[2Jhorizon"
    assert "\\x1b[2Jhorizon" in evidence_text(assessment(evidence=hostile))


def test_a_step_says_what_came_of_it_and_how_long_it_took():
    assert step("fetch", "3 sources: 1 new, 2 unchanged", 1.2) == (
        "fetch     3 sources: 1 new, 2 unchanged                                          1.2 s"
    )
    assert len(step("judge", "word " * 40, 123.4)) <= 88


def test_what_would_settle_it_stands_before_what_to_type():
    lines = block(assessment(), previous=BEFORE, ahead="would settle it: Horizon: from 30 h up").splitlines()
    assert lines[-2:] == ["  would settle it: Horizon: from 30 h up", block(assessment()).splitlines()[-1]]
