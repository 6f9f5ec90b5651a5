"""Every exception the project raises on purpose, and how it reads.

    ThreeFuturesError            three lines: what and where, found, next
    ├── UsageError               the command was typed wrongly; exit code 2
    │   └── ConfigurationError   threefutures.toml, or a variable above it, cannot be used
    ├── CatalogueError           an indicators file cannot be used
    ├── DataError                a file, source or table cannot be used; nothing of it was loaded
    │   └── TransientError       may succeed when tried again; nothing else is retried
    └── WarehouseError           what is kept cannot be read or written
        └── BusyError            another process holds the writer's lock

Exit codes follow: 2 for UsageError, 1 for every other one.
"""


class ThreeFuturesError(Exception):
    """A fault told in three lines: subject, verb and attribute; what was found; what to do next."""

    def __init__(self, message: str, *, found: str = "", next: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.found = found
        self.next = next

    def __reduce__(self) -> tuple[object, ...]:
        return _revive, (type(self), self.message, self.found, self.next)

    def __str__(self) -> str:
        lines = [self.message]
        if self.found:
            lines.append(f"  found  {self.found}")
        if self.next:
            lines.append(f"  next   {self.next}")
        return "\n".join(lines)


class UsageError(ThreeFuturesError):
    """The command or call was given something it does not take."""


class ConfigurationError(UsageError):
    """The configuration cannot be used: nothing was done."""


class CatalogueError(ThreeFuturesError):
    """An indicators file cannot be used: nothing was read from it."""


class DataError(ThreeFuturesError):
    """A batch cannot be used as a whole: nothing of it was loaded."""


class TransientError(DataError):
    """A batch could not be had this time; the same request may succeed later."""


class WarehouseError(ThreeFuturesError):
    """The warehouse cannot be read or written as asked."""


class BusyError(WarehouseError):
    """Another process holds the writer's lock."""


def _revive(kind: type[ThreeFuturesError], message: str, found: str, next: str) -> ThreeFuturesError:
    return kind(message, found=found, next=next)
