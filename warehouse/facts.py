"""Facts: what was said of which day, known since when. Only ever appended; as-of reads.

Judging rows happens before, forming series after. Why facts are kept this way: docs/decisions/0001-facts.md.
"""

# ruff: noqa: S608 -- statements are composed of this project's own names; every value is a parameter.

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import NamedTuple

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa

from metrics.observation import COLUMNS, DATES, KEY, PAYLOAD, Judgement
from warehouse import details, quarantine
from warehouse.landing import Landed

FACT_COLUMNS = (*COLUMNS, "fact_id", "sha256")
"""Columns of every frame of facts, in order."""

_DESCRIPTION = [column for column in COLUMNS if column not in (*KEY, *PAYLOAD, "known_since")]


class Kept(NamedTuple):
    """What became of the rows of a file: read = new + known + revised + withdrawn + quarantined."""

    read: int
    accepted: int
    """Rows that are facts now: new + known + revised + withdrawn; accepted + quarantined = read."""
    quarantined: int
    new: int
    """Nothing had been said of it up to that day."""
    known: int
    """It was believed on that day already."""
    revised: int
    """Another value than the one believed on that day."""
    withdrawn: int
    republished: int
    """Contradicts what was known since the same day; among the quarantined."""


class History(NamedTuple):
    """Everything a source ever said of what one fact is about."""

    known_since: date
    """Day of the fact that was asked for."""
    facts: pd.DataFrame
    """FACT_COLUMNS, known_until, name, url and fetched_at, in order of known_since; restatements are left out."""


def _list(columns: tuple[str, ...] | list[str], table: str = "") -> str:
    prefix = f"{table}." if table else ""
    return ", ".join(f'{prefix}"{column}"' for column in columns)


def _same(columns: tuple[str, ...] | list[str], left: str, right: str) -> str:
    return " AND ".join(f'{left}."{column}" IS NOT DISTINCT FROM {right}."{column}"' for column in columns)


# The unit separator, chr(31), keeps ("a", "bc") and ("ab", "c") apart.
_KEY_ID = "md5_number(concat_ws(chr(31), source, indicator, subject, definition, method, observed_on::DATE::VARCHAR))"

_ARRIVING = f"""
CREATE OR REPLACE TEMP TABLE arriving AS
SELECT position, {_KEY_ID} AS key_id, known_since::DATE AS known_since, {_list(PAYLOAD)} FROM delivered
"""

# A lake keeps key_id as text; in the live database the cast is none.
_STORED = f"""
CREATE OR REPLACE TEMP TABLE stored AS
SELECT place, batch, key_id, known_since, {_list(PAYLOAD)}, sha256,
    (landing.fetched_at, sha256) <= ($fetched_at, $sha256) AS is_earlier
FROM (SELECT rowid AS place, * REPLACE (key_id::UHUGEINT AS key_id) FROM fact_observation) AS fact
JOIN landing USING (source, sha256) SEMI JOIN arriving USING (key_id)
QUALIFY batch = max(batch) OVER (PARTITION BY key_id, known_since)
"""

# What was known since the same day decides: the stored fact, else the first row of this file.
_MET = f"""
CREATE OR REPLACE TEMP TABLE met AS
WITH firsts AS (
    SELECT key_id, known_since, min(position) AS position, count(*) AS times FROM arriving GROUP BY ALL
), repeated AS (
    SELECT arriving.* FROM arriving SEMI JOIN (FROM firsts WHERE times > 1) AS first USING (position)
)
SELECT arriving.*, stored.place, stored.is_earlier, firsts.position AS first_position,
    CASE
        WHEN stored.place IS NOT NULL AND {_same(PAYLOAD, "arriving", "stored")} THEN 'restated'
        WHEN stored.place IS NOT NULL THEN 'republished'
        WHEN arriving.position = firsts.position THEN 'appended'
        WHEN {_same(PAYLOAD, "arriving", "repeated")} THEN 'repeated'
        ELSE 'republished'
    END AS outcome
FROM arriving
JOIN firsts ON firsts.key_id = arriving.key_id AND firsts.known_since = arriving.known_since
LEFT JOIN repeated ON repeated.position = firsts.position
LEFT JOIN stored ON stored.key_id = arriving.key_id AND stored.known_since = arriving.known_since
"""

