"""What DuckDB and the operating system say, in the project's three lines: no duckdb exception leaves the package.

DuckDB is imported where it may have said something: a command that only needs a folder does without its 20 MB.
"""

import errno
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from metrics.errors import BusyError, WarehouseError
from metrics.untrusted import cut, plain

if TYPE_CHECKING:
    import duckdb

INTACT = "what was kept before is intact"
REBUILD = "threefutures rebuild makes it anew from the landing files; the old one is set aside"
PUBLISH = "threefutures run, or threefutures rebuild, publishes it anew from what is kept"

SAID_WHEN_FULL = ("no space left", "file too large", "disk quota exceeded", "not enough disk space")
SAID_WHEN_READ_ONLY = ("read-only", "permission denied", "operation not permitted")
SAID_WHEN_DAMAGED = (
    "not a valid duckdb",
    "corrupt",
    "checksum",
    "deserialize",
    "serialization",
    "failure while replaying wal",
    "could not read enough bytes",
    "is a directory",
    "internal error",
    "has been invalidated",
)

LONGEST = 200
"""Characters of what DuckDB says that are passed on."""


@contextmanager
def explained(path: Path, *, mend: str = REBUILD) -> Iterator[None]:
    """Turn every fault of DuckDB on this file into a WarehouseError that says what to do; `mend`, if it is damaged."""
    import duckdb  # noqa: PLC0415

    try:
        yield
    except duckdb.Error as error:
        raise explain(error, path, mend=mend) from error


@contextmanager
def os_explained(path: Path) -> Iterator[None]:
    """Turn every fault of the operating system into a WarehouseError that says what to do."""
    try:
        yield
    except OSError as error:
        raise explain_os_error(error, path) from error


def is_locked(error: "duckdb.Error") -> bool:
    """Whether another process holds the file."""
    return "could not set lock" in str(error).lower()


def is_damaged(error: "duckdb.Error") -> bool:
    """Whether the file is no database, or no longer one; a fault of a query's words is none of the file."""
    import duckdb  # noqa: PLC0415

    if isinstance(error, duckdb.ProgrammingError | duckdb.DataError):
        return False
    said = str(error).lower()
    return any(words in said for words in SAID_WHEN_DAMAGED)


def explain(error: "duckdb.Error", path: Path, *, mend: str = REBUILD) -> WarehouseError:
    """The fault in three lines."""
    said = str(error).lower()
    if is_locked(error):
        return _held(error, path)
    if any(words in said for words in SAID_WHEN_FULL):
        return _full(path, _named(error))
    if any(words in said for words in SAID_WHEN_READ_ONLY):
        return _refused(path, _named(error) or path)
    if "newer version of duckdb" in said or "trying to read a database file with version" in said:
        return WarehouseError(
            f"{path}: the file was written by a newer DuckDB",
            found=first_line(error),
            next="install the version the file was written by, or move the file away and run: threefutures rebuild",
        )
    if is_damaged(error):
        return WarehouseError(f"{path}: the file is not a readable database", found=first_line(error), next=mend)
    return WarehouseError(f"{path}: the database refused", found=first_line(error), next=f"run it again; {INTACT}")


def explain_os_error(error: OSError, path: Path) -> WarehouseError:
    """The fault in three lines."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return _full(path)
    if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
        return _refused(path, Path(str(error.filename or path)))
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


def _held(error: "duckdb.Error", path: Path) -> BusyError:
    _, _, holder = str(error).partition("Conflicting lock is held in ")
    return BusyError(
        f"{path}: another process holds the database",
        found=told(holder.partition(". See also")[0]) or first_line(error),
        next="wait for it or close it; readers should open published/threefutures.duckdb instead",
    )


def _full(path: Path, written: Path | None = None) -> WarehouseError:
    where = written or path
    return WarehouseError(
        f"{path}: the disk is full",
        found=f"{free_bytes(where) // 1024:,} kB free on {mount_of(where)}",
        next=f"free some space and run again; {INTACT}",
    )


def _refused(path: Path, at: Path) -> WarehouseError:
    # Path.is_file raises where a folder is closed to us.
    closed = not os.access(at.parent, os.X_OK) or (os.path.isfile(at) and not os.access(at, os.R_OK))  # noqa: PTH113
    if closed:
        return WarehouseError(
            f"{at}: the file cannot be read", found="a file of somebody else", next="ask its owner to let you read it"
        )
    return WarehouseError(
        f"{path}: the folder cannot be written to",
        found="read-only, or not ours",
        next="give another folder with THREEFUTURES_HOME, or change its permissions",
    )


def _named(error: "duckdb.Error") -> Path | None:
    """The file that DuckDB says it was at."""
    match = re.search(r'file "([^"]+)"', str(error))
    return Path(match[1]) if match else None


def free_bytes(path: Path) -> int:
    """Space left where this file lies or will lie."""
    return shutil.disk_usage(_nearest(path)).free


def mount_of(path: Path) -> Path:
    """Where the disk that the file lies or will lie on begins."""
    there = _nearest(path).resolve()
    return next(folder for folder in (there, *there.parents) if os.path.ismount(folder))


def _nearest(path: Path) -> Path:
    return next(folder for folder in (path, *path.absolute().parents) if folder.exists())


def first_line(error: "duckdb.Error") -> str:
    """The first line of what DuckDB says, fit to be shown."""
    return told(str(error).partition("\n")[0]) or type(error).__name__


def told(text: str, longest: int = LONGEST) -> str:
    """One line of text from files or users, cut, in which control characters and direction marks are spelt out."""
    return cut(plain(text), longest, unicode=False)
