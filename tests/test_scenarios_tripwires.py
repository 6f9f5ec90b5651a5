"""Tripwires: adding the very value must move the verdict as predicted."""

import json
from dataclasses import replace
from datetime import date

import embedded_record
import numpy as np
import pandas as pd
import pytest
from scipy.stats import entropy

from metrics.indicator import Catalogue, Indicator
from scenarios import classify
from scenarios.classifier import classify_judged
from scenarios.next_value import expected, extended, outlook
from scenarios.settings import SCENARIOS
from scenarios.span import span_of
from scenarios.tripwires import read_tripwires, tripwires

BASE = Indicator(id="", title="", unit="times", scale="log", lower=0.0)
INDICATORS = Catalogue(
    {
        one.id: replace(one, title=one.id.title(), cluster=one.id)
        for one in (
            replace(BASE, id="horizon", series="frontier"),
            replace(BASE, id="output"),
            replace(BASE, id="seconds", direction="down", series="frontier"),
            replace(BASE, id="share", scale="logit", upper=1.0, unit="share"),
            replace(BASE, id="index", scale="linear", lower=-np.inf, series="frontier"),
        )
    },
    origin="test.toml",
    sha256="",
    own=False,
)
GROWTH = {"horizon": 5, "output": 7, "seconds": 9, "share": 4, "index": 6}


def record():
    """Five series on every scale; the horizon has intervals and the share began as a bound."""
    rows = []
    for name, n in GROWTH.items():
        for i, on in enumerate(pd.date_range("2024-01-10", "2026-05-20", periods=n).normalize()):
            total = 3 * (i / (n - 1)) ** 1.2 + 0.1 * np.sin(4 * i + n)
            value = {"seconds": 90 * np.exp(-total), "share": 0.1 + 0.15 * total, "index": 100 + 8 * total}
            rows.append((name, on, float(value.get(name, np.exp(total))), "A lab"))
    frame = pd.DataFrame(rows, columns=["indicator", "observed_on", "value", "subject"])
    far = frame["indicator"] == "horizon"
    first = frame.index[frame["indicator"] == "share"][0]
    return frame.assign(
        value=frame["value"].mask(frame.index == first),
        value_low=(frame["value"] / 2).where(far),
        value_high=(frame["value"] * 3).where(far).mask(frame.index == first, 0.2),
        interval=np.where(far, "95%", np.where(frame.index == first, "bound", "")),
        method="benchmark",
    )


@pytest.fixture(scope="module")
def assessment():
    return classify(record(), INDICATORS, as_of="2026-06-01", sensitivity=False)


@pytest.fixture(scope="module")
def found(assessment):
    return {wire.indicator: wire for wire in tripwires(assessment).wires}


def said_with(assessment, wire, value):
    """The posterior that classify gives once the value is in the observations."""
    series = next(one for one in assessment.series if one.indicator.id == wire.indicator)
    added = extended(series, wire.next_on, value)
    row = pd.DataFrame(
        [
            {
                "indicator": wire.indicator,
                "subject": series.subject or "the next",
                "method": str(series.method[-1]),
                "observed_on": wire.next_on,
                "known_since": wire.next_on,
                "value": value,
                "value_low": added.value_low[-1],
                "value_high": added.value_high[-1],
                "interval": str(added.interval[-1]),
            }
        ]
    )
    row = row.astype({"observed_on": "datetime64[us]", "known_since": "datetime64[us]"})
    rows = record().assign(known_since=lambda frame: frame["observed_on"])
    both = pd.concat([rows, row], ignore_index=True)
    return classify(both, INDICATORS, as_of=wire.next_on, sensitivity=False).probabilities


def decibans(p):
    return 10 * np.log10(p / (1 - p))


