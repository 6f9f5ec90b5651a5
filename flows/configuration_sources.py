"""Tables under `sources` of threefutures.toml: publishers, one's own tables and evaluations, repositories.

The string under a field is what docs/configuration.md says of it. The other tables stand in configuration.py.
"""

import re
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, model_validator

from flows.configuration_faults import JOINT, UnfitError
from flows.configuration_values import Every, FilePath, Place, Repository, WebAddress


class Table(BaseModel):
    """A table of the file: it takes no key that it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class LiveSource(Table):
    """A publisher whose newest figures are fetched: `metr` or `epoch`. Without the table nothing is fetched."""

    enabled: bool = True
    """false keeps the table and fetches nothing."""
    every: Every = "weekly"
    """How often at most: "always" (every run), "hourly", "daily", "weekly" or "monthly"."""
    url: WebAddress | None = None
    """A copy of one's own instead of the publisher's address."""


class Expect(Table):
    """What the next file of a table of one's own must be like, by the one before it; one that is not is held back.

    `threefutures quarantine` lists a file that is held back, and `ingest NAME --accept` takes it. Without this table
    whatever can be read is kept.
    """

    columns: tuple[str, ...] = ()
    """Columns that it must have, besides those that every table needs."""
    least_rows: float = Field(default=0.8, ge=0, le=1)
    """Rows, as a share of those before."""
    most_refused: float = Field(default=0.3, ge=0, le=1)
    """Rows that break a rule, as a share of all."""
    most_changed: float = Field(default=0.25, ge=0, le=1)
    """Values known before that may move by more than `tolerance`, as a share of all known before."""
    tolerance: float = Field(default=0.25, ge=0)
    """A value that moves by at most this share of itself is a correction."""
    late_days: int = Field(default=180, ge=1)
    """Days without a new file after which the source is called late; that is told, and holds nothing back."""


class OwnTable(Table):
    """A table of one's own: any other name under `sources`, in lower case."""

    kind: Literal["table"] = "table"
    """"table": rows of indicator, observed_on, value; "inspect": logs of evaluations (below)."""
    path: Place
    """A CSV, Parquet or JSON-lines file, a folder of them, or an http(s) address."""
    indicators: FilePath | None = None
    """Refused: only the catalogue is tracked; `classify --data FILE --indicators FILE` judges a table of others."""
    private: bool = True
    """Asked in SQL here, and without part in the verdict, in reports and in exports."""
    enabled: bool = True
    """false keeps the table and reads nothing."""
    every: Every = "always"
    """How often at most it is read."""
    known_since: date | None = None
    """First day the public could know the rows that do not say so; the day they are read where it is left out."""
    expect: Expect | None = None
    """What its next file must be like, a table of its own: [sources.NAME.expect]."""


class InspectSource(Table):
    """Evaluations of one's own as Inspect logs: any other name under `sources`, with kind = "inspect"."""

    kind: Literal["inspect"]
    """"inspect"."""
    path: FilePath
    """A log, or a folder of them."""
    minutes: FilePath
    """CSV of task, family and human minutes."""
    scorer: str = ""
    """Whose score counts, where samples have several."""
    release_dates: FilePath | None = None
    """Release date by agent: METR's YAML, or a CSV."""
    private: bool = True
    """Asked in SQL here, and without part in the verdict, in reports and in exports."""
    enabled: bool = True
    """false keeps the table and reads nothing."""
    every: Every = "always"
    """How often at most they are read."""
    known_since: date | None = None
    """First day the public could know them; the day they are read where it is left out."""


class GitSource(Table):
    """Repositories whose AI-written share of code is measured; authors are hashed, and no export has it."""

    repositories: tuple[Repository, ...] = Field(min_length=1)
    """Folders, https or ssh addresses. No other repository is ever read."""
    jobs: int = Field(default=2, ge=1, le=64)
    """Repositories that are read at the same time."""
    enabled: bool = True
    """false keeps the table and measures nothing."""
    surviving: bool = False
    """Whether the lines of HEAD are measured too, by blame; it costs another pass over every file."""
    output_multiplier: bool = False
    """Whether output per engineer is measured too; it costs another pass over the history."""
    baseline: int | None = Field(default=None, ge=1970, le=2100)
    """The year before AI that output is compared with; found by the marked share where it is left out."""


def _kind(value: Any) -> str:
    """Which of one's own sources a table is; one that is no table at all is told as such by OwnTable."""
    kind = value.get("kind") if isinstance(value, dict) else None
    return "inspect" if kind == "inspect" else "table"


OwnSource = Annotated[
    Annotated[OwnTable, Tag("table")] | Annotated[InspectSource, Tag("inspect")], Discriminator(_kind)
]


class Sources(BaseModel):
    """Where facts come from besides those that ship with threefutures."""

    model_config = ConfigDict(extra="allow", frozen=True, use_attribute_docstrings=True)
    __pydantic_extra__: dict[str, OwnSource]

    metr: LiveSource | None = None
    """METR's time horizons."""
    epoch: LiveSource | None = None
    """Epoch AI's benchmarking hub."""
    git: GitSource | None = None
    """Git histories."""

    @model_validator(mode="after")
    def _named(self) -> "Sources":
        for name in self.own:
            if not re.fullmatch(r"[a-z][a-z0-9_]{0,39}", name) or JOINT in name:
                raise UnfitError(
                    f"cannot be called {name!r}",
                    found=f"[sources.{name}]",
                    next="take up to 40 letters a-z, digits and single underscores, a letter first",
                )
        return self

    @property
    def own(self) -> Mapping[str, OwnTable | InspectSource]:
        """One's own sources by name."""
        return self.__pydantic_extra__
