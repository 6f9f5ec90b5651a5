"""The one folder that everything is kept in, and where each thing lies in it."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from warehouse.faults import explain_os_error
from warehouse.files import being_written

PROBE_BYTES = 4096
"""One page: a full disk still makes empty files and folders."""


@dataclass(frozen=True)
class Lake:
    """A warehouse that several machines write to: a DuckLake with its catalogue in PostgreSQL."""

    catalogue: str = field(repr=False)
    """How libpq is told of the database: "host=... dbname=... user=...". It may hold a password, and is never shown."""
    data: str
    """Folder of its Parquet files, the same for every machine."""


class Home(NamedTuple):
    """The folder; copying it is a backup."""

    root: Path
    lake: Lake | None = None
    """What is kept there instead of in the live database, where several machines write."""

    @property
    def landing(self) -> Path:
        """Every file as it was fetched, landing/<source>/<sha256>."""
        return self.root / "landing"

    @property
    def live(self) -> Path:
        """The database that one writer at a time holds for seconds."""
        return self.root / "live.duckdb"

    @property
    def published(self) -> Path:
        """What readers open: swapped in whole, never written to."""
        return self.root / "published"

    @property
    def snapshot(self) -> Path:
        """The published database."""
        return self.published / "threefutures.duckdb"

    @property
    def reports(self) -> Path:
        return self.root / "reports"

    @property
    def prefect(self) -> Path:
        return self.root / "prefect"

    @property
    def lock(self) -> Path:
        """Locked by the one process that writes; says who that is."""
        return self.root / ".writer.lock"

    @property
    def schedule_lock(self) -> Path:
        """Locked by the process that runs the schedule on this machine; says which."""
        return self.root / ".schedule.lock"

    def prepare(self) -> None:
        """Make the folders.

        Raises:
            WarehouseError: the folder cannot be made or written to, or the disk is full.
        """
        try:
            for folder in (self.root, self.landing, self.published, self.reports, self.prefect):
                folder.mkdir(parents=True, exist_ok=True)
            with being_written(self.root / ".probe") as probe:
                probe.write_bytes(bytes(PROBE_BYTES))
            probe.unlink(missing_ok=True)  # another process may be probing too
        except OSError as error:
            raise explain_os_error(error, self.root) from error
