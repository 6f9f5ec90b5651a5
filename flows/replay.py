"""What would have been said on many dates; kept beside the assessments where there is a warehouse."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import NamedTuple

from flows.assess import Known, known_live
from flows.choices import Choices
from flows.console import say, today
from flows.rebuild import bring_up_to_date
from flows.settings import wait_seconds
from metrics import load_indicators
from scenarios.dates import schedule
from scenarios.replay import Clock, Replay, replay_judged
from scenarios.settings import settings
from scenarios.step import Step, read_step
from warehouse import replays
from warehouse.connection import live, snapshot, writer
from warehouse.home import Home
from warehouse.publish import publish

FIRST = "2023-01"
"""Month in which the replay begins that every run keeps: that of the record's first date."""


class Kept(NamedTuple):
    """The replay that a run keeps."""

    dates: int
    computed: int
    """Dates whose answer no earlier run had given."""


def replayed(known: Known, *, first: str, last: str, every: str, clock: Clock, choices: Choices, home: Home) -> Replay:
    """Replay the dates with every check; what was told before of the same facts is told again.

    Args:
        known: what is kept.
        first: "2023-01" or "2023-01-15".
        last: the same.
        every: week, month, quarter or year.
        clock: known, or observed for hindsight.
        choices: of every date.
        home: where earlier replays are kept.

    Raises:
        UsageError: a date cannot be read, or the dates lie in the future.
    """
    return _replay(known, schedule(first, last, every, until=today()), clock, choices, _told_before(home))


def keep_replay(home: Home, told: Replay) -> None:
    """Store and publish a replay; before the first run there is no warehouse, and nothing is kept."""
    if not home.snapshot.exists():
        return
    at = datetime.now(UTC)
    with writer(home, command="replay", wait_seconds=wait_seconds(), on_wait=say):
        bring_up_to_date(home, at=at)
        with live(home) as connection:
            replays.store_replay(connection, told.to_dict(), stored_at=at)
        publish(home)


def keep_monthly(home: Home, *, until: date, choices: Choices, at: datetime) -> Kept:
    """Bring the replay of every month up to a date; the caller holds the writer's lock.

    Args:
        home: the data folder.
        until: the last date; before FIRST nothing is replayed.
        choices: of every date.
        at: when it is stored.
    """
    if f"{until:%Y-%m}" < FIRST:
        return Kept(0, 0)
    known, days = known_live(home), schedule(FIRST, f"{until:%Y-%m}", until=until)
    with live(home) as connection:
        told = _read(replays.told_steps(connection, model_sha256=settings().sha256))
    made = _replay(known, days, "known", choices, told)
    with live(home) as connection:
        replays.store_replay(connection, made.to_dict(), stored_at=at, kept_by="run")
    return Kept(len(made.steps), sum(step.basis not in told for step in made.steps))


def _replay(known: Known, days: Sequence[date], clock: Clock, choices: Choices, told: Mapping[str, Step]) -> Replay:
    indicators, given = load_indicators(), choices._asdict()
    return replay_judged(known.public.said, indicators, days, clock=clock, sensitivity=True, told=told, **given)


def _told_before(home: Home) -> dict[str, Step]:
    if not home.snapshot.exists():
        return {}
    with snapshot(home) as connection:
        return _read(replays.told_steps(connection, model_sha256=settings().sha256))


def _read(documents: Mapping[str, Mapping[str, object]]) -> dict[str, Step]:
    return {basis: read_step(document) for basis, document in documents.items()}
