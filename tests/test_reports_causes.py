"""Why the sum moved: one cause a step, and rows that add up to the change of the log odds."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from reports_samples import fact

from metrics import Catalogue, Indicator
from metrics.observation import COLUMNS
from reports.causes import gains
from reports.changes import changes
from reports.comparison import ranking
from reports.verdict_tables import change_brief, change_table
from scenarios.assessment import Model
from scenarios.classifier import classify_judged

CATALOGUE = Catalogue(
    {
        name: Indicator(name, name.title(), "times", "log", lower=0.0, cluster=cluster)
        for name, cluster in (("one", "a"), ("two", "a"), ("three", "b"))
    },
    origin="own.toml",
    sha256="c" * 64,
    own=True,
)


def line(indicator, values, **more):
    return [fact(indicator, f"{2020 + at}-06-30", value, **more) for at, value in enumerate(values)]


ONE = line("one", (1.0, 2.0, 4.5, 11.0, 30.0))
THREE = line("three", (1.0, 3.0, 5.0, 6.0, 6.5))


def classified(*rows):
    return classify_judged(pd.DataFrame(list(rows))[list(COLUMNS)], CATALOGUE, as_of="2026-10-10", sensitivity=False)


def causes(now, before):
    return {(one.cause, one.key[0]) for one in gains(now, before.to_dict(), CATALOGUE)}


def log_odds(assessment, order):
    p = assessment.probabilities
    return [10 * np.log10(p[order[0]] / p[other]) for other in order[1:]]


CASES = {
    "new values": ((*ONE[:4], *THREE), (*ONE, *THREE), {("new", "one")}),
    "a new series of the same group": (
        (*ONE, *THREE),
        (*ONE, *THREE, *line("two", (1.0, 1.2, 1.5, 2.2, 4.0))),
        {("new", "two"), ("reweighted", "one")},
    ),
    "a revision": ((*ONE, *THREE), (*ONE[:4], {**ONE[4], "value": 9.0}, *THREE), {("revised", "one")}),
    "a withdrawal": ((*ONE, *THREE), (*ONE[:4], *THREE), {("withdrawn", "one")}),
    "everything at once": (
        (*ONE, *THREE[:4]),
        (*ONE[:2], {**ONE[2], "value": 9.0}, ONE[3], *THREE, *line("two", (1.0, 1.2, 1.5, 2.2, 4.0))),
        {
            ("withdrawn", "one"),
            ("revised", "one"),
            ("new", "two"),
            ("new", "three"),
            ("reweighted", "one"),
            ("reweighted", "three"),
        },
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_each_cause_is_named_by_itself(case):
    before, now, found = CASES[case]
    assert causes(classified(*now), classified(*before)) == found


@pytest.mark.parametrize("case", CASES)
def test_rows_add_up_to_the_change_of_the_log_odds(case):
    before, now = (classified(*rows) for rows in CASES[case][:2])
    order = ranking(now.probabilities)
    rows = changes(now, before.to_dict(), CATALOGUE)
    expected = np.subtract(log_odds(now, order), log_odds(before, order))
    sums = [sum(one.against_second for one in rows), sum(one.against_third for one in rows)]
    assert sums == pytest.approx(expected, abs=0.1)


def test_another_method_is_a_row_of_its_own():
    now, before = classified(*ONE, *THREE), classified(*ONE, *THREE)
    other = replace(before, evidence=before.evidence.assign(recursive=-1.0), model=Model("0", "e" * 64))
    assert {cause for cause, _ in causes(now, other)} == {"method"}


def test_the_same_facts_moved_nothing():
    assert causes(classified(*ONE, *THREE), classified(*ONE, *THREE)) == set()


def test_a_prior_is_a_row_of_its_own():
    before = classified(*ONE, *THREE)
    weights = {"stall": 0.2, "compounding": 0.4, "recursive": 0.4}
    now = replace(before, prior=replace(before.prior, weights=weights))
    assert {row.what for row in changes(now, before.to_dict(), CATALOGUE)} == {"prior"}


@pytest.mark.parametrize("case", CASES)
def test_rows_add_up_as_they_are_printed_brief_or_whole(case):
    before, now = (classified(*rows) for rows in CASES[case][:2])
    brief, whole = (of(now, before.to_dict(), CATALOGUE) for of in (change_brief, change_table))
    assert [str(cell) for cell in brief.rows[-1][1:]] == [str(cell) for cell in whole.rows[-1][3:]]
    for rows, first in ((brief.rows, 1), (whole.rows, 3)):
        for column in (first, first + 1):
            shown = [float(row[column].replace("\N{MINUS SIGN}", "-")) for row in rows]
            assert sum(shown[:-1]) == pytest.approx(shown[-1], abs=1e-9)
    assert len(brief.rows) <= 7
