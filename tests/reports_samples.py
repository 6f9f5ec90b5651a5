"""A small assessment and its record, made by hand: three series, four checks, one marker."""

import math
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd

from metrics import Catalogue, Indicator
from metrics.forming import form_series
from metrics.observation import COLUMNS
from reports.record import SOURCE_COLUMNS, Record
from scenarios import Assessment
from scenarios.assessment import DEFAULT, Check, Facts, MarkerStatus, Model, Verdict
from scenarios.prior import Prior

AS_OF = date(2026, 10, 10)

CATALOGUE = Catalogue(
    {
        "horizon": Indicator(
            "horizon",
            "Task horizon",
            "minutes",
            "log",
            definition="How long a task takes a person if a model completes half of such tasks.",
            lower=0.0,
            cluster="horizon",
            series="frontier",
            airda=1,
            caveats="Software tasks alone.",
        ),
        "share": Indicator("share", "Share led by AI", "share", "logit", lower=0.0, upper=1.0, cluster="ai_rnd"),
        "run": Indicator("run", "Speed-run", "minutes", "log", direction="down", lower=0.0, cluster="runs"),
        "use": Indicator("use", "Firms using AI", "share", "logit", lower=0.0, upper=1.0, role="context", airda=6),
        "staff": Indicator("staff", "Staff", "people", "log", lower=0.0, role="context"),
    },
    origin="sample.toml",
    sha256="c" * 64,
    own=False,
)


def fact(indicator, observed_on, value, **more):
    """One observation; what is not given is as plain as it can be."""
    row = dict.fromkeys(COLUMNS, "") | {
        "source": "sample",
        "indicator": indicator,
        "method": "benchmark",
        "observed_on": pd.Timestamp(observed_on),
        "known_since": pd.Timestamp(more.pop("known_since", observed_on)),
        "value": value,
        "value_low": np.nan,
        "value_high": np.nan,
        "n": np.nan,
        "citation": "Sample report",
        "citation_url": "https://example.org/report",
        "corroboration": 2.0,
        "confidence": "high",
    }
    return row | more


FACTS = (
    fact("horizon", "2025-01-31", 60.0, subject="model a"),
    fact("horizon", "2025-07-31", 150.0, subject="model b", known_since="2025-08-01"),
    fact("horizon", "2025-07-31", 120.0, subject="model b", known_since="2025-09-01"),
    fact("horizon", "2026-01-31", 720.0, subject="model c", value_low=318.0, value_high=3960.0, interval="95%"),
    fact("share", "2026-02-28", np.nan, subject="lab", value_high=0.01, value_low=0.0, interval="bound"),
    fact("share", "2026-05-31", 0.12, subject="lab"),
    fact("share", "2026-08-31", 0.26, subject="lab"),
    fact("run", "2025-02-28", 3.0),
    fact("run", "2025-05-31", 2.9),
    fact("run", "2025-08-31", 2.8),
    fact("use", "2026-06-30", 0.18, method="survey", citation="Bureau", citation_url=""),
)


def facts(rows=FACTS):
    frame = pd.DataFrame(list(rows))[list(COLUMNS)]
    return frame.assign(fact_id=[f"f{at:03}" for at in range(len(frame))], sha256="a" * 64)


KNOWN = Catalogue(
    {
        **CATALOGUE,
        **{
            name: Indicator(name, name, unit, scale, lower=0.0, upper=upper, role="context")
            for name, unit, scale, upper in (
                ("ai_code_share", "share", "logit", 1.0),
                ("engineer_output_multiplier", "times", "log", math.inf),
                ("task_horizon_doubling_time", "days", "log", math.inf),
            )
        },
    },
    origin="sample.toml",
    sha256="c" * 64,
    own=False,
)

MORE = facts(
    (
        *(fact("ai_code_share", f"2025-0{at}-01", at / 10, subject="lab", definition="lines") for at in (1, 2, 3)),
        fact("ai_code_share", "2025-03-01", np.nan, subject="firm", definition="code", value_low=0.8, interval="bound"),
        *(fact("engineer_output_multiplier", "2025-01-01", v, subject=f"t{v}", method="rct") for v in (0.84, 1.0, 1.2)),
        *(fact("engineer_output_multiplier", "2025-01-01", v, subject=f"s{v}", method="survey") for v in (1.5, 2, 4)),
        fact("task_horizon_doubling_time", "2026-01-01", 130.0, value_low=107.0, value_high=161.0, interval="95%"),
        fact("task_horizon_doubling_time", "2026-05-01", 212.0),
    )
)
"""Published values that stand beside the evidence."""

EVIDENCE = (
    ("horizon", "Task horizon", "", "horizon", 3, 1.0, True, (-16.0, 0.0, -4.0)),
    ("run", "Speed-run", "", "runs", 3, 0.5, False, (0.0, -6.0, -8.0)),
    ("share", "Share led by AI", "lab", "ai_rnd", 3, 1.0, True, (-2.4, -2.4, 0.0)),
)


