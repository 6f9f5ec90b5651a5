"""Which verdict follows from which probabilities and checks, with its cause and its flags."""

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from metrics.forming import form_series
from metrics.indicator import Catalogue, Indicator
from scenarios.assessment import Check
from scenarios.classifier import evidence_table
from scenarios.combination import Total, Weighed
from scenarios.evidence import Evidence, Fit
from scenarios.intake import take_in
from scenarios.link import Points
from scenarios.sensitivity import Record, weigh
from scenarios.settings import SCENARIOS
from scenarios.shapes import NODES
from scenarios.span import WHOLE
from scenarios.verdict import Findings, decide

NAMES = ("horizon", "index", "output", "kernels", "taste")
INDICATORS = Catalogue(
    {
        name: Indicator(
            id=name,
            title=name.title(),
            unit="times",
            scale="log",
            lower=0.0,
            cluster=name,
            series="frontier" if name == "horizon" else "per_subject",
        )
        for name in NAMES
    },
    origin="test.toml",
    sha256="",
    own=False,
)
ON = date(2026, 9, 1)


def findings(p, checks=(), *, rows=None, decibans=None, as_of=ON, **changes):
    observed = pd.date_range("2024-01-01", "2026-09-01", periods=9).normalize()
    table = pd.DataFrame(
        [(name, on, 2.0 + at) for name in NAMES for at, on in enumerate(observed)],
        columns=["indicator", "observed_on", "value"],
    )
    known = take_in(table, INDICATORS).assign(**changes)
    weighed = weigh(form_series(known, INDICATORS, as_of=as_of).series) if rows is None else rows
    n = len(weighed)
    said = np.zeros((n, 3)) if decibans is None else np.array(decibans)
    total = Total({}, said, np.ones(n), np.zeros(n, dtype=bool))
    record = Record(known, INDICATORS, as_of, own=False)
    return Findings(record, weighed, evidence_table(weighed, total), dict(zip(SCENARIOS, p, strict=True)), checks)


def check(kind, p, **detail):
    return Check(kind, "", detail, dict(zip(SCENARIOS, p, strict=True)), 5)


SAME = check("window", (0.2, 0.5, 0.3), first_date="2024-01-01")
WINDOW = check("window", (0.1, 0.3, 0.6), first_date="2025-01-01")
SERIES = check("indicator", (0.3, 0.3, 0.4), indicator="index", subject="", definition="")
MAKER = check("organisation", (0.3, 0.3, 0.4), organisation="A lab")
SOURCE = check("source", (0.3, 0.3, 0.4), source="feed")
MODEL = check("point", (0.3, 0.3, 0.4), indicator="horizon", observed_on="2024-01-01", point="GPT-4")
VALUE = check("point", (0.3, 0.3, 0.4), indicator="output", observed_on="2024-01-01", point="A lab")
PRIOR = check("prior", (0.3, 0.3, 0.4))


@pytest.mark.parametrize(
    ("p", "checks", "kind", "scenario", "words"),
    [
        (
            (0.1, 0.6, 0.3),
            [SAME],
            "names",
            "compounding",
            "The public record resembles compounding gains: 60 in 100, and first in its one check.",
        ),
        (
            (0.1, 0.59, 0.31),
            [SAME, SAME],
            "leans",
            "compounding",
            "The public record leans towards compounding gains (59 in 100), and is first in all 2 checks.",
        ),
        (
            (0.1, 0.78, 0.12),
            [SAME, SERIES],
            "leans",
            "compounding",
            "The public record leans towards compounding gains (78 in 100); in 1 of 2 checks another future is ahead.",
        ),
        (
            (0.1, 0.78, 0.12),
            [SAME, WINDOW],
            "cannot_tell",
            None,
            "The public record does not settle which future it resembles: the answer changes with the first date.",
        ),
        (
            (0.1, 0.48, 0.42),
            [WINDOW, SERIES, MODEL, VALUE, PRIOR],
            "cannot_tell",
            None,
            (
                "The public record does not yet tell compounding gains from recursive self-improvement: the "
                "answer changes with the first date, one series, one model, one value and the prior."
            ),
        ),
        (
            (0.1, 0.48, 0.42),
            [SOURCE, MAKER],
            "cannot_tell",
            None,
            (
                "The public record does not yet tell compounding gains from recursive self-improvement: the "
                "answer changes with one source and one organisation."
            ),
        ),
        (
            (0.27, 0.49, 0.24),
            [SAME],
            "cannot_tell",
            None,
            "The public record does not settle which future it resembles: no future reaches 50 in 100.",
        ),
    ],
)
def test_verdicts_follow_from_the_default_and_the_checks(p, checks, kind, scenario, words):
    verdict = decide(findings(p, checks))
    assert (verdict.kind, verdict.scenario, verdict.words) == (kind, scenario, words)


