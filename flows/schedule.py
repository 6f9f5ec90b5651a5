"""The same flow on a schedule: one process, one run at a time, until it is stopped."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy
from prefect.schedules import Cron, Schedule
from prefect.settings import PREFECT_API_URL, temporary_settings
from prefect.types.entrypoint import EntrypointType

from flows.track import track
from metrics.errors import UsageError, WarehouseError

START_SECONDS = 120


def serve(home: Path, *, cron: str) -> None:
    """Run the pipeline at every time a cron expression names, in UTC, until interrupted.

    A run that is due while another is still going is cancelled, so that downtime leaves no backlog; stopping leaves
    the schedule active for the next start.

    Raises:
        UsageError: the expression is not cron.
        WarehouseError: the local scheduler did not start.
    """
    schedule = _schedule(cron)
    with _server(home):
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


@contextmanager
def _server(home: Path) -> Iterator[str]:
    """Address of a Prefect API that schedules: the one PREFECT_API_URL names, or one of our own for the while.

    The server that Prefect starts by itself for a single run has no scheduler.
    """
    if own := os.environ.get("PREFECT_API_URL"):
        yield own
        return
    port = _free_port()
    address = f"http://127.0.0.1:{port}/api"
    log = home / "prefect" / "server.log"
    where = ["--host", "127.0.0.1", "--port", str(port)]
    command = [sys.executable, "-m", "prefect", "server", "start", "--no-ui", *where]
    with log.open("ab") as output, subprocess.Popen(command, stdout=output, stderr=output) as process:  # noqa: S603
        try:
            _wait_for(f"{address}/health", process, log)
            os.environ["PREFECT_API_URL"] = address
            with temporary_settings({PREFECT_API_URL: address}):
                yield address
        finally:
            os.environ.pop("PREFECT_API_URL", None)
            process.terminate()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(address: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if httpx.get(address, timeout=5).is_success:
                return
        except httpx.TransportError:
            time.sleep(0.2)
    raise WarehouseError(
        "the local Prefect server did not start",
        found=f"nothing answers at {address}" if process.poll() is None else f"it ended with {process.returncode}",
        next=f"read {log}; or name a running server with PREFECT_API_URL",
    )
