"""What is left out of a record: sources and organisations, with what they leave behind formed anew."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from metrics.indicator import Catalogue, Indicator
from scenarios import classify
from scenarios.classifier import classify_judged
from scenarios.intake import take_in

NAMES = ("horizon", "index", "output", "kernels", "taste", "review")


def catalogue():
    made = {
        name: Indicator(id=name, title=name.title(), unit="times", scale="log", lower=0.0, cluster=name)
        for name in NAMES
    }
    made["horizon"] = replace(made["horizon"], series="frontier")
    return Catalogue(made, origin="test.toml", sha256="", own=False)


def record():
    """Six curves; models of two makers take turns on the horizon, the second always a little behind."""
    rows = []
    for at, name in enumerate(NAMES):
        for i, on in enumerate(pd.date_range("2023-02-01", "2026-02-01", periods=8).normalize()):
            value = float(np.exp(0.5 * i + 0.1 * np.sin(9 * i + at)))
            rows.append((name, on, value, "A lab", "second" if at > 3 else "first"))
    frame = pd.DataFrame(rows, columns=["indicator", "observed_on", "value", "subject", "source"])
    ours = frame["indicator"] == "horizon"
    frame.loc[ours, "subject"] = [f"GPT-{i}" for i in range(8)]
    behind = frame[ours].assign(
        subject=[f"claude {i}" for i in range(8)],
        value=frame.loc[ours, "value"] * 0.9,
        observed_on=frame.loc[ours, "observed_on"] + pd.Timedelta(days=20),
    )
    return pd.concat([frame, behind], ignore_index=True)


def assessed(rows, known, **changes):
    """The assessment of facts, which say whose file they came in; a table of one's own cannot."""
    judged = take_in(rows.drop(columns="source"), known).assign(source=rows["source"].to_numpy())
    return classify_judged(judged, known, **changes)


@pytest.fixture(scope="module")
def checks():
    return {(check.kind, check.label): check for check in classify(record(), catalogue()).leave_one_out}


def test_leaving_an_organisation_out_is_classifying_without_its_rows(checks):
    rows = record()
    without = classify(rows[~rows["subject"].str.startswith("GPT")], catalogue(), sensitivity=False)
    check = checks["organisation", "without OpenAI"]
    assert check.probabilities == pytest.approx(without.probabilities)
    assert (check.n_series, check.detail) == (6, {"organisation": "OpenAI"})


def test_an_organisation_that_never_leads_is_not_left_out(checks):
    assert [label for kind, label in checks if kind == "organisation"] == ["without OpenAI"]


def test_a_source_of_one_indicator_alone_is_not_left_out_twice():
    rows = record().assign(source=lambda frame: frame["source"].where(frame["indicator"] != "review", "third"))
    made = assessed(rows, catalogue()).leave_one_out
    without = classify(rows[rows["indicator"] != "taste"], catalogue(), sensitivity=False)
    probabilities = {check.label: check.probabilities for check in made if check.kind in ("source", "indicator")}
    assert probabilities["without Taste"] == pytest.approx(without.probabilities)
    # "second" is Taste alone, "third" Review alone: neither is left out twice; without "first" too little is left.
    assert [check.label for check in made if check.kind == "source"] == []


def test_a_source_of_several_series_is_left_out_as_one():
    rows = pd.concat(
        [record(), record().query("indicator in ('index', 'output')").assign(indicator=lambda f: f["indicator"] + "2")]
    ).assign(source=lambda frame: np.where(frame["indicator"].str.endswith("2"), "extra", "main"))
    known = catalogue()
    more = Catalogue(
        dict(known) | {f"{name}2": replace(known[name], id=f"{name}2") for name in ("index", "output")},
        origin="test.toml",
        sha256="",
        own=False,
    )
    check = next(check for check in assessed(rows, more).leave_one_out if check.kind == "source")
    assert (check.label, check.detail, check.n_series) == ("without extra", {"source": "extra"}, 6)
    expected = classify(record(), known, sensitivity=False).probabilities
    assert check.probabilities == pytest.approx(expected)


def test_what_one_organisation_measures_is_left_out_together():
    known = catalogue()
    measured = {
        name: replace(one, measured_by={"taste": "METR", "review": "METR"}.get(name, "")) for name, one in known.items()
    }
    more = {f"{name}2": replace(known[name], id=f"{name}2") for name in ("index", "output")}
    rows = record()
    extra = rows.query("indicator in ('index', 'output')").assign(indicator=lambda f: f["indicator"] + "2")
    every = Catalogue(measured | more, origin="test.toml", sha256="", own=False)
    made = classify(pd.concat([rows, extra]), every).leave_one_out
    (check,) = [check for check in made if check.kind == "source"]
    assert (check.label, check.detail, check.n_series) == ("without what METR measures", {"source": "METR"}, 6)
    rest = pd.concat([rows[~rows["indicator"].isin(["taste", "review"])], extra])
    assert check.probabilities == pytest.approx(classify(rest, every, sensitivity=False).probabilities)
