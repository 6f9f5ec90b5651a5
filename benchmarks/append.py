"""How long it takes to append facts, beside a plain INSERT of the same Arrow table.

    python benchmarks/append.py [ROWS ...]

Each size goes into an empty warehouse on disk. "again" keeps the same rows once more, "next vintage" a later value of
every key on top of them.
"""

import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd

from metrics.observation import COLUMNS, Judgement
from warehouse.connection import live
from warehouse.facts import as_arrow, as_of, keep
from warehouse.home import Home
from warehouse.landing import Landed

SIZES = (10_000, 100_000, 1_000_000)
VINTAGES = 4
NOW = datetime(2026, 10, 10, tzinfo=UTC)


def main() -> None:
    print(
        f"{'rows':>10} {'INSERT':>9} {'append':>9} {'ratio':>6} {'again':>9} {'next vintage':>13} {'as-of':>9}  seconds"
    )
    sizes = [int(size) for size in sys.argv[1:]] or SIZES
    appended = [measure(size) for size in sizes]
    for (small, before), (large, after) in pairwise(appended):
        print(f"{small:,} -> {large:,} rows: append takes {after / before:.1f} times as long")


def measure(rows: int) -> tuple[int, float]:
    frame, later = observations(rows), observations(rows, first_day="2021-01-01")
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder))
        home.prepare()
        with live(home) as connection:
            connection.execute(f"CREATE TABLE plain AS SELECT {', '.join(COLUMNS)} FROM fact_observation LIMIT 0")
            connection.register("frame", as_arrow(frame))
            insert = seconds(
                lambda: connection.execute(f"INSERT INTO plain SELECT {', '.join(COLUMNS)} FROM frame").fetchall()
            )
            append = seconds(lambda: keep(connection, landed("a"), judged(frame), at=NOW))
            again = seconds(lambda: keep(connection, landed("b"), judged(frame), at=NOW))
            vintage = seconds(lambda: keep(connection, landed("c"), judged(later), at=NOW))
            read = seconds(lambda: as_of(connection, NOW.date()))
    print(
        f"{rows:>10,} {insert:>9.3f} {append:>9.3f} {append / insert:>6.1f} {again:>9.3f} {vintage:>13.3f} {read:>9.3f}"
    )
    return rows, append


def seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def landed(letter: str) -> Landed:
    return Landed(letter * 64, "bench", "bench.csv", "", NOW, 0, new=True)


def judged(frame: pd.DataFrame) -> Judgement:
    return Judgement(frame, pd.DataFrame(columns=["line", "indicator", "rule", "reason", "row"]))


def observations(rows: int, first_day: str = "2020-01-01") -> pd.DataFrame:
    """Values of a quarter as many keys, each in four vintages, with a citation of their own."""
    key = np.arange(rows) // VINTAGES
    days = pd.Timestamp(first_day) + pd.to_timedelta(np.arange(rows) % VINTAGES, unit="D")
    frame = pd.DataFrame(
        {
            "source": "bench",
            "indicator": pd.Series(key % 50).astype(str).radd("indicator_"),
            "subject": pd.Series(key // 50 % 1000).astype(str).radd("subject "),
            "definition": "new lines in release",
            "method": "telemetry",
            "observed_on": pd.Timestamp("2000-01-01") + pd.to_timedelta(key // 50_000, unit="D"),
            "known_since": days,
            "value": np.random.default_rng(1).random(rows),
            "value_low": np.nan,
            "value_high": np.nan,
            "interval": "",
            "n": np.nan,
            "citation": "Somebody et al. 2025",
            "citation_url": pd.Series(key).astype(str).radd("https://example.org/"),
            "corroboration": 1.0,
            "confidence": "high",
            "note": "",
        }
    )
    dates = {"observed_on": "datetime64[us]", "known_since": "datetime64[us]"}
    return frame[list(COLUMNS)].astype(dates)


if __name__ == "__main__":
    main()
