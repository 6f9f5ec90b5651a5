"""What each channel of the alerts was last told: kept after it was told, so that a killed run tells it again."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

import duckdb

from warehouse.facts import utc


class LastTold(NamedTuple):
    """What a channel knows."""

    assessment_id: str
    standing: Mapping[str, Any]
    """What stood then, a JSON object."""


def last_told(connection: duckdb.DuckDBPyConnection, channel: str) -> LastTold | None:
    """What a channel was last told, or None: it is new."""
    rows = connection.execute("SELECT assessment_id, standing FROM alert WHERE channel = ?", [channel]).fetchall()
    return LastTold(rows[0][0], json.loads(rows[0][1])) if rows else None


def keep_told(
    connection: duckdb.DuckDBPyConnection, channel: str, told: LastTold, *, run_id: str, told_at: datetime
) -> None:
    """Keep that a channel knows what stands now."""
    connection.execute(
        "INSERT OR REPLACE INTO alert VALUES (?, ?, ?, ?, ?)",
        [channel, utc(told_at), run_id, told.assessment_id, json.dumps(dict(told.standing), ensure_ascii=False)],
    )