def misfit(row):
    """The same say, by values that go round a straight path in one long wave."""
    u, none = np.linspace(0.0, 1.0, 40), np.array([])
    texts = np.full(40, "")
    wave = Points(u, np.sin(2 * np.pi * u), 0 * u, np.ones(40), texts, none, none, none, texts[:0], 0.0)
    return Weighed(row.series, Evidence(row.evidence.log_likelihood, Fit(wave, NODES, WHOLE)))


def test_none_fits_when_most_of_the_say_follows_no_path():
    fine = findings((0.1, 0.6, 0.3), [SAME])
    most = [misfit(row) if at < 3 else row for at, row in enumerate(fine.rows)]
    verdict = decide(findings((0.1, 0.6, 0.3), [SAME], rows=most))
    assert (verdict.kind, verdict.scenario) == ("none_fits", None)
    assert verdict.words == (
        "None of the three futures describes the public record: Horizon, Index and Kernels depart from every path for "
        "long stretches. The figures below compare poor fits."
    )
    few = [misfit(row) if at < 2 else row for at, row in enumerate(fine.rows)]
    assert decide(findings((0.1, 0.6, 0.3), [SAME], rows=few)).kind == "names"


def test_values_that_no_future_expected_count_as_a_misfit():
    calm = np.exp(0.3 * np.arange(9))
    wild = calm * np.array([1, 1, 1, 1, 1, 40, 40, 40, 0.1])
    most = findings((0.1, 0.6, 0.3), [SAME], value=np.concatenate([calm, wild, wild, wild, calm]))
    assert decide(most).words == (
        "None of the three futures describes the public record: Index, Kernels and Output take values that no future "
        "expected. The figures below compare poor fits."
    )
    few = findings((0.1, 0.6, 0.3), [SAME], value=np.concatenate([calm, wild, wild, calm, calm]))
    assert decide(few).kind == "names"


def test_two_clusters_that_speak_for_opposite_futures_are_a_conflict():
    said = [[0, -6, -6], [-4.5, 0, 0], [0, 0, 0], [0, 0, 0], [0, 0, 0]]
    flags = decide(findings((0.1, 0.6, 0.3), [SAME], decibans=said)).flags
    assert flags == ("conflict: Horizon (stall) against Index (compounding), 10.5 decibans apart",)
    weaker = [[0, -6, -6], [-3.5, 0, 0], [0, 0, 0], [0, 0, 0], [0, 0, 0]]
    assert decide(findings((0.1, 0.6, 0.3), [SAME], decibans=weaker)).flags == ()


def test_a_conflict_of_several_series_names_their_cluster_whose_sum_it_tells():
    said = [[0, -6, -6], [-4.5, 0, 0], [0, -2, -2], [0, 0, 0], [0, 0, 0]]
    told = findings((0.1, 0.6, 0.3), [SAME], decibans=said)
    joined = told.evidence.replace({"cluster": {"horizon": "speed_runs", "kernels": "speed_runs"}})
    flags = decide(replace(told, evidence=joined)).flags
    assert flags == ("conflict: speed runs (stall) against Index (compounding), 12.5 decibans apart",)


def test_clusters_that_differ_in_strength_alone_are_no_conflict():
    said = [[0, -16, -16], [0, -1, -1], [0, 0, 0], [0, 0, 0], [0, 0, 0]]
    assert decide(findings((0.1, 0.6, 0.3), [SAME], decibans=said)).flags == ()


def test_a_silence_of_more_than_twice_the_usual_gap_is_stale():
    # The nine dates lie 121 or 122 days apart: 242 days are usual, 243 are not.
    assert decide(findings((0.1, 0.6, 0.3), [SAME], as_of=date(2027, 5, 1))).flags == ()
    late = decide(findings((0.1, 0.6, 0.3), [SAME], as_of=date(2027, 5, 4))).flags
    assert late == ("stale: 5 series are later than usual; Horizon last published 245 days ago, usually every 122",)


def test_one_publisher_of_a_third_of_the_series_is_named():
    changes = {"citation": "report", "citation_url": "https://www.lab.example/report"}
    flags = decide(findings((0.1, 0.6, 0.3), [SAME], **changes)).flags
    assert flags == ("concentration: lab.example publishes 5 of 5 series",)


def test_a_series_about_one_lab_alone_is_its_own_publication():
    changes = {"subject": "Claude Opus 4.6", "citation": "card", "citation_url": "https://github.com/someone/data"}
    flags = decide(findings((0.1, 0.6, 0.3), [SAME], **changes)).flags
    assert flags == ("concentration: Anthropic publishes 5 of 5 series",)


def test_a_site_that_carries_the_work_of_others_is_no_publisher():
    changes = {"citation": "repository", "citation_url": "https://github.com/someone/data"}
    assert decide(findings((0.1, 0.6, 0.3), [SAME], **changes)).flags == ()
