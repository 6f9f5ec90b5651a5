"""The catalogue and the sources as tables, so that a query can say what a number is and under which licence it comes.

Both are defined in `metrics`; the tables follow it and are never edited.
"""

# ruff: noqa: S608 -- statements are composed of this project's own names; every value is a parameter.

import math
from collections.abc import Mapping, Sequence
from typing import Any

import duckdb

from metrics.indicator import Indicator
from metrics.source import Source
from warehouse.facts import transaction


def store_catalogue(
    connection: duckdb.DuckDBPyConnection, indicators: Mapping[str, Indicator], sources: Mapping[str, Source]
) -> None:
    """Make the tables indicator and source say what the catalogue and the registry say."""
    _make_equal(connection, "indicator", [_indicator(one) for one in indicators.values()])
    _make_equal(connection, "source", [_source(one) for one in sources.values()])


def _make_equal(connection: duckdb.DuckDBPyConnection, table: str, rows: Sequence[tuple[Any, ...]]) -> None:
    """Nothing is written when nothing differs, as on most days."""
    wanted = sorted(rows)
    if connection.execute(f"FROM {table} ORDER BY {table}").fetchall() == wanted:
        return
    with transaction(connection):
        connection.execute(f"DELETE FROM {table}")
        connection.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(wanted[0]))})", wanted)


def _indicator(one: Indicator) -> tuple[Any, ...]:
    bounds = (_bound(one.lower), _bound(one.upper))
    lists = (list(one.definitions), list(one.left_out_subjects))
    place = (one.dimension, one.role, one.cluster, one.series)
    text = (one.definition.strip(), one.caveats.strip())
    vintages = (one.certified_to, one.whole_vintages, list(one.whole_sources), one.airda)
    whose = one.measured_by or None
    return (one.id, one.title, one.unit, one.scale, one.direction, *bounds, *place, *lists, whose, *vintages, *text)


def _bound(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _source(one: Source) -> tuple[Any, ...]:
    return (one.id, one.title, one.publisher, one.licence, one.url, bool(one.files), one.private)
