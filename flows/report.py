"""Assessment -> report files on disk, whole or not at all."""

import hashlib
import json
import shutil
import sys
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from flows.assess import Known
from flows.recall import Recalled
from metrics import load_indicators
from metrics.errors import UsageError
from metrics.source import Expected, Source, sources
from reports.archive import Kept, index
from reports.plain_json import plain_json
from reports.record import SOURCE_COLUMNS, Record, code_sha256
from reports.status import status_json, status_markdown
from scenarios import Assessment
from warehouse.faults import os_explained
from warehouse.files import being_written, put_all_in_place, put_in_place, sweep, write_whole
from warehouse.home import Home
from warehouse.runs import Failing

PROGRAMS = ("threefutures", "numpy", "scipy", "pandas", "pandera", "duckdb", "altair", "vl-convert-python")
"""Whose versions a report names: everything that could change a figure."""

Format = Literal["html", "md", "json"]

FORMATS: tuple[Format, ...] = ("html", "md", "json")
"""What a report can be written as. The JSON always is: the index and comparisons read it."""


def record(
    known: Known,
    assessment: Assessment,
    *,
    previous: Mapping[str, Any] | None = None,
    kept: Recalled = Recalled(),  # noqa: B008 -- a constant
) -> Record:
    """The warehouse as the report sees it on the assessment's date, private sources left out.

    Args:
        known: all that is kept.
        assessment: of the date.
        previous: the assessment that this one is compared with.
        kept: what earlier runs left.
    """
    known = known.public
    public = known.facts[known.facts["known_since"] <= pd.Timestamp(assessment.as_of)]
    made = Record(
        facts=public.reset_index(drop=True),
        quarantine=known.quarantine,
        sources=source_table(public, assessment.as_of, known.failing, known.own),
        catalogue=load_indicators(),
        versions=versions(),
        hashes={"facts": assessment.facts.sha256, "model": assessment.model.sha256},
        previous=previous,
        replay=kept.replay,
        tripwires=kept.tripwires,
    )
    return replace(made, hashes={**made.hashes, "report": _made_of(assessment, made)})


def _made_of(assessment: Assessment, made: Record) -> str:
    """Hash of everything a report is made from, its code too: what has the same is the same, byte by byte."""
    digest = hashlib.sha256(assessment.to_json().encode())
    for frame in (made.facts, made.quarantine, made.sources):
        digest.update(frame.to_csv(index=False).encode())
    beside = [made.versions, made.catalogue.sha256, made.previous, made.replay, made.tripwires]
    digest.update(json.dumps(plain_json(beside), sort_keys=True, default=str).encode())
    digest.update(code_sha256().encode())
    return digest.hexdigest()


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
    return f"last published {days} days ago" if days > (source.expected or Expected()).late_days else ""


def is_written(home: Home, assessment: Assessment, record: Record) -> bool:
    """Whether the day's report is there in every format, made from the same."""
    folder = home.reports / assessment.as_of.isoformat()
    return _is_same(folder, record) and len(_names(folder)) == len(FORMATS)


def _is_same(folder: Path, record: Record) -> bool:
    """Whether what is written of a day is made from the same."""
    found = document(folder.parent, folder.name) or {}
    return bool(found.get("report", {}).get("hashes", {}).get("report") == record.hashes["report"])


def write_report(home: Home, assessment: Assessment, record: Record, formats: Collection[Format] = FORMATS) -> Path:
    """Write reports/<as-of>/ and point reports/latest at it, unless a later one is there; returns the file to read.

    What an earlier report of the day left in another format stays if it is made from the same, and else goes: its
    figures may be others. The caller holds the writer's lock.
    """
    files = dict(_files(assessment, record, formats))
    same = _is_same(home.reports / assessment.as_of.isoformat(), record)
    folder = write_folder(home.reports, assessment.as_of, files, keep_others=same)
    write_index(home.reports)
    return folder / next(name for name in (f"status.{one}" for one in FORMATS) if name in files)


def _files(assessment: Assessment, record: Record, formats: Collection[Format]) -> Iterator[tuple[str, str | bytes]]:
    if "html" in formats:
        from reports.page import page

        made = page(assessment, record, text="md" in formats)
        yield "status.html", made.html
        yield from made.files.items()
    if "md" in formats:
        yield "status.md", status_markdown(assessment, record=record)
    yield "status.json", status_json(assessment, record=record)


def write_index(reports: Path) -> None:
    """List every report of the folder in index.html."""
    with os_explained(reports):
        kept = {day: Kept(document(reports, day), frozenset(_names(reports / day))) for day in days(reports)}
        write_whole(reports / "index.html", index(kept).encode())


def days(reports: Path) -> list[str]:
    """The dates of which there is a report, the oldest first."""
    found = reports.iterdir() if reports.is_dir() else ()
    return sorted(entry.name for entry in found if _is_day(entry.name) and _names(entry))


def _names(folder: Path) -> list[str]:
    return [name for name in (f"status.{one}" for one in FORMATS) if (folder / name).is_file()]


def document(reports: Path, day: str) -> dict[str, Any] | None:
    """A report's document, or None where it is gone or damaged."""
    try:
        found = json.loads((reports / day / "status.json").read_bytes())
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) and {"verdict", "probabilities", "ranges"} <= found.keys() else None


def written(reports: Path, day: date) -> dict[str, Any]:
    """The document of a day's report.

    Raises:
        UsageError: there is none; those that there are are named.
    """
    found = document(reports, day.isoformat())
    if found is None:
        known = [one for one in days(reports) if document(reports, one)]
        raise UsageError(
            f"there is no report of {day} that can be read",
            found=f"reports of {', '.join(known)}" if known else f"no report in {reports}",
            next=f"threefutures report --as-of {day}",
        )
    return found


def write_folder(reports: Path, day: date, texts: Mapping[str, str | bytes], *, keep_others: bool = False) -> Path:
    """Write the files of a day beside their place and swap them in, so that nobody reads half a report.

    Args:
        reports: the folder of all days.
        day: whose files they are.
        texts: path below the day's folder -> content.
        keep_others: leave what else an earlier report of the day has; by default it goes.
    """
    folder = reports / day.isoformat()
    with os_explained(folder):
        sweep(reports, *reports.glob("*/"))
        _swap_in(folder, texts, keep_others)
        _point_latest(reports)
    return folder


def _swap_in(folder: Path, texts: Mapping[str, str | bytes], keep_others: bool) -> None:
    with being_written(folder) as partial:
        partial.mkdir(parents=True)
        for name, text in texts.items():
            (partial / name).parent.mkdir(exist_ok=True)
            write_whole(partial / name, text.encode() if isinstance(text, str) else text)
        if folder.is_dir():
            # A folder that is not empty cannot be replaced by one call.
            if not keep_others:
                _remove_others(folder, {Path(name).parts[0] for name in texts})
            put_all_in_place(partial, folder)
        else:
            put_in_place(partial, folder)


def _remove_others(folder: Path, names: Collection[str]) -> None:
    """Remove what stands beside the files that come: it belongs to an earlier report of the day."""
    for entry in folder.iterdir():
        if entry.name in names or entry.name.startswith("."):
            continue
        shutil.rmtree(entry) if entry.is_dir() else entry.unlink()


def _point_latest(reports: Path) -> None:
    latest = reports / "latest"
    with being_written(latest) as link:
        link.symlink_to(days(reports)[-1], target_is_directory=True)
        put_in_place(link, latest)


def _is_day(name: str) -> bool:
    try:
        return date.fromisoformat(name).isoformat() == name
    except ValueError:
        return False