def evidence(rows=EVIDENCE):
    columns = ("indicator", "title", "subject", "cluster", "n", "weight", "capped", "decibans")
    frame = pd.DataFrame([dict(zip(columns, row, strict=True)) for row in rows])
    decibans = pd.DataFrame(frame.pop("decibans").tolist(), columns=["stall", "compounding", "recursive"])
    frame.insert(3, "definition", "")
    dates = {"first_on": np.datetime64("2025-01-31"), "last_on": np.datetime64("2026-08-31")}
    return pd.concat([frame.assign(**dates), decibans], axis=1)


def shares(stall, compounding, recursive):
    return {"stall": stall, "compounding": compounding, "recursive": recursive}


def check(kind, label, probabilities, **detail):
    return Check(kind, label, detail, probabilities, 3)


CANNOT_TELL = Verdict(
    "cannot_tell",
    None,
    "The public record does not settle which future it resembles: the answer changes with one series.",
    ("conflict: Task horizon (compounding) against Speed-run (stall), 22.0 decibans apart",),
)
NAMES = Verdict(
    "names", "compounding", "The public record resembles compounding gains: 62 in 100, and first in all 4 checks.", ()
)
LEANS = Verdict(
    "leans",
    "compounding",
    "The public record leans towards compounding gains (62 in 100); in 1 of 4 checks another future is ahead.",
    (),
)
NONE_FITS = Verdict(
    "none_fits",
    None,
    "None of the three futures describes the public record: Speed-run departs from every path for long stretches. "
    "The figures below compare poor fits.",
    (),
)
TOO_LITTLE = Verdict("too_little", None, "Too little was public on 10 October 2026: 3 series, 5 are needed.", ())


def assessment(**changes):
    """The sample: compounding first with 62 in 100, one of four checks overturned."""
    formed = form_series(facts(), CATALOGUE, as_of=AS_OF)
    sample = Assessment(
        as_of=AS_OF,
        prior=Prior("uniform", shares(1 / 3, 1 / 3, 1 / 3)),
        probabilities=shares(0.004, 0.622, 0.374),
        verdict=CANNOT_TELL,
        none_fits=False,
        evidence=evidence(),
        window_sweep=(check("window", "from 2025-01-01", shares(0.02, 0.58, 0.40), first_date="2025-01-01"),),
        leave_one_out=(
            check("indicator", "without Task horizon", shares(0.55, 0.05, 0.40), indicator="horizon"),
            check(
                "point",
                "without model c in Task horizon",
                shares(0.01, 0.80, 0.19),
                indicator="horizon",
                observed_on="2026-01-31",
                point="model c",
            ),
        ),
        prior_variants=(
            check(
                "prior",
                "uniform",
                shares(0.004, 0.622, 0.374),
                stall="0.333",
                compounding="0.333",
                recursive="0.333",
                **DEFAULT,
            ),
            check(
                "prior", "ai2027", shares(0.004, 0.622, 0.374), stall="0.100", compounding="0.450", recursive="0.450"
            ),
        ),
        markers=(
            MarkerStatus(
                "led",
                "compounding",
                "AI leads some",
                "share",
                "5 % or more",
                "reached",
                0.26,
                "26 %",
                date(2026, 8, 31),
                "ours",
            ),
            MarkerStatus("none", "recursive", "No reading", "x", "1 or more", "no data", None, "none public", None, ""),
        ),
        facts=Facts(10, "f" * 64),
        model=Model("1", "d" * 64),
        first_date=date(2023, 1, 1),
        series=formed.series,
        left_out=formed.left_out,
    )
    return replace(sample, **changes)


def too_little():
    """The sample with too few series: the classifier makes no checks then."""
    return assessment(verdict=TOO_LITTLE, window_sweep=(), leave_one_out=(), prior_variants=())


def record(**changes):
    sources = pd.DataFrame(
        [("sample", "Sample", "Nobody", "MIT", "https://example.org", 10, date(2026, 8, 31), AS_OF, "")],
        columns=pd.Index(SOURCE_COLUMNS),
    )
    quarantine = pd.DataFrame(
        [("sample", 7, "share", "within bounds", "value 1.4 is above 1", '{"value": "1.4"}')],
        columns=pd.Index(["source", "line", "indicator", "rule", "reason", "row"]),
    )
    sample = Record(facts(), quarantine, sources, CATALOGUE, versions={"python": "3.11.7"}, hashes={"code": "b" * 64})
    return replace(sample, **changes)


BEFORE = assessment(as_of=date(2026, 8, 31), probabilities=shares(0.05, 0.50, 0.45)).to_dict()
"""The document of the report before."""

FORBIDDEN = r"\b(likely|will|on track|proves?|confirms?|only|already|explosion)\b"
"""Words that no report says: the record resembles, it does not predict."""
