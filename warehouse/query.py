"""Questions in SQL to the published snapshot: read-only, bounded in time and memory, without access to files."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, NamedTuple

import duckdb

from metrics.errors import UsageError, WarehouseError
from warehouse.connection import snapshot
from warehouse.home import Home

READING = {duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN, duckdb.StatementType.PRAGMA}
"""FROM, VALUES, WITH, DESCRIBE, SUMMARIZE and SHOW are SELECT."""


class Answer(NamedTuple):
    """Rows of one statement."""

    columns: tuple[str, ...]
    types: tuple[str, ...]
    """DuckDB's names: VARCHAR, DOUBLE, DATE."""
    rows: list[tuple[Any, ...]]
    complete: bool
    """Whether these are all rows."""
    seconds: float
    published_at: datetime
    """When the snapshot was published (UTC)."""
