"""What was concluded from the facts: assessments, each stored once with the hashes of what it stands on.

An assessment comes and goes as the document that `threefutures classify --json` prints; how it is reached is not known
here.
"""

# ruff: noqa: S608 -- statements are composed of this project's own names; every value is a parameter.

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import duckdb
import pyarrow as pa

from warehouse.facts import transaction, utc

Connection = duckdb.DuckDBPyConnection

CHECKS = ("window_sweep", "leave_one_out", "prior_variants")
"""Keys of the document that hold checks, in the order they are stored."""

SCENARIOS = ("stall", "compounding", "recursive")
"""Keys of the document's shares and weights, and columns of the tables."""

OWN = "own"
"""Name of every prior that is no preset."""

SAME = 1e-5
"""Weights of a prior are stored rounded; nearer than this they are the same."""

_IDENTITY = ("as_of", "first_date", "leave_out", "prior", "facts", "model")

_INSERT_ASSESSMENT = """
INSERT INTO assessment BY NAME
SELECT $assessment_id AS assessment_id, $as_of::DATE AS as_of, $prior AS prior,
    $stall AS stall, $compounding AS compounding, $recursive AS recursive,
    $verdict AS verdict, $scenario AS scenario, $words AS words, $none_fits AS none_fits,
    $checks AS checks, $facts AS facts, $facts_sha256 AS facts_sha256,
    $model_version AS model_version, $model_sha256 AS model_sha256,
    $run_id AS run_id, $stored_at AS stored_at, $document::JSON AS document
"""


def store_assessment(
    connection: duckdb.DuckDBPyConnection, document: Mapping[str, Any], *, run_id: str, stored_at: datetime
) -> str:
    """Store an assessment with its evidence, checks and markers; returns its id.

    The same day, facts, model and choices are one assessment: stored a second time, the first stays.
    """
    assessment_id = _short(*(document.get(key) for key in _IDENTITY))
    with transaction(connection):
        if not _exists(connection, assessment_id):
            connection.execute(_INSERT_ASSESSMENT, _assessment(document, assessment_id, run_id, stored_at))
            _insert(connection, "evidence", assessment_id, map(_evidence, document["evidence"]))
            _insert(connection, "sensitivity_check", assessment_id, map(_check, _checks(document)))
            _insert(connection, "marker", assessment_id, map(_marker, document["markers"]))
    return assessment_id


def stored(connection: duckdb.DuckDBPyConnection, document: Mapping[str, Any]) -> dict[str, Any] | None:
    """What is stored of the same day, facts, model and prior, with all that was added to it; or None."""
    return _document(connection, "assessment_id = ?", [_short(*(document.get(key) for key in _IDENTITY))])


def latest(connection: duckdb.DuckDBPyConnection) -> dict[str, Any] | None:
    """The document of the latest day's assessment, or None."""
    return _document(connection, "true", [])


def document(connection: duckdb.DuckDBPyConnection, assessment_id: str) -> dict[str, Any] | None:
    """The document of an assessment, or None if there is no such one."""
    return _document(connection, "assessment_id = ?", [assessment_id])


def previous_assessment(
    connection: duckdb.DuckDBPyConnection,
    before: date,
    *,
    prior: str = "uniform",
    weights: Mapping[str, float] | None = None,
    first_date: date | None = None,
    leave_out: Sequence[str] = (),
) -> dict[str, Any] | None:
    """The document of the last assessment as of an earlier day with the same choices, or None.

    Args:
        connection: the live database or the snapshot.
        before: the day.
        prior: name of the prior.
        weights: its weights by future. They tell priors of one's own apart, which all have the name "own"; without
            them such a prior has no previous assessment.
        first_date: from which values count; None is whatever it was.
        leave_out: indicators without a vote, in order.
    """
    own = weights if prior == OWN else None
    if prior == OWN and own is None:
        return None
    wanted: list[tuple[str, Any]] = [("as_of < ?", before), ("prior = ?", prior)]
    wanted.append(("coalesce(document->'$.leave_out', '[]')::VARCHAR = ?::JSON::VARCHAR", json.dumps(list(leave_out))))
    if first_date:
        wanted.append(("document->>'$.first_date' = ?", first_date.isoformat()))
    if own:
        stored = "(document->>'$.prior.weights.{}')::DOUBLE"
        wanted += [(f"abs({stored.format(one)} - ?) < {SAME}", own[one]) for one in SCENARIOS]
    conditions, parameters = zip(*wanted, strict=True)
    return _document(connection, " AND ".join(conditions), list(parameters))


