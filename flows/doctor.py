"""What is well and what is not, of the machine, the data folder and the last runs. Nothing is mended here.

Each finding is one line with what to do next. What is kept is looked at in warehouse/upkeep.py.
"""

import re
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from importlib.metadata import PackageNotFoundError, requires, version
from typing import Literal, NamedTuple

from packaging.requirements import Requirement

from flows.assess import known
from flows.channels import channels
from flows.configuration import Configuration
from flows.git_process import git_version
from flows.report import source_table
from flows.settings import quiet_prefect, unset
from metrics.errors import ThreeFuturesError
from metrics.untrusted import plain
from scenarios.words import counted, listed
from warehouse import upkeep
from warehouse.home import Home
from warehouse.lock import held_by, held_since
from warehouse.query import query

Status = Literal["ok", "warn", "fail"]

STATUSES: tuple[Status, ...] = ("ok", "warn", "fail")
"""From well to worst."""

SHOWN = ("threefutures", "duckdb", "prefect", "pandas")

OLD = timedelta(days=14)
"""Age of a snapshot that is warned of: two weeks of the default schedule."""

SPARE_BYTES = 200 * 2**20
"""What a disk should have beyond the next publication: logs and downloads need room too."""


class Finding(NamedTuple):
    """One line."""

    check: str
    status: Status
    said: str
    next: str = ""


class Patient(NamedTuple):
    """What is examined."""

    home: Home
    configuration: Configuration
    at: datetime


class Said(NamedTuple):
    """What a check found."""

    status: Status
    text: str
    next: str = ""


def examine(patient: Patient) -> list[Finding]:
    """Every finding: first of the machine, then, where there is a data folder, of what is in it."""
    found = [_careful(name, check, patient) for name, check in OF_THE_MACHINE.items()]
    if not patient.home.root.exists():
        return [*found, Finding("folder", "warn", f"{patient.home.root} is not there yet", "threefutures run")]
    found += [_careful(name, check, patient) for name, check in OF_THE_FOLDER.items()]
    return [*found, *_sources(patient)]


def worst(found: list[Finding]) -> Status:
    """The worst status."""
    return max((one.status for one in found), key=STATUSES.index)


def _careful(name: str, check: Callable[[Patient], Said], patient: Patient) -> Finding:
    """A check that meets a fault tells it: what to do stands in the fault."""
    try:
        return Finding(name, *check(patient))
    except ThreeFuturesError as error:
        return Finding(name, "fail", "; ".join(filter(None, (error.message, error.found))), error.next)


def _python(_: Patient) -> Said:
    fits = (3, 11) <= sys.version_info[:2] < (3, 14)
    said = f"{'.'.join(map(str, sys.version_info[:3]))} in {sys.prefix}"
    return Said("ok", said) if fits else Said("fail", said, "use Python 3.11, 3.12 or 3.13")


def _packages(_: Patient) -> Said:
    wanted = map(Requirement, requires("threefutures") or ())
    wrong = [
        said for one in wanted if (not one.marker or one.marker.evaluate({"extra": ""})) and (said := _misfit(one))
    ]
    if wrong:
        return Said("fail", listed(wrong), "install what constraints.txt pins (make clean, then make run)")
    return Said("ok", ", ".join(f"{name} {version(name)}" for name in SHOWN))


def _misfit(wanted: Requirement) -> str:
    try:
        there = version(wanted.name)
    except PackageNotFoundError:
        return f"{wanted.name} is not installed"
    return "" if wanted.specifier.contains(there) else f"{wanted.name} {there} is not {wanted.specifier}"


def _git(_: Patient) -> Said:
    if not shutil.which("git"):
        return Said("warn", "not found: histories cannot be measured", "install git")
    return Said("ok", git_version())


def _settings(patient: Patient) -> Said:
    file = patient.configuration.file
    return Said("ok", str(file) if file else "no threefutures.toml: the defaults")


def _alerts(patient: Patient) -> Said:
    found = channels(patient.configuration)
    missing = unset(variable for one in found for variable in one.variables)
    if missing:
        return Said("warn", f"{listed(missing)} not set here", "export it where the schedule runs")
    return Said("ok", f"to {listed([one.name for one in found])}" if found else "to nobody")


def _folder(patient: Patient) -> Said:
    patient.home.prepare()
    return Said("ok", f"{patient.home.root} can be written to")


def _writer(patient: Patient) -> Said:
    holder = held_by(patient.home.lock)
    return Said("ok", holder or "nobody is writing")


