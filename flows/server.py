"""A Prefect server of our own on this machine, for as long as a command runs.

Prefect would start one by itself, but only when the first flow is called: started first, it gets ready while the
command imports what it needs. Nothing heavy is imported here for that reason. The server listens on 127.0.0.1 only,
because it asks nobody who they are.
"""

import atexit
import ctypes
import fcntl
import http.client
import os
import signal
import socket
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

from metrics.errors import WarehouseError

LOG = "server.log"

START_SECONDS = 120.0
NAMED_SECONDS = 5.0
"""How long to try a server that somebody else started."""

POLL_SECONDS = 0.1

PR_SET_PDEATHSIG = 1
"""Of Linux's prctl: the signal a process gets when its parent ends."""


class LocalServer:
    """A server that is starting, or the one that PREFECT_API_URL names."""

    def __init__(self, address: str, process: "subprocess.Popen[bytes] | None" = None, turn: IO[bytes] | None = None):
        self.address = address
        self._process = process
        self._turn = turn

    @property
    def is_ours(self) -> bool:
        """Whether it was started here, with a database of the data folder."""
        return self._process is not None

    @property
    def pages(self) -> str:
        """Where a browser finds its UI, if it has one."""
        return self.address.rstrip("/").removesuffix("/api")

    def wait(self) -> None:
        """Return when it answers.

        Raises:
            WarehouseError: it ended, or did not answer in time.
        """
        if self._process is None or self._turn is None:
            self._wait_for_named()
            return
        with self._turn:
            self._wait(self._process)

    def _wait_for_named(self) -> None:
        said = _answer(self.address)
        deadline = time.monotonic() + NAMED_SECONDS
        while said and time.monotonic() < deadline:
            time.sleep(POLL_SECONDS)
            said = _answer(self.address)
        if said:
            raise WarehouseError(
                f"{self.address}: no Prefect server answers there",
                found=said,
                next="mend PREFECT_API_URL (it ends with /api), or unset it to use a server of our own",
            )

    def _wait(self, process: "subprocess.Popen[bytes]") -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and process.poll() is None:
            if not _answer(self.address):
                return
            time.sleep(POLL_SECONDS)
        ended = process.poll()
        raise WarehouseError(
            "the local Prefect server did not start",
            found=f"nothing answers at {self.address}" if ended is None else f"it ended with code {ended}",
            next=f"read {LOG} in Prefect's folder; or name a running server with PREFECT_API_URL",
        )


def local_server(folder: Path, *, ui: bool = False) -> LocalServer:
    """Start a server that ends with this process, or take the one PREFECT_API_URL names.

    Call it before Prefect is imported: what is registered first ends last, and Prefect's own farewells need the server.

    Args:
        folder: Prefect's home inside the data folder; the server's log goes there.
        ui: whether it shows its runs to browsers of this machine.
    """
    if named := os.environ.get("PREFECT_API_URL"):
        return LocalServer(_checked(named))
    turn = _take_turn(folder)
    port = _free_port()
    process = _start(port, folder / LOG, ui=ui)
    atexit.register(process.terminate)
    os.environ["PREFECT_API_URL"] = f"http://127.0.0.1:{port}/api"
    return LocalServer(os.environ["PREFECT_API_URL"], process, turn)


def _checked(address: str) -> str:
    """The address, if it can be one: Prefect would not even be imported with some that cannot."""
    try:
        is_address = urlsplit(address).scheme in ("http", "https") and bool(urlsplit(address).hostname)
    except ValueError:
        is_address = False
    if not is_address:
        raise WarehouseError(
            "PREFECT_API_URL is no address of a server",
            found=address,
            next="write it as http://127.0.0.1:4200/api, or unset it to use a server of our own",
        )
    return address


def _take_turn(folder: Path) -> IO[bytes]:
    """Wait until no other server is starting in this folder: two that prepare one new database spoil each other's."""
    turn = (folder / ".starting.lock").open("ab")
    fcntl.flock(turn, fcntl.LOCK_EX)
    return turn


def _start(port: int, log: Path, *, ui: bool) -> "subprocess.Popen[bytes]":
    where = ["--ui" if ui else "--no-ui", "--host", "127.0.0.1", "--port", str(port)]
    # Pages ask this address; by default one of port 4200, whatever port serves them.
    asked = {**os.environ, "PREFECT_SERVER_UI_API_URL": f"http://127.0.0.1:{port}/api"}
    command = [sys.executable, "-m", "prefect", "server", "start", *where]
    with log.open("wb") as output:
        return subprocess.Popen(  # noqa: S603 - our own words
            command,
            stdout=output,
            stderr=output,
            stdin=subprocess.DEVNULL,
            env=asked,
            # Ctrl-C goes to the whole group of the terminal: the server must outlive those who still speak to it.
            start_new_session=True,
            preexec_fn=_end_with_parent(),  # noqa: PLW1509 - no thread runs yet
        )


def _end_with_parent() -> Callable[[], None] | None:
    """What makes the kernel end a child whose parent was killed; elsewhere than on Linux nothing does."""
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None)
    return lambda: libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM) and None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answer(address: str) -> str:
    """What is wrong with the answer of a server; empty if nothing is."""
    try:
        with urllib.request.urlopen(f"{address.rstrip('/')}/health", timeout=5) as answer:  # noqa: S310 - the user's own
            return "" if answer.status == 200 else f"status {answer.status}"
    except urllib.error.HTTPError as error:
        # One that asks who we are is told by Prefect, which knows the key.
        return "" if error.code in (401, 403) else f"{error.code} {error.reason}"
    except urllib.error.URLError as error:
        # Which certificates are good is known to Prefect's settings.
        return "" if isinstance(error.reason, ssl.SSLError) else str(error.reason)
    except (OSError, ValueError, http.client.HTTPException) as error:
        return str(error) or type(error).__name__
