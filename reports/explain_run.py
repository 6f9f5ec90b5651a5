"""One run in the same five parts as everything that can be explained; pure: what the run table says, as words."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import NamedTuple

from reports.explain import Explanation
from reports.record import Document
from scenarios.words import counted, full_date, listed

MEANS = {
    "run": "every source was read, judged and kept; what is known was assessed, reported and published",
    "ingest": "sources were read, judged and kept, and published; nothing was assessed",
    "rebuild": "facts and quarantine were made anew from the landed files, and published; nothing was assessed",
}
MEANS["serve"] = f"{MEANS['run']}, on a schedule"

ASSESSING = ("run", "serve")
"""Commands that reach a verdict."""


class Ran(NamedTuple):
    """A run, and what it concluded."""

    run: Document
    """Its row of the table run, with `versions` and `steps` as objects."""
    assessments: Sequence[Document]
    """Rows of the table assessment that it stored."""


def explain_run(ran: Ran) -> Explanation:
    """What a run was, what it read, changed and concluded, and what it cannot tell."""
    run = ran.run
    sources = [step for step in run["steps"] if step.get("source")]
    parts = {
        "means": [MEANS.get(run["command"], f"threefutures {run['command']}")],
        "source": [*map(_read, sources), *_stopped(run)],
        "revised": [_revised(sources)] if sources else [],
        "verdict": list(_verdicts(ran)),
        "cannot": [
            "show the facts as they were then: ask for what was known on a date (threefutures classify --as-of)"
        ],
    }
    headline = f"Run {run['run_id']} (threefutures {run['command']}): {run['status']}"
    return Explanation(run["run_id"], "run", headline, _when(run), parts)


def _when(run: Document) -> str:
    ended = f" to {_moment(run['finished_at'])}" if run["finished_at"] else ", no end recorded"
    versions = ", ".join(f"{name} {version}" for name, version in run["versions"].items())
    return f"{_moment(run['started_at'])}{ended} UTC; {versions}"


def _moment(text: str) -> str:
    at = datetime.fromisoformat(text)
    return f"{full_date(at.date())} {at:%H:%M:%S}"


def _read(step: Document) -> str:
    if step.get("error"):
        return f"{step['source']}: nothing was kept: {step['error']}"
    if step.get("unchanged") and not step["read"]:
        return f"{step['source']}: the same as last time"
    kept = [f"{step[name]} {name}" for name in ("accepted", "quarantined", "new", "revised", "withdrawn", "known")]
    return f"{step['source']}: {counted(step['read'], 'row')} read: {listed(kept)}"


def _stopped(run: Document) -> list[str]:
    return [f"it was stopped: {step['error']}" for step in run["steps"] if step.get("error") and not step.get("source")]


def _revised(sources: Sequence[Document]) -> str:
    revised, withdrawn = (sum(step.get(name, 0) for step in sources) for name in ("revised", "withdrawn"))
    return f"new to us: {counted(revised, 'value')} revised by their publishers, {withdrawn} withdrawn"


def _verdicts(ran: Ran) -> Iterator[str]:
    for row in ran.assessments:
        yield row["words"]
        day = date.fromisoformat(row["as_of"])
        yield (
            f"as of {full_date(day)}, from {counted(row['facts'], 'fact')}, with the {row['prior']} prior; assessment "
            f"{row['assessment_id']}; report reports/{day}/status.html in the data folder"
        )
    if ran.assessments:
        return
    if ran.run["command"] in ASSESSING and ran.run["status"] == "done":
        yield 'the same as an earlier run had stored: threefutures sql "FROM verdict_history"'
    else:
        yield "none: it stored no assessment"
