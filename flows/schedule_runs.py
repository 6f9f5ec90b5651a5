"""What a Prefect server knows of the schedule's runs: those that were killed with it, and those it cancels.

When runs are due stands in schedule.py.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from threading import Event, Thread

import httpx
from prefect import get_client
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.filters import (
    DeploymentFilter,
    DeploymentFilterName,
    FlowRunFilter,
    FlowRunFilterExpectedStartTime,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.client.schemas.sorting import FlowRunSort
from prefect.states import Crashed

from flows.progress import LOGGER
from scenarios.words import counted

NAME = "scheduled"
"""Of the deployment: one of a data folder, kept in the database of its server."""

UNFINISHED = (StateType.PENDING, StateType.RUNNING, StateType.CANCELLING)
"""States of a run that holds the schedule's only slot."""

WATCH_SECONDS = 5.0
"""Between two questions about cancelled runs; Prefect itself asks every five seconds which are late."""


def end_killed_runs() -> None:
    """Say of runs that were killed with their server that they crashed, which frees the slot that each holds.

    Nobody else can: a run that was killed never says so, and with its end a server forgets on whose behalf a slot is
    held, so that the next one cancels whatever comes due. The caller holds the schedule's lock, and the server is of
    this folder alone: no such run is going on.
    """
    with get_client(sync_client=True) as client:
        killed = _runs(client, UNFINISHED)
        for run in killed:
            client.set_flow_run_state(run.id, Crashed(message="It was killed before it ended."), force=True)
    if killed:
        LOGGER.warning("schedule  %s killed before it ended; the schedule goes on", counted(len(killed), "run"))


@contextmanager
def cancelled_runs_told() -> Iterator[None]:
    """Tell of every run that is cancelled meanwhile; Prefect notes it for its pages alone."""
    over = Event()
    watching = Thread(target=_watch, args=(over, datetime.now(UTC)), daemon=True)
    watching.start()
    try:
        yield
    finally:
        over.set()
        watching.join()


def _watch(over: Event, since: datetime) -> None:
    told = set()
    with get_client(sync_client=True) as client:
        while not over.wait(WATCH_SECONDS):
            with suppress(httpx.HTTPError):  # a server that is busy is asked again
                for run in _runs(client, (StateType.CANCELLED,), since):
                    if run.id not in told:
                        told.add(run.id)
                        LOGGER.warning("schedule  %s", _cancelled(run))


def _cancelled(run: FlowRun) -> str:
    due = f" of {run.expected_start_time:%Y-%m-%d %H:%M:%S} UTC" if run.expected_start_time else ""
    return f"the run{due} is cancelled: the one before it is still going"


def _runs(client: SyncPrefectClient, states: tuple[StateType, ...], due_since: datetime | None = None) -> list[FlowRun]:
    """The schedule's runs in some states, the latest 200."""
    due = FlowRunFilterExpectedStartTime.model_validate({"after_": due_since}) if due_since else None
    return client.read_flow_runs(
        flow_run_filter=FlowRunFilter(
            state=FlowRunFilterState(type=FlowRunFilterStateType(any_=list(states))), expected_start_time=due
        ),
        deployment_filter=DeploymentFilter(name=DeploymentFilterName(any_=[NAME])),
        sort=FlowRunSort.EXPECTED_START_TIME_DESC,
    )
