"""Files of evaluations -> estimated horizons: `threefutures horizon`, and what `ingest` lands of Inspect logs."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from flows.given import bytes_of
from metrics import attempts
from metrics.errors import UsageError
from metrics.estimators.estimate import estimate_horizons
from metrics.estimators.sensitivity import sensitivities
from metrics.estimators.suite import Settings, suite_of
from metrics.readers import Kind, kind_of, read_attempts, read_release_dates
from metrics.readers.inspect_logs import read_inspect


@dataclass(frozen=True)
class Evaluations:
    """Where attempts are read from."""

    files: Sequence[Path]
    """Told by content: METR's runs or counts, a plain CSV, an Inspect log or a folder of them."""
    minutes: Path | None = None
    """CSV of task, family and human minutes: Inspect logs do not say how long a task takes people."""
    scorer: str = ""
    release_dates: Path | None = None


def read_evaluations(evaluations: Evaluations) -> pd.DataFrame:
    """The attempts in all files together, attempts.COLUMNS.

    Raises:
        DataError: a file cannot be read, or two of them have the same agent and task.
        UsageError: an Inspect log is given without human times.
    """
    frames = [_read(path, evaluations) for path in evaluations.files]
    together = attempts.combined(frames, names=[path.name for path in evaluations.files])
    if evaluations.release_dates is None:
        return together
    return attempts.dated(
        together, read_release_dates(bytes_of(evaluations.release_dates), name=evaluations.release_dates.name)
    )


def horizon_document(
    found: pd.DataFrame, settings: Settings, *, draws: int, seed: int, since: date | None, sensitivity: bool
) -> dict[str, Any]:
    """All that is said of the attempts, in plain types; `timing` in seconds of wall time.

    Args:
        found: attempts.COLUMNS.
        settings: of the fit.
        draws: of the bootstrap.
        seed: of the bootstrap.
        since: the trend is of agents released on this day or later.
        sensitivity: add what other choices would have given.
    """
    started = time.perf_counter()
    suite = suite_of(found)
    document = estimate_horizons(suite, settings, draws=draws, seed=seed, since=since).as_json()
    estimated = time.perf_counter()
    if sensitivity:
        document["sensitivity"] = sensitivities(suite, settings).to_dict("records")
    timing = {"estimate": estimated - started, "sensitivity": time.perf_counter() - estimated}
    return document | {"timing": timing if sensitivity else {"estimate": timing["estimate"]}}


def _read(path: Path, evaluations: Evaluations) -> pd.DataFrame:
    if not path.is_dir():
        content = bytes_of(path)
        if kind_of(content, name=path.name) is not Kind.INSPECT:
            return read_attempts(content, name=path.name)
    if evaluations.minutes is None:
        raise UsageError(
            f"{path.name}: an Inspect log does not say how long its tasks take people",
            found="no --minutes",
            next="give --minutes FILE, a CSV of task, family and minutes",
        )
    return read_inspect(
        path, bytes_of(evaluations.minutes), minutes_name=evaluations.minutes.name, scorer=evaluations.scorer
    )
