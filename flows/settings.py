"""The home that can be used, and the environment Prefect needs to be quiet and offline.

Environment variables are read here and by the configuration, and nowhere else. Nothing here imports Prefect: the
environment must stand first.
"""

import os
from collections.abc import Iterable
from pathlib import Path

from metrics.errors import UsageError, WarehouseError

UNFIT = "?\\"
"""DuckDB puts the ending of its log's name before a question mark, and takes a backslash for a slash."""

WAIT_SECONDS = 600.0
"""How long a second writer waits for the first; a run takes seconds, a first run on a slow disk a minute."""


def home_folder(folder: Path) -> Path:
    """The data folder, if it can be one. It need not be there yet.

    Raises:
        WarehouseError: no folder can be there.
    """
    there = next(path for path in (folder, *folder.parents) if path.exists())
    if not there.is_dir():
        raise WarehouseError(
            f"{folder}: the home is not a folder",
            found=f"a file at {there}",
            next="give another folder with THREEFUTURES_HOME, or move the file away",
        )
    if set(UNFIT) & set(str(folder)):
        raise WarehouseError(
            f"{folder}: the path of a home cannot have a question mark or a backslash",
            found="DuckDB would write to another file",
            next="give another folder with THREEFUTURES_HOME",
        )
    return folder


def wait_seconds() -> float:
    """How long to wait for another writer: THREEFUTURES_WAIT_SECONDS, or ten minutes."""
    try:
        return max(0.0, float(os.environ.get("THREEFUTURES_WAIT_SECONDS", WAIT_SECONDS)))
    except ValueError:
        return WAIT_SECONDS


def debugging() -> bool:
    """Whether THREEFUTURES_DEBUG asks for tracebacks."""
    return bool(os.environ.get("THREEFUTURES_DEBUG"))


def environment_without(names: Iterable[str]) -> dict[str, str]:
    """The environment for a program that must not see some of it."""
    left_out = set(names)
    return {name: value for name, value in os.environ.items() if name not in left_out}


def unset(names: Iterable[str]) -> list[str]:
    """Which of these variables are not set, or empty."""
    return [name for name in names if not os.environ.get(name)]


def require_log_form() -> None:
    """Check THREEFUTURES_LOG, before anything is logged.

    Raises:
        UsageError: it is neither json nor text.
    """
    form = os.environ.get("THREEFUTURES_LOG", "")
    if form.lower() not in ("", "text", "json"):
        raise UsageError(f"THREEFUTURES_LOG={form} is no form of a log", found=form, next="set it to json, or unset it")


def logs_json() -> bool:
    """Whether THREEFUTURES_LOG asks for a JSON object a line on stderr."""
    return os.environ.get("THREEFUTURES_LOG", "").lower() == "json"


def wants_colour() -> bool:
    """Whether the terminal shows colour and nobody asked for none (NO_COLOR)."""
    return not os.environ.get("NO_COLOR") and os.environ.get("TERM", "dumb") != "dumb"


def quiet_prefect(folder: Path) -> None:
    """Keep Prefect's database inside the data folder, its console silent, and all of it on this machine.

    A variable that is set stays as it is: a server of one's own is named by PREFECT_API_URL.
    """
    wanted = {
        "PREFECT_HOME": str(folder),
        "DO_NOT_TRACK": "1",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "true",
        # The default of 20 seconds is too short for the first start on a slow disk.
        "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "90",
        # Faults are told once, in three lines, by the command itself; the API keeps every record.
        "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "CRITICAL",
        "PREFECT_LOGGING_EXTRA_LOGGERS": "threefutures",
        # Progress is also told outside of runs, where the API has nothing to attach it to.
        "PREFECT_LOGGING_TO_API_WHEN_MISSING_FLOW": "ignore",
        "PREFECT_CLI_PROMPT": "false",
    }
    for name, value in wanted.items():
        os.environ.setdefault(name, value)