_APPEND = f"""
INSERT INTO fact_observation ({_list(COLUMNS)}, sha256, key_id, batch)
SELECT {_list(COLUMNS, "delivered")}, $sha256, key_id, $batch
FROM delivered JOIN met USING (position)
WHERE outcome = 'appended'
"""

# A row that says what its fact says already is kept too when a later file describes it otherwise (a mended citation),
# or, so that the order of arrival leaves no trace, when its file's hash is the smaller one.
_DESCRIBE = f"""
INSERT INTO fact_observation ({_list(COLUMNS)}, sha256, key_id, batch)
SELECT {_list(COLUMNS, "delivered")}, $sha256, fact.key_id, $batch
FROM delivered JOIN met USING (position) JOIN fact_observation AS fact ON fact.rowid = met.place
WHERE outcome = 'restated'
    AND CASE WHEN {_same(_DESCRIPTION, "delivered", "fact")} THEN $sha256 < fact.sha256 ELSE met.is_earlier END
"""

# A lake has no keys, without which INSERT OR REPLACE replaces nothing.
_RECORD = """
MERGE INTO landing USING (
    SELECT ? AS source, ? AS sha256, ? AS name, ? AS url, ?::TIMESTAMP AS fetched_at, ?::BIGINT AS size_bytes,
        ?::TIMESTAMP AS kept_at, ?::BIGINT AS rows_read, ?::BIGINT AS rows_accepted
) AS file USING (source, sha256)
WHEN MATCHED THEN UPDATE SET name = file.name, url = file.url, fetched_at = file.fetched_at,
    size_bytes = file.size_bytes, kept_at = file.kept_at, rows_read = file.rows_read,
    rows_accepted = file.rows_accepted
WHEN NOT MATCHED THEN INSERT BY NAME
"""

# Believed before: the latest that was said of the key earlier than the row's own day, in the table or in this file.
_COUNT = f"""
WITH said AS (
    SELECT key_id, known_since, {_list(PAYLOAD)} FROM met WHERE outcome = 'appended'
    UNION ALL
    SELECT key_id, known_since, {_list(PAYLOAD)} FROM stored
), compared AS (
    SELECT met.interval, before.key_id IS NULL AS is_first, {_same(PAYLOAD, "met", "before")} AS is_same
    FROM met ASOF LEFT JOIN said AS before ON before.key_id = met.key_id AND before.known_since < met.known_since
    WHERE outcome = 'appended'
)
SELECT count(*) FILTER (NOT is_same AND interval = 'withdrawn'),
    count(*) FILTER (is_first AND interval <> 'withdrawn'),
    count(*) FILTER (NOT is_first AND NOT is_same AND interval <> 'withdrawn'),
    (SELECT count(*) FROM met WHERE outcome = 'republished')
FROM compared
"""


def keep(connection: duckdb.DuckDBPyConnection, landed: Landed, judgement: Judgement, *, at: datetime) -> Kept:
    """Append what a file says, all of it or nothing: landing, facts and quarantine in one transaction.

    Keeping a file again adds nothing; its quarantined rows are replaced by those of this judgement. Vintages may
    arrive in any order. Said again with the same day but another value, a row is quarantined.

    Args:
        connection: the live database.
        landed: the file the rows came in.
        judgement: what the judge made of its rows.
        at: the instant, for the record.
    """
    with transaction(connection):
        read, accepted = len(judgement.accepted) + len(judgement.rejected), len(judgement.accepted)
        _record(connection, landed, read, accepted, at)
        quarantine.replace(connection, landed, judgement.rejected)
        withdrawn, new, revised, republished = _append(connection, landed, judgement.accepted)
        details.replace(connection, landed, judgement.details)
    accepted -= republished
    known = accepted - new - revised - withdrawn
    return Kept(read, accepted, read - accepted, new, known, revised, withdrawn, republished)


