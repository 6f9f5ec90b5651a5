"""Small observations written by hand, and the files they came in."""

import hashlib
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

import duckdb
import numpy as np
import pandas as pd

from metrics.observation import COLUMNS, DATES, Judgement
from warehouse import facts
from warehouse.facts import Kept
from warehouse.landing import Landed

NOW = datetime(2026, 10, 10, 9, 12, tzinfo=UTC)

DEFAULTS: dict[str, Any] = {
    "source": "metr",
    "indicator": "task_horizon_p50",
    "subject": "Claude 3.7 Sonnet",
    "definition": "TH1.0",
    "method": "benchmark",
    "observed_on": "2025-02-24",
    "known_since": "2025-03-19",
    "value": np.nan,
    "value_low": np.nan,
    "value_high": np.nan,
    "interval": "",
    "n": np.nan,
    "citation": "METR 2025",
    "citation_url": "https://metr.org",
    "corroboration": 1.0,
    "confidence": "high",
    "note": "",
}


def horizon(value: float, known_since: str = "2025-03-19", **cells: Any) -> dict[str, Any]:
    """One observation of a model's task horizon, in minutes."""
    return DEFAULTS | {"value": value, "known_since": known_since} | cells


def withdrawal(known_since: str, **cells: Any) -> dict[str, Any]:
    """The publisher takes the value back."""
    return horizon(np.nan, known_since, interval="withdrawn", **cells)


def observations(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Rows as the judge hands them over."""
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    return frame.astype(dict.fromkeys(DATES, "datetime64[us]"))


def rejected(*rows: tuple[int, str, str, str, str]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=["line", "indicator", "rule", "reason", "row"])


def landed(name: str, source: str = "metr", fetched_at: datetime = NOW) -> Landed:
    """A file of that name, whose bytes are its name."""
    return Landed(hashlib.sha256(name.encode()).hexdigest(), source, name, "", fetched_at, len(name), new=True)


def append(warehouse: duckdb.DuckDBPyConnection, rows: list[dict[str, Any]], file: str | Landed = "metr.csv") -> Kept:
    """Keep rows as if they had come in a file."""
    delivery = landed(file) if isinstance(file, str) else file
    return facts.keep(warehouse, delivery, Judgement(observations(rows), rejected()), at=NOW)


def values(frame: pd.DataFrame) -> list[float]:
    return list(frame["value"])


def believed(warehouse: duckdb.DuckDBPyConnection, day: str) -> list[float]:
    return values(facts.as_of(warehouse, date.fromisoformat(day)))


def document(as_of: str = "2026-10-10", **changes: Any) -> dict[str, Any]:
    """An assessment as `threefutures classify --json` prints it."""
    shares = {"stall": 0.1, "compounding": 0.54, "recursive": 0.36}
    decibans: Mapping[str, float] = {"stall": -8.0, "compounding": 0.0, "recursive": -1.7}
    return {
        "as_of": as_of,
        "first_date": None,
        "prior": {"name": "uniform", "weights": {"stall": 1 / 3, "compounding": 1 / 3, "recursive": 1 / 3}},
        "probabilities": shares,
        "verdict": {"kind": "cannot_tell", "scenario": None, "words": "Cannot tell.", "flags": ["conflict: two"]},
        "none_fits": False,
        "evidence": [
            {
                "indicator": "eci",
                "title": "Capability index",
                "subject": "",
                "definition": "ECI",
                "cluster": "capability",
                "n": 25,
                "weight": 0.5,
                "capped": True,
                "first_on": "2023-03-14",
                "last_on": "2026-09-01",
                "decibans": decibans,
            }
        ],
        "window_sweep": [check("window", "from 2024", first_date="2024-01-01")],
        "leave_one_out": [check("indicator", "without eci", indicator="eci")],
        "prior_variants": [],
        "markers": [
            {
                "id": "week_long_tasks",
                "scenario": "recursive",
                "title": "Week-long tasks",
                "indicator": "task_horizon_p50",
                "threshold": "40 h or more",
                "status": "not reached",
                "value": 720.0,
                "value_text": "12 h",
                "observed_on": "2026-02-05",
                "citation": "METR 2026",
            }
        ],
        "facts": {"n": 803, "sha256": "f" * 64},
        "model": {"version": "0.1.0", "sha256": "a" * 64},
    } | changes


def check(kind: str, label: str, **detail: str) -> dict[str, Any]:
    """The same sum with one choice changed."""
    shares = {"stall": 0.2, "compounding": 0.5, "recursive": 0.3}
    return {"kind": kind, "label": label, "detail": detail, "probabilities": shares, "n_series": 8}