def _document(connection: duckdb.DuckDBPyConnection, where: str, parameters: list[Any]) -> dict[str, Any] | None:
    rows = connection.execute(
        f"SELECT document FROM assessment WHERE {where} ORDER BY as_of DESC, stored_at DESC, assessment_id LIMIT 1",
        parameters,
    ).fetchall()
    return dict(json.loads(rows[0][0])) if rows else None


def _exists(connection: duckdb.DuckDBPyConnection, assessment_id: str) -> bool:
    rows = connection.execute("SELECT 1 FROM assessment WHERE assessment_id = ?", [assessment_id]).fetchall()
    return bool(rows)


def _short(*parts: object) -> str:
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:12]


def _checks(document: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Those that change a choice: the default may stand among the others for comparison."""
    every = [check for key in CHECKS for check in document.get(key) or ()]
    return [check for check in every if check.get("detail", {}).get("default") != "true"]


def _assessment(
    document: Mapping[str, Any], assessment_id: str, run_id: str, stored_at: datetime
) -> dict[str, str | int | float | bool | datetime | None]:
    verdict, facts, model = document["verdict"], document["facts"], document["model"]
    return {
        "assessment_id": assessment_id,
        "as_of": document["as_of"],
        "prior": document["prior"]["name"],
        **_by_scenario(document["probabilities"]),
        "verdict": verdict["kind"].replace("_", " "),
        "scenario": verdict["scenario"],
        "words": verdict["words"],
        "none_fits": document["none_fits"],
        "checks": len(_checks(document)),
        "facts": facts["n"],
        "facts_sha256": facts["sha256"],
        "model_version": model["version"],
        "model_sha256": model["sha256"],
        "run_id": run_id,
        "stored_at": utc(stored_at),
        "document": json.dumps(document, ensure_ascii=False),
    }


def _by_scenario(numbers: Mapping[str, float]) -> dict[str, float]:
    return {scenario: numbers[scenario] for scenario in SCENARIOS}


def _evidence(row: Mapping[str, Any]) -> dict[str, Any]:
    texts = {key: row.get(key, "") for key in ("indicator", "title", "subject", "definition", "cluster")}
    rest = {key: row.get(key) for key in ("n", "weight", "capped", "first_on", "last_on")}
    return texts | rest | _by_scenario(row["decibans"])


def _check(check: Mapping[str, Any]) -> dict[str, Any]:
    choice = {"kind": check["kind"], "label": check["label"], "n_series": check.get("n_series")}
    detail = json.dumps(check.get("detail", {}), ensure_ascii=False)
    return choice | {"detail": detail} | _by_scenario(check["probabilities"])


def _marker(marker: Mapping[str, Any]) -> dict[str, Any]:
    texts = ("scenario", "title", "indicator", "threshold", "status", "value_text", "citation")
    rest = {"marker_id": marker["id"], "value": marker.get("value"), "observed_on": marker.get("observed_on")}
    return {key: marker.get(key, "") for key in texts} | rest


def _insert(
    connection: duckdb.DuckDBPyConnection, table: str, assessment_id: str, rows: Iterable[dict[str, Any]]
) -> None:
    numbered = [{"assessment_id": assessment_id, "position": position} | row for position, row in enumerate(rows)]
    if not numbered:
        return
    connection.register("parts", pa.Table.from_pylist(numbered))
    try:
        connection.execute(f"INSERT INTO {table} BY NAME SELECT * FROM parts")
    finally:
        connection.unregister("parts")
