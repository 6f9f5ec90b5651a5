"""What was measured of one repository, as the bytes that land: the same measurement gives the same bytes.

A Parquet file: a row a commit, and beside the rows a JSON object with the months, the summary, HEAD, the table of
patterns and the day. Facts are made from it by git_facts.py, and a rebuild makes the same ones from the same bytes.
"""

import io
import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from metrics.errors import DataError
from metrics.estimators.code_share import Month

LAYOUT = 1

ABOUT = b"threefutures.git"
"""Key of the JSON object in the file's metadata."""


class GitDocument(NamedTuple):
    """One repository on one day."""

    repo: str
    measured_on: date
    patterns: str
    """SHA-256 of the pattern table."""
    months: tuple[Month, ...]
    summary: Mapping[str, Any]
    """What summary.json says of the repository."""
    commits: pa.Table
    """The columns of commits.parquet."""

    def says_the_same_as(self, other: "GitDocument") -> bool:
        """Whether both found the same, whenever it was."""
        return _about(self, on=date.min) == _about(other, on=date.min) and self.commits.equals(other.commits)


def write_document(document: GitDocument) -> bytes:
    """The bytes of a document."""
    about = json.dumps(_about(document, on=document.measured_on), sort_keys=True)
    file = io.BytesIO()
    # One row group and one thread: nothing of the machine shows in the bytes.
    table = document.commits.replace_schema_metadata({ABOUT: about.encode()}).combine_chunks()
    pq.write_table(table, file, compression="zstd", row_group_size=max(len(table), 1))
    return file.getvalue()


def _about(document: GitDocument, *, on: date) -> dict[str, Any]:
    return {
        "layout": LAYOUT,
        "repo": document.repo,
        "measured_on": on.isoformat(),
        "patterns": document.patterns,
        "months": [list(month) for month in document.months],
        "summary": json.loads(json.dumps(document.summary)),
    }


def read_document(content: bytes) -> GitDocument:
    """The document of some bytes.

    Raises:
        DataError: they are none.
    """
    try:
        with pq.ParquetFile(io.BytesIO(content), pre_buffer=False) as file:
            about = json.loads((file.schema_arrow.metadata or {})[ABOUT])
            commits = file.read(use_threads=False).replace_schema_metadata(None)
        if about["layout"] != LAYOUT:
            raise ValueError(f"layout {about['layout']}")
        return GitDocument(
            about["repo"],
            date.fromisoformat(about["measured_on"]),
            about["patterns"],
            _months(about["months"]),
            about["summary"],
            commits,
        )
    except (pa.ArrowException, KeyError, TypeError, ValueError) as error:
        raise DataError(
            "git: the file is no measurement of a repository",
            found=f"{type(error).__name__}: {error}"[:200],
            next="name the repository under [sources.git] in threefutures.toml; threefutures ingest git measures it",
        ) from error


def _months(rows: Sequence[Sequence[Any]]) -> tuple[Month, ...]:
    return tuple(Month(*row) for row in rows)
