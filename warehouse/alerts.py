"""What each channel of the alerts was last told: kept after it was told, so that a killed run tells it again."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

import duckdb

from warehouse.facts import utc

_KEEP = """
MERGE INTO alert USING (
    SELECT ? AS channel, ?::TIMESTAMP AS told_at, ? AS run_id, ? AS assessment_id, ?::JSON AS standing
) AS told USING (channel)
WHEN MATCHED THEN UPDATE SET told_at = told.told_at, run_id = told.run_id, assessment_id = told.assessment_id,
    standing = told.standing
WHEN NOT MATCHED THEN INSERT BY NAME
"""


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
    standing = json.dumps(dict(told.standing), ensure_ascii=False)
    connection.execute(_KEEP, [channel, utc(told_at), run_id, told.assessment_id, standing])
