"""The members of a zip archive, in memory: a stranger's archive costs what it may and writes nothing anywhere."""

import io
import zipfile
import zlib
from collections.abc import Iterator
from typing import NamedTuple

from metrics.errors import DataError
from metrics.readers.content import one_line

MOST_MEMBERS = 1_000
LARGEST_TOTAL = 256 * 2**20
"""Bytes of all members together; Epoch's hub has 1.3 MB in 52."""

HIGHEST_RATIO = 200
"""Unpacked bytes a packed byte; text comes to 20. Members below SMALL are too small to harm."""
SMALL = 2**20

_FAULTS = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError, ValueError)
"""What the library raises for archives that are damaged, made to mislead, or packed in a way it does not know."""


class Member(NamedTuple):
    """A file in an archive."""

    name: str
    content: bytes


def members(content: bytes, *, name: str) -> Iterator[Member]:
    """The files of a zip archive, in its order.

    Raises:
        DataError: it cannot be opened, has too many members or too much in them, a name that leads out of it or is
            there twice, or a member with a password.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            listed = [one for one in archive.infolist() if not one.is_dir()]
            _check(listed, name)
            for one in listed:
                yield Member(one.filename, archive.read(one))
    except _FAULTS as error:
        raise DataError(
            f"{name}: the archive cannot be read",
            found=one_line(f"{type(error).__name__}: {error}"),
            next="download it again",
        ) from error


def _check(listed: list[zipfile.ZipInfo], name: str) -> None:
    if len(listed) > MOST_MEMBERS:
        raise _refused(name, "too many members", f"{len(listed):,}; at most {MOST_MEMBERS:,} are read")
    # The library reads no more of a member than its size as listed, so that a false size is a damaged member.
    if (total := sum(one.file_size for one in listed)) > LARGEST_TOTAL:
        raise _refused(
            name, "too much in it", f"{total / 2**20:,.0f} MB; at most {LARGEST_TOTAL / 2**20:g} MB are read"
        )
    seen: set[str] = set()
    for one in listed:
        where = one_line(one.filename)
        if one.filename.startswith(("/", "\\")) or ".." in one.filename.replace("\\", "/").split("/"):
            raise _refused(name, "a name that leads out of it", where)
        if one.filename in seen:
            raise _refused(name, "a name twice", where)
        if one.flag_bits & 1:
            raise _refused(name, "a member with a password", where)
        if one.file_size > SMALL and one.file_size > HIGHEST_RATIO * max(one.compress_size, 1):
            raise _refused(name, "a member that is packed too well", f"{where}: {one.file_size / 2**20:,.0f} MB")
        seen.add(one.filename)


def _refused(name: str, what: str, found: str) -> DataError:
    return DataError(f"{name}: the archive has {what}", found=found, next="look at it; nothing of it was read")
