"""What earlier runs left for a report: the replay of past dates, and which next values would move the verdict."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from scenarios import Assessment
from warehouse import replays, results
from warehouse.connection import live, snapshot
from warehouse.home import Home


class Recalled(NamedTuple):
    """Documents kept in the warehouse; None where none is."""

    replay: dict[str, Any] | None = None
    tripwires: Sequence[dict[str, Any]] | None = None


def recalled(home: Home, assessment: Assessment, *, published: bool) -> Recalled:
    """The replay up to an assessment's date under its prior, and the tripwires stored with the assessment.

    Args:
        home: where they are kept.
        assessment: whose report is made.
        published: ask the snapshot; else the live warehouse, whose writer the caller is.
    """
    if published and not home.snapshot.exists():
        return Recalled()
    with (snapshot if published else live)(home) as connection:
        replay = replays.latest_replay(
            connection,
            prior=assessment.prior.name,
            weights=assessment.prior.weights,
            until=assessment.as_of,
            first_date=assessment.first_date,
            leave_out=assessment.leave_out,
        )
        stored = results.stored(connection, assessment.to_dict()) or {}
    return Recalled(replay, stored.get("tripwires"))
