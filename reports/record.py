"""What a report is made of beside the assessment: the facts public on its date, and what became of the rest.

Everything arrives as an argument and nothing is fetched or written.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from metrics import Catalogue
from metrics.beliefs import believed
from reports.citing import Facts

Document = Mapping[str, Any]
"""A JSON object, such as an earlier assessment's."""

SOURCE_COLUMNS = ("id", "title", "publisher", "licence", "url", "n", "newest_on", "last_known_since", "stale")
"""Of the sources table: `n` facts public on the date; `stale` says why one is late, and is empty otherwise."""

QUARANTINE_COLUMNS = ("source", "line", "indicator", "rule", "reason", "row")


@dataclass(frozen=True)
class Record:
    """The warehouse as a report sees it on one date."""

    facts: pd.DataFrame
    """observation.COLUMNS with fact_id and sha256 (of the file): all that was public, earlier vintages too."""
    quarantine: pd.DataFrame
    """QUARANTINE_COLUMNS; rows that were read and not accepted."""
    sources: pd.DataFrame
    """SOURCE_COLUMNS, one row a registered source."""
    catalogue: Catalogue
    versions: Mapping[str, str] = field(default_factory=dict)
    """Program -> version, of everything that could change a figure."""
    hashes: Mapping[str, str] = field(default_factory=dict)
    """What -> sha256: the code, the warehouse's facts."""
    previous: Document | None = None
    """The assessment of the last report, as its to_dict() gave it."""
    replay: Document | None = None
    """What would have been said on earlier dates, as Replay.to_dict() gives it; None: not computed."""
    tripwires: Sequence[Document] | None = None
    """Which next values would move the verdict, as Tripwires.to_dict() gives its wires; None: not computed."""
    generated_at: datetime | None = None
    """When it was made (UTC); None leaves it out, so that the same facts give the same bytes."""

    @cached_property
    def believed(self) -> pd.DataFrame:
        """One row a key: what is believed on the report's date."""
        return believed(self.facts, self.facts["known_since"].max())

    @cached_property
    def by_point(self) -> Facts:
        """The facts by what a point of a series knows of itself."""
        return Facts(self.facts)


@cache
def code_sha256() -> str:
    """Hash of the code and templates that reports are made by."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.rglob("*")):
        if path.suffix in (".py", ".html", ".md", ".css"):
            digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