def _disk(patient: Patient) -> Said:
    free, needed = upkeep.room(patient.home)
    said = f"{free / 2**30:.1f} GB free; the next publication needs {needed / 2**20:.0f} MB"
    status: Status = "fail" if free < needed else "warn" if free < needed + SPARE_BYTES else "ok"
    return Said(status, said, "" if status == "ok" else "free some space; what is kept is intact")


def _schedule(patient: Patient) -> Said:
    holder = held_by(patient.home.schedule_lock)
    if not holder:
        return Said("warn", "none is going on this machine", "threefutures serve, or see docs/operations.md")
    cron = re.match("serve --cron '(.*)' ", holder)
    if not cron:
        return Said("ok", holder)
    quiet_prefect(patient.home.prefect)
    from flows.schedule import due_times  # noqa: PLC0415 - imports Prefect, which takes seconds

    since = max(filter(None, (held_since(patient.home.schedule_lock), _last_run_at(patient.home))))
    first, second = due_times(cron[1], after=since, n=2)
    if second < patient.at:
        said = f"{holder}; no run was published since {since:%Y-%m-%d %H:%M} UTC, and one was due at {first:%H:%M}"
        return Said("warn", said, "read what it said on stderr; a run that hangs ends when it is stopped and started")
    (coming,) = due_times(cron[1], after=patient.at, n=1)
    return Said("ok", f"{holder}; next run {coming:%Y-%m-%d %H:%M} UTC")


def _last_run_at(home: Home) -> datetime | None:
    if not home.snapshot.exists():
        return None
    last = query(home, "SELECT max(started_at) AS at FROM run WHERE command = 'serve'").records()[0]["at"]
    return datetime.fromisoformat(last).replace(tzinfo=UTC) if last else None


def _snapshot(patient: Patient) -> Said:
    facts, files = upkeep.contents(patient.home)
    published = datetime.fromtimestamp(patient.home.snapshot.stat().st_mtime, UTC)
    said = f"{counted(facts, 'fact')} from {counted(len(files), 'file')}, published {published:%Y-%m-%d %H:%M} UTC"
    return Said("warn", said, "threefutures run") if patient.at - published > OLD else Said("ok", said)


def _sums(patient: Patient) -> Said:
    if altered := upkeep.altered(patient.home):
        said = f"not as SHA256SUMS says: {listed(altered)}"
        return Said("fail", said, "threefutures run publishes anew what is kept")
    return Said("ok", "published files are as SHA256SUMS says")


def _landing(patient: Patient) -> Said:
    if patient.home.lake:
        return Said("ok", "not looked at: with a lake, files lie on the machine that fetched them")
    files = upkeep.contents(patient.home).files
    if gone := upkeep.not_landed(patient.home, files):
        said = f"{counted(len(gone), 'file')} gone or altered, the first landing/{gone[0]}"
        return Said("fail", said, "restore landing/ from a backup; what is known stays, a rebuild needs them")
    return Said("ok", f"{counted(len(files), 'file')} that facts rest on: there, and as fetched")


def _runs(patient: Patient) -> Said:
    last = query(patient.home, "FROM run ORDER BY started_at DESC LIMIT 1").records()
    if not last:
        return Said("warn", "none is recorded", "threefutures run")
    (run,) = last
    said = f"the last, {run['command']} at {run['started_at'][:16].replace('T', ' ')} UTC: {run['status']}"
    return Said("ok", said) if run["status"] == "done" else Said("warn", said, f"threefutures explain {run['run_id']}")


def _sources(patient: Patient) -> Iterator[Finding]:
    """A line for each source that is failing or late, or one for all."""
    try:
        now = known(patient.home, patient.at.date())
    except ThreeFuturesError:
        return  # the snapshot's line has told it
    table = source_table(now.facts, patient.at.date(), now.failing, now.own)
    troubled = table[(table["stale"] != "") & ((table["n"] > 0) | table["id"].isin(list(now.failing)))]
    for row in troubled.to_dict("records"):
        yield Finding("source", "warn", plain(f"{row['id']}: {row['stale']}"), "threefutures sources")
    if troubled.empty:
        yield Finding("source", "ok", "none is failing or late")


OF_THE_MACHINE: Mapping[str, Callable[[Patient], Said]] = {
    "python": _python,
    "packages": _packages,
    "git": _git,
    "settings": _settings,
    "alerts": _alerts,
}
OF_THE_FOLDER: Mapping[str, Callable[[Patient], Said]] = {
    "folder": _folder,
    "writer": _writer,
    "disk": _disk,
    "schedule": _schedule,
    "snapshot": _snapshot,
    "sums": _sums,
    "landing": _landing,
    "runs": _runs,
}
