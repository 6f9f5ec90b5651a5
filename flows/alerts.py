"""Alerts: who is told what changed since they were last told, after a run as of today, or that it failed.

What is a change, and how it reads, stands in reports/standing.py and reports/alert.py; how it travels, in channels.py.
A channel is told at least once: it is sent first, then kept that it was, so that a process killed between the two
tells it again, and a channel that failed is told with the next run.
"""

import textwrap
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from flows.assess import known_live
from flows.channels import Channel, Parcel, fault
from flows.configuration import Alerts
from flows.progress import LOGGER
from flows.report import source_table
from metrics import load_indicators
from metrics.errors import ThreeFuturesError
from metrics.untrusted import plain
from reports.alert import SILENCED_BY, WIDTH, Told, message
from reports.plain_json import plain_json
from reports.standing import Difference, differences, standing
from scenarios import Assessment
from scenarios.tripwires import tripwires
from warehouse import alerts as kept
from warehouse import results
from warehouse.connection import live, writer
from warehouse.home import Home

FAILED = "failed"
"""Key of a standing that says how the last run failed."""

RECOVERED = "Runs succeed again, after one that failed as a whole."


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


class Letter(NamedTuple):
    """What is due to a channel, and what it knows once it has it."""

    channel: Channel
    parcel: Parcel | None
    """None: there is nothing to tell."""
    knows: kept.LastTold | None
    """None: nothing is kept, and the next run tells it again."""
    is_new: bool = False
    """Whether the channel was never told anything."""


def concluded(
    home: Home, run_id: str, assessment_id: str, assessment: Assessment, report: Path, at: datetime
) -> Concluded:
    """What a run came to, with its sources as they stand in the live database."""
    known = known_live(home)
    sources = source_table(known.facts, assessment.as_of, known.failing, known.own)
    return Concluded(run_id, assessment_id, assessment, sources, known.failing, report, at)


def letters(home: Home, run: Concluded, settings: Alerts, channels: Sequence[Channel]) -> list[Letter]:
    """What every channel has not been told yet; the caller holds the writer's lock."""
    told = _last_told(home, channels)
    now = _standing(run, settings, [one for one in told.values() if one])
    knows = kept.LastTold(run.assessment_id, now)
    found = [(channel, told[channel.name]) for channel in channels]
    return [Letter(one, _news(home, run, settings, last, now), knows, last is None) for one, last in found]


def failure_letters(home: Home, error: Exception, channels: Sequence[Channel]) -> list[Letter]:
    """That a run failed as a whole, for every channel that was not told of this fault yet."""
    try:
        told = _last_told(home, channels)
    except ThreeFuturesError:  # what stopped the run may stop this too
        told = {channel.name: None for channel in channels}
    return [_failure_letter(error, channel, told[channel.name]) for channel in channels]


def _failure_letter(error: Exception, channel: Channel, last: kept.LastTold | None) -> Letter:
    if isinstance(error, ThreeFuturesError):
        name, said = error.message, str(error)
    else:
        name = said = f"a fault of its own: {type(error).__name__}"
    if last is None:
        return Letter(channel, _failure(said), None, is_new=True)
    parcel = None if last.standing.get(FAILED) == name else _failure(said)
    return Letter(channel, parcel, last._replace(standing={**last.standing, FAILED: name}))


def send(due: Sequence[Letter]) -> list[dict[str, str]]:
    """Send what is due; nobody should hold the writer's lock meanwhile, because servers can be slow.

    Returns:
        What became of each, for the run's row: "begun" (from now on the channel is told of changes), "nothing new",
        "told", or "failed" with the reason. A channel that fails keeps nothing from being done.
    """
    return [_sent(letter) for letter in due]


def keep(
    home: Home, due: Sequence[Letter], outcomes: Sequence[Mapping[str, str]], *, run_id: str, at: datetime
) -> None:
    """Keep what every channel knows that did not fail; the caller holds the writer's lock."""
    with live(home) as connection:
        for letter, outcome in zip(due, outcomes, strict=True):
            if letter.knows and outcome["outcome"] != "failed":
                kept.keep_told(connection, letter.channel.name, letter.knows, run_id=run_id, told_at=at)


@contextmanager
def failure_told(home: Home, channels: Sequence[Channel], *, at: datetime) -> Iterator[None]:
    """Tell every channel if what is done fails as a whole."""
    try:
        yield
    except Exception as error:
        if channels:
            due = failure_letters(home, error, channels)
            outcomes = send(due)
            # What stopped the run may stop this too; then the channels are told again.
            with suppress(ThreeFuturesError), writer(home, command="alert", wait_seconds=0):
                keep(home, due, outcomes, run_id="", at=at)
        raise


def _last_told(home: Home, channels: Sequence[Channel]) -> dict[str, kept.LastTold | None]:
    with live(home) as connection:
        return {channel.name: kept.last_told(connection, channel.name) for channel in channels}


def _sent(letter: Letter) -> dict[str, str]:
    name = letter.channel.name
    if letter.parcel is None:
        return {"alert": name, "outcome": "begun" if letter.is_new else "nothing new"}
    if said := fault(letter.channel, letter.parcel):
        LOGGER.warning("alert     %s was not told: %s; the next run tries again", name, said)
        return {"alert": name, "outcome": "failed", "reason": said}
    return {"alert": name, "outcome": "told"}


def _standing(run: Concluded, settings: Alerts, told: Sequence[kept.LastTold]) -> dict[str, Any]:
    """What stands now. Tripwires take seconds: they are those of the same assessment where they were kept with it."""
    same = [one.standing["crossings"] for one in told if one.assessment_id == run.assessment_id]
    wires = tripwires(run.assessment) if settings.tripwires and not same else None
    stands = standing(run.assessment, run.sources, run.failing, wires)
    return stands | {"crossings": same[0]} if same else stands


def _news(
    home: Home, run: Concluded, settings: Alerts, before: kept.LastTold | None, now: Mapping[str, Any]
) -> Parcel | None:
    """What a channel has not been told; a new one hears of changes from its first run on."""
    if before is None:
        return None
    found = [one for one in differences(before.standing, now) if _is_wanted(one, settings)]
    failure = before.standing.get(FAILED)
    if not found:
        return _recovery(run, failure) if failure else None
    parcel = _parcel(home, run, before, found)
    return parcel._replace(text=f"{_wrapped(RECOVERED)}\n{parcel.text}") if failure else parcel


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


def _failure(said: str) -> Parcel:
    lines = ["The run failed; what was published before it stays.", *said.split("\n")]
    changes = [{"kind": "run", "id": "", "was": "done", "now": "failed"}]
    more = {"changes": changes, "error": said}
    return _note("threefutures: the run failed", "".join(f"{_wrapped(line)}\n" for line in lines), more)


def _recovery(run: Concluded, failure: str) -> Parcel:
    changes = [{"kind": "run", "id": "", "was": "failed", "now": "done"}]
    text = f"{_wrapped(RECOVERED)}\nReport: {run.report}\n"
    return _note("threefutures: runs succeed again", text, {"changes": changes, "error": failure, "run": run.run_id})


def _note(subject: str, text: str, more: Mapping[str, Any]) -> Parcel:
    return Parcel(subject, text, {"subject": subject, "text": text, **more})


def _wrapped(line: str) -> str:
    return textwrap.fill(plain(line), WIDTH, break_long_words=False, break_on_hyphens=False)