@pytest.mark.parametrize("name", GROWTH)
def test_the_very_value_moves_the_verdict_as_predicted(assessment, found, name):
    wire = found[name]
    for answer in wire.answers[:: len(wire.answers) // 3]:
        said = said_with(assessment, wire, answer.value)
        for scenario in SCENARIOS:
            assert decibans(said[scenario]) == pytest.approx(decibans(answer.probabilities[scenario]), abs=0.1)


def test_a_crossing_value_has_the_level_it_promises(assessment, found):
    crossings = [
        (wire, region, end)
        for wire in found.values()
        for region in wire.regions
        for end in (region.low, region.high)
        if end is not None and wire.indicator != "share"  # whose ceilings make steps
    ]
    assert len(crossings) >= 4
    for wire, region, end in crossings:
        said = said_with(assessment, wire, end)[region.scenario]
        assert decibans(said) == pytest.approx(decibans(region.level), abs=0.1)


def test_at_a_jump_the_end_of_a_region_is_inside_it(assessment, found):
    wire = found["share"]
    ends = [(region, end) for region in wire.regions for end in (region.low, region.high) if end is not None]
    assert ends
    for region, end in ends:
        assert said_with(assessment, wire, end)[region.scenario] >= region.level - 0.005


def test_within_a_region_the_level_is_held_and_outside_it_is_not(found):
    for wire in found.values():
        for answer in wire.answers:
            for scenario in SCENARIOS:
                for level in (0.5, 0.9):
                    inside = any(
                        (region.low is None or region.low <= answer.value)
                        and (region.high is None or answer.value <= region.high)
                        for region in wire.reach(scenario, level)
                    )
                    assert inside == (answer.probabilities[scenario] >= level)


@pytest.mark.parametrize(("name", "better"), [("horizon", 1.05), ("seconds", 0.95), ("index", 1.01)])
def test_a_value_below_the_record_does_not_enter_a_frontier(assessment, found, name, better):
    wire = found[name]
    behind = said_with(assessment, wire, wire.record / better)
    assert behind == pytest.approx(assessment.probabilities)
    beyond = said_with(assessment, wire, wire.record * better)
    assert beyond != pytest.approx(assessment.probabilities)
    assert 0 < wire.enters < 1
    assert all((answer.value < wire.record) == (better < 1) for answer in wire.answers)


def test_where_every_value_enters_there_is_no_record(found):
    assert [(found[name].record, found[name].enters) for name in ("output", "share")] == [(None, 1.0), (None, 1.0)]


def test_the_next_date_is_a_usual_gap_on_but_never_in_the_past(assessment):
    series = next(one for one in assessment.series if one.indicator.id == "horizon")
    # Five values from 10 January 2024 to 20 May 2026: 861 days, gaps of 215 and 216.
    assert expected(series, date(2026, 6, 1)) == (date(2026, 12, 21), 215, False)
    assert expected(series, date(2027, 1, 1)) == (date(2027, 1, 1), 215, True)


def test_information_is_the_mean_divergence_over_what_is_expected(assessment, found):
    series = next(one for one in assessment.series if one.indicator.id == "output")
    now = np.array([assessment.probabilities[scenario] for scenario in SCENARIOS])
    wire = found["output"]
    ahead = extended(series, wire.next_on, np.nan)
    span = span_of([ahead if one is series else one for one in assessment.series])
    mass = outlook(series, wire.next_on, span.part(ahead)).mass(now)
    each = [entropy([answer.probabilities[one] for one in SCENARIOS], now, base=2) for answer in wire.answers]
    assert mass.sum() == pytest.approx(1.0, abs=0.01)
    assert wire.bits == pytest.approx(float(mass @ np.array(each)))
    assert wire.bits > 0


def test_the_most_telling_measurement_comes_first(assessment):
    bits = [wire.bits for wire in tripwires(assessment).wires]
    assert len(bits) == 5
    assert bits == sorted(bits, reverse=True)


def test_a_stall_expects_less_than_a_take_off(found):
    for name in ("horizon", "output", "index", "share"):
        by = found[name].expected_by_scenario
        assert by["stall"].median < by["recursive"].median
        assert by["stall"].low <= found[name].expected.median <= by["recursive"].high
    by = found["seconds"].expected_by_scenario
    assert by["stall"].median > by["recursive"].median


def test_where_nothing_is_compared_nothing_is_asked_for():
    few = record().query("indicator in ('horizon', 'output')")
    assert tripwires(classify(few, INDICATORS, sensitivity=False)).wires == ()


def test_what_is_stored_reads_back_as_it_was(assessment):
    made = tripwires(assessment).to_dict()
    assert read_tripwires(assessment, made["wires"]).to_dict() == made


def test_json_is_plain_and_the_same_every_time(assessment):
    said = json.dumps(tripwires(assessment).to_dict(), allow_nan=False)
    assert said == json.dumps(tripwires(assessment).to_dict(), allow_nan=False)
    wire = json.loads(said)["wires"][0]
    assert list(wire) == [
        "indicator",
        "title",
        "unit",
        "subject",
        "definition",
        "last_on",
        "next_on",
        "usual_days",
        "overdue",
        "record",
        "enters",
        "expected",
        "expected_by_scenario",
        "searched",
        "regions",
        "answers",
        "bits",
    ]


def with_value(series, wire, value):
    """The embedded record with one more value of a series, listed with the rest of its source's last publication."""
    known = embedded_record.observations()
    mine = known["indicator"] == series.indicator.id
    if series.definition:
        mine &= known["definition"] == series.definition
    last = known[mine & (known["observed_on"] == pd.Timestamp(series.observed_on[-1]))]
    last = last[(last["subject"] == series.subjects[-1]) & (last["confidence"] != "low")]
    last = last.sort_values("known_since").tail(1)
    listed = known[
        mine & (known["source"] == last["source"].item()) & (known["known_since"] == last["known_since"].item())
    ]
    on, added = pd.Timestamp(wire.next_on).as_unit("us"), extended(series, wire.next_on, value)
    cells = {name: getattr(added, name)[-1] for name in ("value", "value_low", "value_high", "interval")}
    row = last.assign(observed_on=on, known_since=on, **cells)
    return pd.concat([known, listed.assign(known_since=on), row], ignore_index=True)


def test_every_wire_of_the_embedded_record_keeps_its_word():
    record = classify_judged(
        embedded_record.observations(), embedded_record.catalogue(), as_of=embedded_record.TODAY, sensitivity=False
    )
    series = {one.key: one for one in record.series}
    wires = tripwires(record).wires
    assert len(wires) >= 12
    for wire in wires:
        answer = wire.answers[len(wire.answers) // 2]
        rows = with_value(series[wire.indicator, wire.subject, wire.definition], wire, answer.value)
        said = classify_judged(rows, embedded_record.catalogue(), as_of=wire.next_on, sensitivity=False).probabilities
        for scenario in SCENARIOS:
            assert decibans(said[scenario]) == pytest.approx(decibans(answer.probabilities[scenario]), abs=0.1)
