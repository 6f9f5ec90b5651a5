"""What DuckDB and the operating system say, in the project's three lines: no duckdb exception leaves the package."""

import errno
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from metrics.errors import BusyError, WarehouseError

INTACT = "what was kept before is intact"
SAID_WHEN_FULL = ("no space left", "file too large", "disk quota exceeded", "not enough disk space")
SAID_WHEN_READ_ONLY = ("read-only", "permission denied", "operation not permitted")
SAID_WHEN_CORRUPT = (
    "not a valid duckdb",
    "corrupt",
    "checksum",
    "deserialize",
    "serialization",
    "failure while replaying wal",
)


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn every fault of DuckDB on this file into a WarehouseError that says what to do."""
    try:
        yield
    except duckdb.Error as error:
        raise explain(error, path) from error


def is_locked(error: duckdb.Error) -> bool:
    """Whether another process holds the file."""
    return "could not set lock" in str(error).lower()


def explain(error: duckdb.Error, path: Path) -> WarehouseError:
    """The fault in three lines."""
    said = str(error).lower()
    if is_locked(error):
        return _held(error, path)
    if any(words in said for words in SAID_WHEN_FULL):
        return _full(path)
    if any(words in said for words in SAID_WHEN_READ_ONLY):
        return _read_only(path)
    if "newer version of duckdb" in said or "trying to read a database file with version" in said:
        return WarehouseError(
            f"{path}: the file was written by a newer DuckDB",
            found=_first_line(error),
            next="install the version the file was written by, or move the file away and run: threefutures rebuild",
        )
    if any(words in said for words in SAID_WHEN_CORRUPT):
        return unreadable(path, _first_line(error))
    return WarehouseError(f"{path}: the database refused", found=_first_line(error), next=f"run it again; {INTACT}")


def unreadable(path: Path, found: str) -> WarehouseError:
    """A file that is no database, or no longer one."""
    return WarehouseError(
        f"{path}: the file is not a readable database",
        found=found,
        next="threefutures rebuild makes it anew from the landing files; the old one is set aside",
    )


def explain_os_error(error: OSError, path: Path) -> WarehouseError:
    """The fault in three lines."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return _full(path)
    if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
        return _read_only(path)
    if error.errno in (errno.EEXIST, errno.ENOTDIR):
        return WarehouseError(
            f"{path}: the home is not a folder",
            found=f"a file at {error.filename}",
            next="give another folder with THREEFUTURES_HOME, or move the file away",
        )
    return WarehouseError(
        f"{path}: the file cannot be used",
        found=f"{error.strerror}: {error.filename}",
        next=f"mend it and run again; {INTACT}",
    )


def _held(error: duckdb.Error, path: Path) -> BusyError:
    _, _, holder = _first_line(error).partition("Conflicting lock is held in ")
    return BusyError(
        f"{path}: another process holds the database",
        found=holder.partition(". See also")[0] or _first_line(error),
        next="wait for it or close it; readers should open published/threefutures.duckdb instead",
    )


def _full(path: Path) -> WarehouseError:
    return WarehouseError(
        f"{path}: the disk is full",
        found=f"{free_bytes(path) // 1024:,} kB free",
        next=f"free some space and run again; {INTACT}",
    )


def _read_only(path: Path) -> WarehouseError:
    return WarehouseError(
        f"{path}: the folder cannot be written to",
        found="read-only, or not ours",
        next="give another folder with THREEFUTURES_HOME, or change its permissions",
    )


def free_bytes(path: Path) -> int:
    """Space left where this file lies or will lie."""
    there = next(folder for folder in (path, *path.absolute().parents) if folder.exists())
    return shutil.disk_usage(there).free


def _first_line(error: duckdb.Error) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__
