"""Replays: what would have been said on many dates, stored as the document that `threefutures replay --json` prints."""

import hashlib
import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import duckdb
import pyarrow as pa

from warehouse.facts import transaction, utc

SCENARIOS = ("stall", "compounding", "recursive")


def store_replay(connection: duckdb.DuckDBPyConnection, document: Mapping[str, Any], *, stored_at: datetime) -> str:
    """Store a replay, one row a date; returns its id. The same replay stored again replaces itself."""
    steps = document["steps"]
    replay_id = _id(document)
    rows = [_row(document, step) | {"replay_id": replay_id, "stored_at": utc(stored_at)} for step in steps]
    with transaction(connection):
        connection.execute("DELETE FROM replay WHERE replay_id = ?", [replay_id])
        connection.register("steps", pa.Table.from_pylist(rows))
        try:
            connection.execute("INSERT INTO replay BY NAME FROM steps")
        finally:
            connection.unregister("steps")
    return replay_id


def latest_replay(
    connection: duckdb.DuckDBPyConnection, *, prior: str = "uniform", until: date | None = None
) -> dict[str, Any] | None:
    """The replay stored last of what was public on each date, as a document; None where there is none.

    Args:
        connection: the live database or the snapshot.
        prior: its name.
        until: steps of later dates are left out.
    """
    rows = connection.execute(_LATEST, {"prior": prior, "until": until}).fetchall()
    if not rows:
        return None
    steps = [json.loads(document) for document, _ in rows]
    model = {"sha256": rows[0][1]}
    return {"clock": "known", "hindsight": False, "prior": {"name": prior}, "steps": steps, "model": model}


_LATEST = """
WITH told AS (
    FROM replay WHERE clock = 'known' AND prior = $prior AND ($until IS NULL OR as_of <= $until::DATE)
)
SELECT document, model_sha256
FROM told
WHERE replay_id = (SELECT replay_id FROM told ORDER BY stored_at DESC, replay_id LIMIT 1)
ORDER BY as_of
"""


def _id(document: Mapping[str, Any]) -> str:
    days = [(step["as_of"], step["facts"]["sha256"]) for step in document["steps"]]
    choices = [document.get(key) for key in ("prior", "first_date", "leave_out")]
    parts = [document["clock"], choices, days, document["model"]["sha256"]]
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
        "document": json.dumps(step, ensure_ascii=False),
    }
