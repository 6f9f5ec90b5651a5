"""The same flow on a schedule: one process, one run at a time, until it is stopped."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from prefect import Flow, flow
from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy
from prefect.runner import Runner
from prefect.schedules import Cron, Schedule
from prefect.server.schemas.schedules import CronSchedule
from prefect.types.entrypoint import EntrypointType

from flows.console import print_json, run_document
from flows.progress import LOGGER
from flows.schedule_runs import NAME, cancelled_runs_told, end_killed_runs
from flows.server import LocalServer
from flows.track import track
from metrics.errors import UsageError
from warehouse.home import Home
from warehouse.lock import held

NEXT = 'five fields: minute hour day month weekday, for instance "0 6 * * 1" (Mondays, 06:00 UTC)'


class When(NamedTuple):
    """Times by a cron expression."""

    named: str
    """The option or key that it comes from, for people."""
    cron: str


@flow(name="track", flow_run_name="track", persist_result=False)
def track_as_json(home: str, command: str = "serve", configuration: str | None = None) -> None:
    """Run the pipeline, and print what came of it as one line of JSON."""
    try:
        tracked = track.fn(home, command=command, configuration=configuration)
    except Exception as error:
        print_json({"status": "failed", "error": str(error) or type(error).__name__}, indent=None)
        raise
    print_json({"status": "done", **run_document(tracked)}, indent=None)


def serve(
    home: Path,
    *,
    when: When,
    server: LocalServer,
    configuration: Path | None = None,
    ui: bool = False,
    as_json: bool = False,
) -> None:
    """Run the pipeline at every time a cron expression names, in UTC, until interrupted.

    A run that is due while another is still going is cancelled, and told; downtime leaves no backlog; stopping, also by
    a kill in the middle of a run, leaves the schedule active for the next start.

    Args:
        home: the data folder.
        when: at which times.
        server: whose schedule it is.
        configuration: the file that every run reads anew; none is what the environment alone says.
        ui: say where the server's pages are.
        as_json: print a line of JSON for the schedule, and one a run.

    Raises:
        UsageError: the expression is not cron, or names no day that ever comes.
        WarehouseError: the local scheduler did not start.
        BusyError: another process runs the schedule of this folder.
    """
    schedule, first = timetable(when)
    cron = when.cron
    with held(Home(home).schedule_lock, f"serve --cron '{cron}'"):
        server.wait()
        if server.is_ours:
            end_killed_runs()
        LOGGER.info(
            "serving   %s, first at %s UTC; Ctrl-C stops it, and the schedule stays", cron, f"{first:%Y-%m-%d %H:%M}"
        )
        if ui:
            LOGGER.info("pages     %s", server.pages)
        if as_json:
            print_json({"status": "serving", "cron": cron, "first_at": first, "server": server.address}, indent=None)
        with cancelled_runs_told():
            _run_when_due(home, schedule, configuration, as_json)


def _run_when_due(home: Path, schedule: Schedule, configuration: Path | None, as_json: bool) -> None:
    run: Flow[..., Any] = track_as_json if as_json else track
    # By default a restart would leave the schedule paused, and nobody would notice.
    served = _Served(name=NAME, pause_on_shutdown=False, limit=1)
    served.add_flow(
        run,
        name=NAME,
        schedule=schedule,
        parameters={
            "home": str(home),
            "command": "serve",
            "configuration": str(configuration) if configuration else None,
        },
        tags=["threefutures"],
        concurrency_limit=ConcurrencyLimitConfig(limit=1, collision_strategy=ConcurrencyLimitStrategy.CANCEL_NEW),
        entrypoint_type=EntrypointType.MODULE_PATH,
    )
    with suppress(KeyboardInterrupt):
        asyncio.run(served.start())


class _Served(Runner):
    """Prefect's runner, which SIGTERM stops as Ctrl-C does: systemd and containers send the one, people the other."""

    def handle_sigterm(self, *_args: Any, **_kwargs: Any) -> None:
        raise KeyboardInterrupt


def timetable(when: When) -> tuple[Schedule, datetime]:
    """The schedule, and the next time it comes.

    Raises:
        UsageError: the expression is not cron, or names no day that ever comes.
    """
    named, cron = when
    try:
        schedule = Cron(cron, timezone="UTC")
    except ValueError as error:
        raise UsageError(
            f"{named} {cron!r} is not a cron expression", found=str(error).splitlines()[0], next=NEXT
        ) from error
    try:
        (first,) = due_times(cron, after=datetime.now(UTC), n=1)
    except ValueError as error:
        raise UsageError(f"{named} {cron!r} never comes", found="no such day in any year", next=NEXT) from error
    return schedule, first


def due_times(cron: str, *, after: datetime, n: int) -> Sequence[datetime]:
    """The next n times of a cron expression, in UTC.

    Raises:
        ValueError: it is not cron, or there are fewer.
    """
    found = asyncio.run(CronSchedule(cron=cron, timezone="UTC").get_dates(n, start=after))
    if len(found) < n:
        raise ValueError(f"{cron} comes {len(found)} times")
    return found
