"""Assessment -> report files on disk, whole or not at all."""

import sys
from collections.abc import Mapping
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd

from flows.assess import Known
from metrics import load_indicators
from metrics.source import Source, sources
from reports.record import SOURCE_COLUMNS, Record
from reports.status import status_json, status_markdown
from scenarios import Assessment
from warehouse.faults import os_explained
from warehouse.files import being_written, put_all_in_place, put_in_place, sweep, write_whole
from warehouse.home import Home
from warehouse.runs import Failing

PROGRAMS = ("threefutures", "numpy", "scipy", "pandas", "pandera", "duckdb")
"""Whose versions a report names: everything that could change a figure."""


def record(known: Known, assessment: Assessment, *, previous: Mapping[str, Any] | None = None) -> Record:
    """The warehouse as the report sees it on the assessment's date, private sources left out."""
    known = known.public
    public = known.facts[known.facts["known_since"] <= pd.Timestamp(assessment.as_of)]
    return Record(
        facts=public.reset_index(drop=True),
        quarantine=known.quarantine,
        sources=source_table(public, assessment.as_of, known.failing, known.own),
        catalogue=load_indicators(),
        versions=versions(),
        hashes={"facts": assessment.facts.sha256, "model": assessment.model.sha256},
        previous=previous,
    )


def versions() -> dict[str, str]:
    """Program -> version."""
    python = ".".join(map(str, sys.version_info[:3]))
    return {"python": python, **{name: version(name) for name in PROGRAMS}}


def source_table(
    facts: pd.DataFrame, as_of: date, failing: Mapping[str, Failing], own: Mapping[str, Source] | None = None
) -> pd.DataFrame:
    """One row a source, the user's own too: what it is, what is known from it on a date, and whether it is late."""
    rows = []
    for source in {**sources(), **(own or {})}.values():
        said = facts[facts["source"] == source.id]
        newest, last = _newest(said["observed_on"]), _newest(said["known_since"])
        rows.append(
            {
                "id": source.id,
                "title": source.title,
                "publisher": source.publisher,
                "licence": source.licence,
                "url": source.url,
                "n": len(said),
                "newest_on": newest,
                "last_known_since": last,
                "stale": _stale(source, last, as_of, failing.get(source.id)),
            }
        )
    return pd.DataFrame(rows, columns=pd.Index(SOURCE_COLUMNS))


def _newest(days: "pd.Series[pd.Timestamp]") -> date | None:
    return None if days.empty else pd.Timestamp(days.max()).date()


def _stale(source: Source, last: date | None, as_of: date, failing: Failing | None) -> str:
    if failing and not source.files:
        fault = failing.error.splitlines()[0]
        if last is None:
            return f"nothing has come from it since {failing.since}: {fault}"
        return f"nothing new since {failing.since}, and the last known facts, of {last}, stay: {fault}"
    if failing:
        return f"cannot be read since {failing.since}: {failing.error.splitlines()[0]}"
    if last is None:
        return "nothing is known from it yet" if source.files else ""
    days = (as_of - last).days
    return f"last published {days} days ago" if days > source.expected.late_days else ""


def write_report(home: Home, assessment: Assessment, record: Record) -> Path:
    """Write reports/<as-of>/ and point reports/latest at it, unless a later one is there.

    The caller holds the writer's lock.
    """
    texts = {
        "status.md": status_markdown(assessment, record=record),
        "status.json": status_json(assessment, record=record),
    }
    return write_folder(home.reports, assessment.as_of, texts)


def write_folder(reports: Path, day: date, texts: Mapping[str, str]) -> Path:
    """Write the files of a day beside their place and swap them in, so that nobody reads half a report."""
    folder = reports / day.isoformat()
    with os_explained(folder):
        sweep(reports, *reports.glob("*/"))
        _swap_in(folder, texts)
        _point_latest(reports)
    return folder


def _swap_in(folder: Path, texts: Mapping[str, str]) -> None:
    with being_written(folder) as partial:
        partial.mkdir(parents=True)
        for name, text in texts.items():
            write_whole(partial / name, text.encode())
        # A folder that is not empty cannot be replaced by one call.
        (put_all_in_place if folder.is_dir() else put_in_place)(partial, folder)


def _point_latest(reports: Path) -> None:
    newest = max(entry.name for entry in reports.iterdir() if _is_day(entry.name) and (entry / "status.md").is_file())
    latest = reports / "latest"
    with being_written(latest) as link:
        link.symlink_to(newest, target_is_directory=True)
        put_in_place(link, latest)


def _is_day(name: str) -> bool:
    try:
        return date.fromisoformat(name).isoformat() == name
    except ValueError:
        return False
