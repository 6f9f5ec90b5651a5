"""Replays: what would have been said on many dates, stored as the document that `threefutures replay --json` prints."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Literal

import duckdb
import pyarrow as pa

from warehouse.facts import transaction, utc
from warehouse.results import OWN, SAME, SCENARIOS

KeptBy = Literal["run", "replay"]

CHOICES = ("prior", "first_date", "leave_out")
"""Keys of a document that say how the record was judged."""

_OF_RUN = """
SELECT replay_id, any_value(head) FROM replay
WHERE kept_by = 'run' AND ($until IS NULL OR as_of <= $until::DATE)
GROUP BY replay_id ORDER BY max(as_of) DESC, max(stored_at) DESC, replay_id
"""


def store_replay(
    connection: duckdb.DuckDBPyConnection,
    document: Mapping[str, Any],
    *,
    stored_at: datetime,
    kept_by: KeptBy = "replay",
) -> str:
    """Store a replay, one row a date; returns its id. The same replay stored again replaces itself.

    Args:
        connection: the live database.
        document: the replay.
        stored_at: when, with a zone.
        kept_by: the command. Of the replays that `run` keeps, those of the same choices that end no later are replaced.
    """
    head = {key: value for key, value in document.items() if key != "steps"}
    replay_id = _id(document, kept_by)
    more = {
        "replay_id": replay_id,
        "kept_by": kept_by,
        "stored_at": utc(stored_at),
        "head": json.dumps(head, ensure_ascii=False),
    }
    with transaction(connection):
        connection.execute("DELETE FROM replay WHERE replay_id = ?", [replay_id])
        if kept_by == "run":
            _drop(connection, head, until=document["steps"][-1]["as_of"])
        connection.register("steps", pa.Table.from_pylist([_row(document, step) | more for step in document["steps"]]))
        try:
            connection.execute("INSERT INTO replay BY NAME FROM steps")
        finally:
            connection.unregister("steps")
    return replay_id


def latest_replay(
    connection: duckdb.DuckDBPyConnection,
    *,
    prior: str = "uniform",
    weights: Mapping[str, float] | None = None,
    until: date | None = None,
    first_date: date | None = None,
    leave_out: Sequence[str] = (),
) -> dict[str, Any] | None:
    """The document of the replay that `run` keeps, in the shape of `threefutures replay --json`, or None.

    Args:
        connection: the live database or the snapshot.
        prior: its name.
        weights: its weights by future; without them a prior of one's own has no replay.
        until: steps of later dates are left out.
        first_date: one that was counted from another date is not it; None takes any.
        leave_out: the indicators without a vote.
    """
    from_date = first_date.isoformat() if first_date else None
    for replay_id, text in connection.execute(_OF_RUN, {"until": until}).fetchall():
        head: dict[str, Any] = json.loads(text)
        same = list(leave_out) == head.get("leave_out", []) and from_date in (None, head["first_date"])
        if same and _is_of(head["prior"], prior, weights):
            return head | {"steps": _steps(connection, replay_id, until)}
    return None


def told_steps(connection: duckdb.DuckDBPyConnection, *, model_sha256: str) -> dict[str, dict[str, Any]]:
    """Documents of every step told by a model, by basis."""
    rows = connection.execute(
        "SELECT basis, any_value(document) FROM replay WHERE model_sha256 = ? GROUP BY basis", [model_sha256]
    ).fetchall()
    return {basis: json.loads(text) for basis, text in rows}


def _is_of(stored: Mapping[str, Any], prior: str, weights: Mapping[str, float] | None) -> bool:
    if stored["name"] != prior or prior != OWN:
        return bool(stored["name"] == prior)
    return weights is not None and all(abs(stored["weights"][one] - weights[one]) < SAME for one in SCENARIOS)


def _steps(connection: duckdb.DuckDBPyConnection, replay_id: str, until: date | None) -> list[dict[str, Any]]:
    rows = connection.execute(
        "SELECT document FROM replay WHERE replay_id = ? AND (? IS NULL OR as_of <= ?) ORDER BY as_of",
        [replay_id, until, until],
    ).fetchall()
    return [json.loads(text) for (text,) in rows]


def _drop(connection: duckdb.DuckDBPyConnection, head: Mapping[str, Any], *, until: str) -> None:
    """Delete the replays that a longer one of the same choices makes needless."""
    for replay_id, text in connection.execute(_OF_RUN, {"until": None}).fetchall():
        stored = json.loads(text)
        if all(stored.get(key) == head.get(key) for key in CHOICES):
            connection.execute(
                "DELETE FROM replay WHERE replay_id = $id"
                " AND (SELECT max(as_of) FROM replay WHERE replay_id = $id) <= $until::DATE",
                {"id": replay_id, "until": until},
            )


def _id(document: Mapping[str, Any], kept_by: KeptBy) -> str:
    parts = [document["clock"], document["prior"], [step["basis"] for step in document["steps"]], kept_by]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:12]


def _row(document: Mapping[str, Any], step: Mapping[str, Any]) -> dict[str, Any]:
    verdict = step["verdict"]
    return {
        "clock": document["clock"],
        "as_of": step["as_of"],
        "prior": document["prior"]["name"],
        "verdict": verdict["kind"].replace("_", " "),
        "scenario": verdict["scenario"],
        "words": verdict["words"],
        **{scenario: step["probabilities"][scenario] for scenario in SCENARIOS},
        **{f"{scenario}_change": step["change"][scenario] for scenario in SCENARIOS},
        "series": step["n_series"],
        "checks": step["n_checks"],
        "facts": step["facts"]["n"],
        "facts_sha256": step["facts"]["sha256"],
        "model_sha256": document["model"]["sha256"],
        "basis": step["basis"],
        "document": json.dumps(step, ensure_ascii=False),
    }
