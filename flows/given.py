"""Files that somebody names."""

from pathlib import Path

from metrics.errors import DataError

EVALUATIONS = "give METR's runs or counts, a CSV of agent, task, family, minutes, successes, runs, or Inspect logs"


def bytes_of(path: Path, *, next: str = EVALUATIONS) -> bytes:
    """The content of a file.

    Args:
        path: as it was given.
        next: what to do where it cannot be read.

    Raises:
        DataError: it cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise DataError(f"{path}: the file cannot be read", found=error.strerror or str(error), next=next) from error
