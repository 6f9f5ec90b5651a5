"""Estimated horizons for a terminal: a line an agent, the doubling time of the frontier, what other choices give."""

import math
from collections.abc import Iterator, Mapping
from typing import Any

from metrics.estimators.estimate import FLAGS
from metrics.untrusted import plain
from reports.listing import table
from reports.quantities import DAYS_A_MONTH
from scenarios.words import value_text

UNDETERMINED = {"degenerate", "positive slope"}
"""Flags of agents whose runs do not determine a curve: no number is shown for them; the JSON has it."""

SHOWN_CHOICES = 12
"""Of a sensitivity table, the rows that move most; all are in the JSON."""


def horizons_text(document: Mapping[str, Any], *, unicode: bool, width: int | None) -> str:
    """What `threefutures horizon` prints.

    Args:
        document: as flows.horizon.horizon_document gives it.
        unicode: whether the terminal shows more than ASCII.
        width: columns of the terminal; None for as many as it needs.
    """
    rates = [horizon["success"] for horizon in document["agents"][0]["horizons"]]
    columns = ["agent", "released", "tasks", "runs", *(f"{100 * rate:g} % success" for rate in rates), "flags"]
    rows = [_row(agent, document["settings"]["certified_minutes"]) for agent in document["agents"]]
    parts = [table(columns, rows, unicode=unicode, limit=None, width=width), *_flags(document), _trend(document)]
    if moved := document.get("sensitivity"):
        parts += ["", "What other choices give (those that move a horizon most)", _choices(moved, unicode, width)]
    return "\n".join(parts)


def _row(agent: Mapping[str, Any], certified: float | None) -> list[Any]:
    told = [_horizon(horizon, certified) for horizon in agent["horizons"]]
    if UNDETERMINED & set(agent["flags"]):
        told = ["not determined"] * len(told)
    released = agent["release_date"] or ""
    return [plain(agent["agent"]), released, agent["n_tasks"], agent["n_runs"], *told, ", ".join(agent["flags"])]


def _horizon(horizon: Mapping[str, Any], certified: float | None) -> str:
    ends = " to ".join(_minutes(horizon[end]) for end in ("low", "high"))
    if "lower bound" in horizon["flags"] and certified:
        return f"at least {_minutes(certified)} (the fit: {_minutes(horizon['minutes'])}, {ends})"
    return f"{_minutes(horizon['minutes'])} ({ends})"


def _minutes(minutes: float | None) -> str:
    return "no end" if minutes is None else value_text(minutes, "minutes")


def _flags(document: Mapping[str, Any]) -> Iterator[str]:
    used = {flag for agent in document["agents"] for flag in agent["flags"]}
    yield from (f"{flag}: {meaning}" for flag, meaning in FLAGS.items() if flag in used)


def _trend(document: Mapping[str, Any]) -> str:
    doubling = document["doubling"]
    if doubling is None:
        return "No doubling time: fewer than three dated agents with a certified horizon are on the frontier."
    months, low, high = (_months(doubling[key]) for key in ("days", "low", "high"))
    since = f" since {doubling['since']}" if doubling["since"] else ""
    agents = len(doubling["frontier"])
    return f"The frontier doubles every {months} months ({low} to {high}){since}, by {agents} agents."


def _months(days: float | None) -> str:
    return "no end" if days is None else f"{days / DAYS_A_MONTH:.1f}"


def _choices(moved: list[Mapping[str, Any]], unicode: bool, width: int | None) -> str:
    finite = [row for row in moved if 0 < row["ratio"] < math.inf]
    most = sorted(finite, key=lambda row: (-max(row["ratio"], 1 / row["ratio"]), row["agent"], row["choice"]))
    columns = ["agent", "choice", "success", "horizon", "ratio"]
    rows = [
        [plain(row["agent"]), row["choice"], f"{row['success']:.0%}", _minutes(row["minutes"]), f"{row['ratio']:.2f}"]
        for row in most[:SHOWN_CHOICES]
    ]
    return table(columns, rows, unicode=unicode, limit=None, width=width)
