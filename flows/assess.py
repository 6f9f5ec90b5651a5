"""Facts -> assessment: what is known on a date, read and classified."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from types import MappingProxyType
from typing import NamedTuple

import pandas as pd

from flows.choices import USUAL, Choices
from flows.ingest import read_landed
from metrics import load_indicators
from metrics.beliefs import news
from metrics.errors import DataError
from metrics.source import Source, sources
from scenarios import Assessment
from scenarios.classifier import classify_judged
from scenarios.tripwires import Tripwires, read_tripwires, tripwires
from warehouse import facts, results
from warehouse.connection import live, snapshot
from warehouse.home import Home
from warehouse.own import own_sources
from warehouse.quarantine import quarantined
from warehouse.runs import Failing, failing


class Known(NamedTuple):
    """Everything that is kept, whenever it became known."""

    facts: pd.DataFrame
    """observation.COLUMNS with fact_id and sha256 of the file."""
    said: pd.DataFrame
    """observation.COLUMNS, restatements too: what an assessment is made of."""
    quarantine: pd.DataFrame
    origin: str
    """Where it was read, for people."""
    failing: Mapping[str, Failing]
    """Sources that gave nothing when they were last ingested, by id."""
    own: Mapping[str, Source] = MappingProxyType({})
    """Sources of the user's own, by id."""

    @property
    def public(self) -> "Known":
        """The same without private sources: what the public record says, and what verdicts and reports are made of."""
        every = {**sources(), **self.own}
        private = [key for key, one in every.items() if one.private]
        return self._replace(
            facts=_without(self.facts, private),
            said=_without(self.said, private),
            quarantine=_without(self.quarantine, private),
            own={key: one for key, one in self.own.items() if not one.private},
        )


def _without(frame: pd.DataFrame, private: Sequence[str]) -> pd.DataFrame:
    return frame[~frame["source"].isin(private)].reset_index(drop=True)


def known_live(home: Home) -> Known:
    """What the live warehouse keeps; the caller holds the writer's lock."""
    with live(home) as connection:
        return Known(
            facts.every(connection),
            facts.said(connection),
            quarantined(connection),
            str(home.live),
            failing(connection),
            own_sources(home),
        )


def known(home: Home, today: date) -> Known:
    """What the published snapshot keeps, or, before the first run, the facts that ship with the project."""
    if not home.snapshot.exists():
        return _embedded(today)
    with snapshot(home) as connection:
        return Known(
            facts.every(connection),
            facts.said(connection),
            quarantined(connection),
            str(home.snapshot),
            failing(connection),
            own_sources(home),
        )


def _embedded(today: date) -> Known:
    at = datetime.combine(today, datetime.min.time(), UTC)
    read, failed = [], {}
    for source in sources().values():
        try:
            read += _read_embedded(source, at)
        except DataError as error:
            failed[source.id] = Failing(today, str(error))
    if not read:
        raise DataError("no source that ships with threefutures can be read", found=next(iter(failed.values())).error)
    accepted, rejected = (pd.concat(frames, ignore_index=True) for frames in zip(*read, strict=True))
    told = news(accepted).reset_index(drop=True)
    return Known(told, accepted, rejected, "the facts that ship with threefutures", failed)


def _read_embedded(source: Source, at: datetime) -> list[tuple[pd.DataFrame, pd.DataFrame]]:
    read = []
    for file in source.embedded():
        judgement = read_landed(source, file.content, load_indicators(), public_on=at.date(), today=at.date())
        sha256 = hashlib.sha256(file.content).hexdigest()
        accepted = judgement.accepted.assign(fact_id="", sha256=sha256)
        read.append((accepted, judgement.rejected.assign(source=source.id, sha256=sha256)))
    return read


def assess(known: Known, *, as_of: date, choices: Choices = USUAL, sensitivity: bool = True) -> Assessment:
    """The assessment of what was public on a date."""
    return classify_judged(
        known.public.said, load_indicators(), as_of=as_of, sensitivity=sensitivity, **choices._asdict()
    )


def next_values(connection: results.Connection, assessment: Assessment) -> Tripwires:
    """What to measure next: as stored with the same assessment, else worked out."""
    stored = results.stored(connection, assessment.to_dict()) or {}
    return read_tripwires(assessment, stored["tripwires"]) if "tripwires" in stored else tripwires(assessment)
