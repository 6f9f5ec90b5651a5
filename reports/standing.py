"""What alerts are about, as plain data: what stands after a run, and what differs from what was last told.

How a difference reads stands in alert.py. A move of the probabilities within the same words is no difference.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Any, Literal, NamedTuple

import pandas as pd

from metrics.series import Series
from reports.comparison import ranking
from scenarios import Assessment
from scenarios.assessment import in_plain_types
from scenarios.tripwires import Tripwires

Standing = Mapping[str, Any]
"""A JSON object: `as_of`, `verdict`, `markers`, `values`, `crossings`, `sources`."""

Kind = Literal["verdict", "marker", "tripwire", "source"]

KINDS: tuple[Kind, ...] = ("verdict", "marker", "tripwire", "source")
"""In the order in which they are told."""

LEADS_AT = 0.5
"""Of the levels of a tripwire the one that is told: from there on a future is more probable than both others."""


class Difference(NamedTuple):
    """One thing that is otherwise than it was last told."""

    kind: Kind
    id: str
    """Of the marker, series or source; empty for the verdict."""
    was: Any
    now: Any


def standing(
    assessment: Assessment, sources: pd.DataFrame, failing: Collection[str], wires: Tripwires | None
) -> dict[str, Any]:
    """What stands after a run.

    Args:
        assessment: of today.
        sources: record.SOURCE_COLUMNS, one row a source.
        failing: ids of the sources that gave nothing when they were last ingested.
        wires: which next values would put another future first; None leaves tripwires out.
    """
    plain: dict[str, Any] = in_plain_types(
        {
            "as_of": assessment.as_of,
            "verdict": {"kind": assessment.verdict.kind, "scenario": assessment.verdict.scenario},
            "markers": {marker.id: marker.status for marker in assessment.markers},
            "values": [_last(series) for series in assessment.series],
            "crossings": list(_crossings(wires)) if wires else [],
            "sources": {row["id"]: _health(row, failing) for row in sources.to_dict("records")},
        }
    )
    return plain


def differences(before: Standing, now: Standing) -> list[Difference]:
    """Everything that is otherwise, the verdict first; what one of the two does not know is no difference."""
    verdict = [] if before["verdict"] == now["verdict"] else [("", before["verdict"], now["verdict"])]
    return [
        *(Difference("verdict", *one) for one in verdict),
        *(Difference("marker", *one) for one in _changed(before["markers"], now["markers"])),
        *(Difference("tripwire", *one) for one in _crossed(before["crossings"], now["values"])),
        *(Difference("source", *one) for one in _changed(before["sources"], now["sources"]) if _is_news(*one[1:])),
    ]


def _last(series: Series) -> dict[str, Any]:
    indicator, subject, definition = series.key
    name = {"indicator": indicator, "subject": subject, "definition": definition}
    return {**name, "observed_on": series.observed_on[-1], "value": float(series.value[-1])}


def _crossings(wires: Tripwires) -> Iterator[dict[str, Any]]:
    """Values of each series' next point from which a future leads that does not lead now."""
    leader = ranking(wires.probabilities)[0]
    for wire in wires.wires:
        for region in wire.regions:
            if region.scenario != leader and region.level == LEADS_AT:
                yield {
                    **{key: getattr(wire, key) for key in ("indicator", "subject", "definition", "title", "unit")},
                    "last_on": wire.last_on,
                    "leader": leader,
                    "scenario": region.scenario,
                    "low": region.low,
                    "high": region.high,
                }


def _health(row: Mapping[Any, Any], failing: Collection[str]) -> dict[str, str]:
    health = "failing" if row["id"] in failing else "unknown" if not row["n"] else "late" if row["stale"] else "good"
    return {"health": health, "said": row["stale"]}


def _changed(before: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    return ((key, before[key], now[key]) for key in before if key in now and before[key] != now[key])


def _is_news(was: Mapping[str, str], now: Mapping[str, str]) -> bool:
    """A day more of the same trouble is none; nor is the first fact of a source of which nothing was known."""
    return was["health"] != now["health"] and "unknown" not in (
        now["health"],
        was["health"] * (now["health"] == "good"),
    )


def _crossed(crossings: list[dict[str, Any]], values: list[dict[str, Any]]) -> Iterator[tuple[str, Any, Any]]:
    """The regions that a value newer than they are lies in."""
    latest = {_key(one): one for one in values}
    for crossing in crossings:
        value = latest.get(_key(crossing))
        if value and value["value"] is not None and value["observed_on"] > crossing["last_on"]:
            above = crossing["low"] is None or value["value"] >= crossing["low"]
            if above and (crossing["high"] is None or value["value"] <= crossing["high"]):
                yield crossing["indicator"], crossing, value


def _key(row: Mapping[str, Any]) -> tuple[str, ...]:
    return (row["indicator"], row["subject"], row["definition"])
