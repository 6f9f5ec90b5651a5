"""Locks that the kernel releases when their holder ends, however that happens, and what their files say of it."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from metrics.errors import BusyError
from warehouse.faults import os_explained, told


def try_lock(descriptor: int) -> bool:
    """Take the lock of an open file; False if another process has it."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def say_who(lock: TextIO, command: str) -> None:
    """Write into the file of a lock who has it."""
    lock.truncate(0)
    lock.write(json.dumps({"pid": os.getpid(), "command": command}))
    lock.flush()


def holder(lock: Path) -> str:
    """Who holds a lock that is held: command, process and since when."""
    try:
        said = json.loads(lock.read_text("utf-8"))
        command, process = said["command"], said["pid"]
    except (ValueError, LookupError, TypeError):  # the holder has the lock and is just writing who it is
        return "a process that has just started"
    return told(f"{command} (process {process}, since {held_since(lock):%Y-%m-%d %H:%M} UTC)")


def held_since(lock: Path) -> datetime:
    """When whoever has a lock took it (UTC)."""
    return datetime.fromtimestamp(lock.stat().st_mtime, UTC)


def held_by(lock: Path) -> str:
    """Who holds a lock now; empty if nobody does."""
    with os_explained(lock):
        if not lock.exists():
            return ""
        with lock.open(encoding="utf-8") as file:
            return "" if try_lock(file.fileno()) else holder(lock)


@contextmanager
def held(lock: Path, command: str) -> Iterator[None]:
    """Hold a lock that nobody waits for.

    Raises:
        BusyError: another process holds it.
    """
    with os_explained(lock), lock.open("a+", encoding="utf-8") as file:
        if not try_lock(file.fileno()):
            raise BusyError(
                f"{lock.parent}: another process does this already", found=holder(lock), next="stop it first"
            )
        say_who(file, command)
        yield
