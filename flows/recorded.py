"""A command that writes leaves a row in the run table, however it ends."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import Any

from flows.ingest import Ingested
from flows.report import versions
from metrics.errors import DataError, ThreeFuturesError
from warehouse import runs
from warehouse.connection import live
from warehouse.home import Home


class Recording:
    """The row of a run while it runs."""

    def __init__(self, home: Home, *, command: str, at: datetime) -> None:
        self._home = home
        self.steps: list[dict[str, Any]] = []
        with live(home) as connection:
            self.run_id = runs.start_run(connection, command=command, started_at=at, versions=versions())

    def add(self, steps: Sequence[dict[str, Any]]) -> None:
        """Record what was done, at once: a kill must not lose which source failed."""
        self.steps += steps
        with live(self._home) as connection:
            runs.record_steps(connection, self.run_id, self.steps)

    def finish(self, status: str) -> None:
        """Record the end. Called before publishing, so that what is published has it."""
        with live(self._home) as connection:
            runs.finish_run(connection, self.run_id, finished_at=datetime.now(UTC), status=status)


@contextmanager
def recorded(home: Home, *, command: str, at: datetime) -> Iterator[Recording]:
    """Record a run; the caller holds the writer's lock and calls finish("done") when all but publishing is done."""
    recording = Recording(home, command=command, at=at)
    try:
        yield recording
    except BaseException as error:
        # What stopped the run, a full disk for one, may stop this too: the first fault is the one to tell.
        with suppress(ThreeFuturesError):
            recording.add([{"error": str(error) or type(error).__name__}])
            recording.finish("failed")
        raise


def require_all(ingested: Sequence[Ingested]) -> None:
    """Say at the end of a command that a source has failed which is ours: an embedded one, or a file of the user's.

    Raises:
        DataError: naming the sources; everything else of the command is done.
    """
    failed = [one for one in ingested if one.error and not one.tolerated]
    if failed:
        raise DataError(
            f"{', '.join(one.source for one in failed)}: not ingested",
            found=failed[0].error.splitlines()[0],
            next="mend it and run again; what was known from it before stays, and the rest is done",
        )
