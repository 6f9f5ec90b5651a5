"""How numbers and sentences read, the same everywhere."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios import words


@pytest.mark.parametrize(
    ("probabilities", "expected"),
    [
        ((0.104, 0.541, 0.355), ("10", "54", "36")),
        ((0.001, 0.998, 0.001), ("under 1", "over 99", "under 1")),
        ((1 / 3, 1 / 3, 1 / 3), ("34", "33", "33")),
        ((0.005, 0.885, 0.110), ("1", "88", "11")),
    ],
)
def test_counts_are_whole_and_sum_to_a_hundred(probabilities, expected):
    named = dict(zip(("stall", "compounding", "recursive"), probabilities, strict=True))
    assert tuple(words.counts(named).values()) == expected


@given(st.lists(st.floats(0.001, 1.0), min_size=3, max_size=3))
def test_counts_of_any_probabilities_sum_to_a_hundred(weights):
    counts = words.counts({str(at): weight / sum(weights) for at, weight in enumerate(weights)})
    assert (
        sum({"under 1": 0, "over 99": 100}.get(count, -1) if " " in count else int(count) for count in counts.values())
        == 100
    )


def test_a_range_is_one_count_where_both_ends_are():
    assert (words.count_range(0.108, 0.904), words.count_range(0.003, 0.8), words.count_range(0.5, 0.501)) == (
        "11 to 90",
        "under 1 to 80",
        "50",
    )


@pytest.mark.parametrize(("value", "text"), [(-8.23, "−8.2"), (0.04, "0.0"), (-0.04, "0.0"), (16.0, "16.0")])
def test_decibans_have_one_decimal_and_a_true_minus(value, text):
    assert words.decibans(value) == text


@pytest.mark.parametrize(("value", "text"), [(1.76, "1.5 : 1"), (-20.0, "1 : 100"), (0.0, "1.0 : 1")])
def test_decibans_as_odds(value, text):
    assert words.odds(value) == text


@pytest.mark.parametrize(
    ("value", "text"), [(2.9, "hardly any"), (-4.0, "weak"), (4.983, "moderate"), (10.0, "strong"), (19.0, "strong")]
)
def test_evidence_has_four_words(value, text):
    assert words.strength(value) == text


@pytest.mark.parametrize(
    ("minutes", "text"),
    [(0.04, "2.4 s"), (4.0, "4.0 min"), (59.4, "59 min"), (90.0, "1.5 h"), (718.8, "12 h"), (599.0, "10 h")],
)
def test_durations(minutes, text):
    assert words.duration(minutes) == text


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.264, "share", "26\u2009%"),
        (0.002, "share", "under 1\u2009%"),
        (0.999, "share", "over 99\u2009%"),
        (1.0, "share", "100\u2009%"),
        (0.0, "share", "0\u2009%"),
        (1.17, "times", "1.2 times"),
        (8.0, "times", "8.0 times"),
        (449.46, "times", "450 times"),
        (0.996, "times", "1.0 times"),
        (4.21, "months", "4.2 months"),
        (719.0, "minutes", "12 h"),
        (166.31, "points", "166.3 points"),
        (3000, "people", "3,000 people"),
        (0, "papers", "0 papers"),
    ],
)
def test_values_in_their_units(value, unit, text):
    assert words.value_text(value, unit) == text


def test_dates_are_written_out():
    assert words.full_date(date(2026, 10, 9)) == "9 October 2026"


def test_lists_read_as_a_sentence():
    assert [words.listed(items) for items in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == [
        "",
        "a",
        "a and b",
        "a, b and c",
    ]


RECORD = "The public record"


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        (
            words.names(RECORD, "compounding gains", "78", 97),
            "The public record resembles compounding gains: 78 in 100, and first in all 97 checks.",
        ),
        (
            words.leans(RECORD, "compounding gains", "64", 6, 97),
            "The public record leans towards compounding gains (64 in 100); in 6 of 97 checks another future is ahead.",
        ),
        (
            words.leans(RECORD, "a stall", "55", 0, 97),
            "The public record leans towards a stall (55 in 100), and is first in all 97 checks.",
        ),
        (
            words.leans("Your record", "a stall", "55", 0, 0),
            "Your record leans towards a stall (55 in 100); no checks were made.",
        ),
        (
            words.cannot_tell(RECORD, ["compounding gains", "a stall"], ["the first date", "one series"]),
            (
                "The public record does not yet tell compounding gains from a stall: "
                "the answer changes with the first date and one series."
            ),
        ),
        (
            words.cannot_tell(RECORD, [], []),
            "The public record does not settle which future it resembles: no future reaches 50 in 100.",
        ),
        (
            words.none_fits(RECORD, ["NanoGPT speed-run"]),
            (
                "None of the three futures describes the public record: NanoGPT speed-run departs from every path for "
                "long stretches. The figures below compare poor fits."
            ),
        ),
        (
            words.too_little(date(2025, 11, 30), 3, 5, 3, 3),
            "Too little was public on 30 November 2025: 3 series, 5 are needed.",
        ),
        (
            words.too_little(date(2025, 11, 30), 6, 5, 1, 3),
            "Too little was public on 30 November 2025: 6 series of 1 kind, 3 kinds are needed.",
        ),
        (
            words.too_little_own(date(2025, 11, 30)),
            "Too little was known on 30 November 2025: no series has three values.",
        ),
    ],
)
def test_the_sentence_of_each_verdict(sentence, expected):
    assert sentence == expected


@pytest.mark.parametrize(
    ("parts", "told"),
    [
        ([4.45, -1.94, 0.86], [4.4, -1.9, 0.9]),
        ([0.04, 0.04, 0.04], [0.1, 0.0, 0.0]),
        ([-2.4, 0.0], [-2.4, 0.0]),
        ([], []),
    ],
)
def test_parts_add_up_as_they_are_printed(parts, told):
    assert words.adding_up(parts) == told


@given(st.lists(st.floats(-40, 40), max_size=20))
def test_no_part_is_a_tenth_away_from_itself(parts):
    told = words.adding_up(parts)
    assert f"{sum(told):.1f}".lstrip("-") == f"{sum(parts):.1f}".lstrip("-")
    assert all(abs(one - other) < 0.1 + 1e-9 for one, other in zip(parts, told, strict=True))
