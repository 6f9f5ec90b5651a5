"""Files that appear whole or not at all. Knows nothing of what is in them."""

import os
from pathlib import Path

PARTIAL = ".partial"
"""Suffix of a file that is still being written; what a killed process left of it is swept."""


def write_whole(target: Path, content: bytes) -> None:
    """Write a file so that nobody ever sees half of it, also after a power cut."""
    partial = partial_of(target)
    with partial.open("wb") as file:
        file.write(content)
    put_in_place(partial, target)


def partial_of(target: Path) -> Path:
    """Where to write what will be put in the place of `target`: beside it, on the same file system."""
    return target.with_name(target.name + PARTIAL)


def put_in_place(partial: Path, target: Path) -> None:
    """Swap a finished file in; whoever holds the old one open keeps reading it."""
    _flush(partial)
    partial.replace(target)
    _flush(target.parent)


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sweep(*folders: Path) -> None:
    """Remove what killed processes left half written. Call it only while holding the writer's lock."""
    for folder in folders:
        for partial in folder.glob(f"*{PARTIAL}*"):
            if partial.is_file():
                partial.unlink(missing_ok=True)
