"""Alerts: who is told what changed since they were last told, after a run as of today.

What is a change, and how it reads, stands in reports/standing.py and reports/alert.py; how it travels, in channels.py.
A channel is told at least once: it is sent first, then kept that it was, so that a process killed between the two
tells it again, and a channel that failed is told with the next run.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from flows.channels import Channel, ChannelError, Parcel
from flows.configuration import Alerts
from flows.progress import LOGGER
from metrics import load_indicators
from reports.alert import SILENCED_BY, Told, message
from reports.plain_json import plain_json
from reports.standing import Difference, differences, standing
from scenarios import Assessment
from scenarios.tripwires import tripwires
from warehouse import alerts as kept
from warehouse import results
from warehouse.connection import live
from warehouse.home import Home


class Concluded(NamedTuple):
    """What a run came to."""

    run_id: str
    assessment_id: str
    assessment: Assessment
    sources: pd.DataFrame
    """record.SOURCE_COLUMNS."""
    failing: Collection[str]
    """Ids of the sources that gave nothing when they were last ingested."""
    report: Path
    at: datetime


def tell(home: Home, run: Concluded, settings: Alerts, channels: Sequence[Channel]) -> list[dict[str, str]]:
    """Tell every channel what it has not been told yet; the caller holds the writer's lock.

    Returns:
        What became of each channel, for the run's row: "begun" (from now on it is told of changes), "nothing new",
        "told", or "failed" with the reason. A channel that fails keeps nothing from being done.
    """
    if not channels:
        return []
    with live(home) as connection:
        told = {channel.name: kept.last_told(connection, channel.name) for channel in channels}
    now = _standing(run, settings, [one for one in told.values() if one])
    return [_bring_up_to_date(home, run, settings, channel, told[channel.name], now) for channel in channels]


def _standing(run: Concluded, settings: Alerts, told: Sequence[kept.LastTold]) -> dict[str, Any]:
    """What stands now. Tripwires take seconds: they are those of the same assessment where they were kept with it."""
    same = [one.standing["crossings"] for one in told if one.assessment_id == run.assessment_id]
    wires = tripwires(run.assessment) if settings.tripwires and not same else None
    stands = standing(run.assessment, run.sources, run.failing, wires)
    return stands | {"crossings": same[0]} if same else stands


def _bring_up_to_date(
    home: Home,
    run: Concluded,
    settings: Alerts,
    channel: Channel,
    before: kept.LastTold | None,
    now: dict[str, Any],
) -> dict[str, str]:
    found = [one for one in differences(before.standing, now) if _is_wanted(one, settings)] if before else []
    try:
        if before and found:
            channel.send(_parcel(home, run, before, found))
    except ChannelError as error:
        LOGGER.warning("alert     %s was not told: %s; the next run tries again", channel.name, error)
        return {"alert": channel.name, "outcome": "failed", "reason": str(error)}
    told = kept.LastTold(run.assessment_id, now)
    with live(home) as connection:
        kept.keep_told(connection, channel.name, told, run_id=run.run_id, told_at=run.at)
    return {"alert": channel.name, "outcome": "told" if found else "nothing new" if before else "begun"}


def _is_wanted(one: Difference, settings: Alerts) -> bool:
    return bool(getattr(settings, SILENCED_BY[one.kind]))


def _parcel(home: Home, run: Concluded, before: kept.LastTold, found: Sequence[Difference]) -> Parcel:
    with live(home) as connection:
        previous = results.document(connection, before.assessment_id)
    told = message(found, Told(run.assessment, previous, run.sources, str(run.report), load_indicators()))
    verdict = run.assessment.verdict
    document = {
        "subject": told.subject,
        "text": told.text,
        "as_of": run.assessment.as_of.isoformat(),
        "run": run.run_id,
        "verdict": {"kind": verdict.kind, "scenario": verdict.scenario, "words": verdict.words},
        "changes": [one._asdict() for one in found],
        "report": str(run.report),
    }
    return Parcel(told.subject, told.text, plain_json(document))