@contextmanager
def transaction(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """All of what is done inside, or nothing."""
    connection.execute("BEGIN")
    try:
        yield
    except BaseException:
        connection.rollback()
        raise
    connection.execute("COMMIT")


def utc(instant: datetime) -> datetime:
    """As the tables hold it: UTC, without saying so."""
    return instant.astimezone(UTC).replace(tzinfo=None)


def _record(connection: duckdb.DuckDBPyConnection, landed: Landed, read: int, accepted: int, at: datetime) -> None:
    file = [landed.source, landed.sha256, landed.name, landed.url, utc(landed.fetched_at), landed.size]
    connection.execute(_RECORD, [*file, utc(at), read, accepted])


def _append(connection: duckdb.DuckDBPyConnection, landed: Landed, accepted: pd.DataFrame) -> tuple[int, ...]:
    """Counts of withdrawn, new, revised and republished rows."""
    file = {"sha256": landed.sha256, "fetched_at": utc(landed.fetched_at)}
    kept = {"sha256": landed.sha256, "batch": _next_batch(connection)}
    connection.register("delivered", as_arrow(accepted))
    try:
        connection.execute(_ARRIVING)
        connection.execute(_STORED, file)
        connection.execute(_MET)
        quarantine.add_republished(connection, landed)
        connection.execute(_APPEND, kept)
        connection.execute(_DESCRIBE, kept)
        return tuple(connection.execute(_COUNT).fetchall()[0])
    finally:
        connection.unregister("delivered")
        for table in ("arriving", "stored", "met"):
            connection.execute(f"DROP TABLE IF EXISTS {table}")


def as_arrow(accepted: pd.DataFrame) -> pa.Table:
    """The frame with its row numbers as `position`; NaN becomes null, which SQL can compare and average."""
    table = pa.Table.from_pandas(accepted[list(COLUMNS)], preserve_index=False)
    return table.append_column("position", pa.array(np.arange(len(accepted))))


def _next_batch(connection: duckdb.DuckDBPyConnection) -> int:
    ((latest,),) = connection.execute("SELECT coalesce(max(batch), 0) FROM fact_observation").fetchall()
    return int(latest) + 1


def as_of(connection: duckdb.DuckDBPyConnection, day: date) -> pd.DataFrame:
    """What was believed on a day: FACT_COLUMNS, one row a key, in order of key. Withdrawn values are gone."""
    return _frame(connection, f"SELECT * FROM observation_as_of($day) ORDER BY {_list(KEY)}", {"day": day})


def every(connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """All facts, revisions and withdrawals among them: FACT_COLUMNS, in order of key and known_since."""
    return _frame(connection, ORDERED, {})


def said(connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """All that was ever said, restatements too: observation.COLUMNS. Only here does it show who listed what, when."""
    query = f"""SELECT {_list(COLUMNS)} FROM fact_observation
        QUALIFY batch = max(batch) OVER (PARTITION BY key_id, known_since) ORDER BY {_list(KEY)}, known_since"""
    return _frame(connection, query, {})


ORDERED = f"SELECT {_list(FACT_COLUMNS)} FROM fact ORDER BY {_list(KEY)}, known_since"
"""The facts in the one order in which they are exported."""


def find(connection: duckdb.DuckDBPyConnection, fact_id: str) -> History | None:
    """The history of what a fact is about, or None if there is no such fact."""
    asked = connection.execute("SELECT known_since, key_id FROM fact WHERE fact_id = ? LIMIT 1", [fact_id]).fetchall()
    if not asked:
        return None
    ((known_since, key_id),) = asked
    facts = _frame(
        connection,
        f"""SELECT {_list(FACT_COLUMNS, "fact")}, known_until, name, url, fetched_at
        FROM fact JOIN landing ON landing.source = fact.source AND landing.sha256 = fact.sha256
        WHERE key_id = $key_id ORDER BY known_since""",
        {"key_id": key_id},
    )
    return History(known_since, facts)


def _frame(connection: duckdb.DuckDBPyConnection, query: str, parameters: dict[str, object]) -> pd.DataFrame:
    frame = connection.execute(query, parameters).df()
    dates = [column for column in (*DATES, "known_until") if column in frame.columns]
    texts = [column for column in frame.columns if frame[column].dtype == object]
    return frame.astype(dict.fromkeys(dates, "datetime64[us]") | dict.fromkeys(texts, "str"))


def sha256_of(frame: pd.DataFrame) -> str:
    """Hash of the observations in a frame, whatever their order and wherever they came from."""
    ordered = frame[list(COLUMNS)].sort_values([*KEY, "known_since"], kind="stable")
    return hashlib.sha256(ordered.to_csv(index=False, date_format="%Y-%m-%d", lineterminator="\n").encode()).hexdigest()
