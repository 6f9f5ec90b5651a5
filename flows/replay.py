"""What would have been said on many dates; kept beside the assessments where there is a warehouse."""

from datetime import UTC, datetime

from flows.assess import Known
from flows.choices import Choices
from flows.console import say, today
from flows.rebuild import bring_up_to_date
from flows.settings import wait_seconds
from metrics import load_indicators
from scenarios.dates import schedule
from scenarios.replay import Clock, Replay, replay_judged
from warehouse import replays
from warehouse.connection import live, writer
from warehouse.home import Home
from warehouse.publish import publish


def replayed(known: Known, *, first: str, last: str, every: str, clock: Clock, choices: Choices) -> Replay:
    """Replay the dates with every check.

    Args:
        known: what is kept.
        first: "2023-01" or "2023-01-15".
        last: the same.
        every: week, month, quarter or year.
        clock: known, or observed for hindsight.
        choices: of every date.

    Raises:
        UsageError: a date cannot be read, or the dates lie in the future.
    """
    days = schedule(first, last, every, until=today())
    return replay_judged(known.public.said, load_indicators(), days, clock=clock, sensitivity=True, **choices._asdict())


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
