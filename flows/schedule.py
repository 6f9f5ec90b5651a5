"""The same flow on a schedule: one process, one run at a time, until it is stopped."""

from pathlib import Path

from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy
from prefect.schedules import Cron, Schedule
from prefect.types.entrypoint import EntrypointType

from flows.progress import LOGGER
from flows.server import LocalServer
from flows.track import track
from metrics.errors import UsageError


def serve(home: Path, *, cron: str, server: LocalServer) -> None:
    """Run the pipeline at every time a cron expression names, in UTC, until interrupted.

    A run that is due while another is still going is cancelled, so that downtime leaves no backlog; stopping leaves
    the schedule active for the next start.

    Raises:
        UsageError: the expression is not cron.
        WarehouseError: the local scheduler did not start.
    """
    schedule = _schedule(cron)
    server.wait()
    LOGGER.info("serving   %s (UTC), Prefect at %s; Ctrl-C stops it, and the schedule stays", cron, server.address)
    track.serve(
        name="scheduled",
        schedule=schedule,
        parameters={"home": str(home), "command": "serve"},
        tags=["threefutures"],
        limit=1,
        global_limit=ConcurrencyLimitConfig(limit=1, collision_strategy=ConcurrencyLimitStrategy.CANCEL_NEW),
        # By default a restart would leave the schedule paused, and nobody would notice.
        pause_on_shutdown=False,
        print_starting_message=False,
        entrypoint_type=EntrypointType.MODULE_PATH,
    )


def _schedule(cron: str) -> Schedule:
    try:
        return Cron(cron, timezone="UTC")
    except ValueError as error:
        raise UsageError(
            f"--cron {cron!r} is not a cron expression",
            found=str(error).splitlines()[0],
            next='five fields: minute hour day month weekday, for instance "0 6 * * 1" (Mondays, 06:00 UTC)',
        ) from error
