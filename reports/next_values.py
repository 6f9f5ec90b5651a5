"""What to measure next, in words and rows: the wires of Tripwires.to_dict()."""

from collections.abc import Sequence
from datetime import date

from metrics.untrusted import plain
from reports.findings import phrase, title
from reports.record import Document
from reports.tabular import Table, table
from scenarios import Assessment
from scenarios.settings import SCENARIOS
from scenarios.words import full_date, value_text

HALF = 0.5
"""Level whose crossing is told."""

THREE_DIGITS = 10
"""Below it a value is told with three digits."""


def ahead(assessment: Assessment, wires: Sequence[object] | None) -> str:
    """Why no next value can be named, if so."""
    if assessment.verdict.kind == "too_little":
        return "Too little is known to compare futures: nothing can be said of a next value."
    if wires is None:
        return "Which next values would move the verdict was not computed for this date: threefutures run does it."
    return "" if wires else "No series can take another value."


def settles(wires: Sequence[Document], leader: str) -> str:
    """In one sentence, which next value would put another future first; empty where there is no series."""
    if not wires:
        return ""
    for wire in wires:
        others = [region for region in halves(wire) if region["scenario"] != leader]
        if others:
            return f"{plain(wire['title'])}, {due(wire)}: {puts(others, wire['unit'])}."
    return (
        f"No single next value puts another future than {phrase(leader)} at 50 in 100. {plain(wires[0]['title'])} "
        f"would tell most: {due(wires[0])}."
    )


def puts(regions: Sequence[Document], unit: str) -> str:
    """Which values put which future at one half."""
    return "; ".join(f"{_region(one, unit)} puts {phrase(one['scenario'])} at 50 in 100 or more" for one in regions)


def due(wire: Document) -> str:
    """When the next value of a series is expected."""
    on = full_date(date.fromisoformat(wire["next_on"]))
    return "next value overdue" if wire["overdue"] else f"next value expected about {on}"


def crossings(wires: Sequence[Document]) -> Table:
    """Every series with the values that would put each future at one half, and what the next value tells."""
    rows = []
    for wire in wires:
        regions = halves(wire)
        cells = [
            ", ".join(_region(one, wire["unit"]) for one in regions if one["scenario"] == scenario) or "none in reach"
            for scenario in SCENARIOS
        ]
        ends = wire["expected"]
        expected = f"{_value(ends['low'], wire['unit'])} to {_value(ends['high'], wire['unit'])}"
        name = ", ".join(filter(None, (plain(wire["title"]), plain(wire["subject"]))))
        rows.append((name, "overdue" if wire["overdue"] else wire["next_on"], expected, *cells, f"{wire['bits']:.2f}"))
    reached = (f"{title(one)} at 50 or more" for one in SCENARIOS)
    return table(("Series", "Next about", "Expected (80 %)", *reached, "Bits"), rows, right=(6,))


def halves(wire: Document) -> list[Document]:
    """The values with which a future has one half."""
    return [one for one in wire["regions"] if one["level"] == HALF]


def _region(region: Document, unit: str) -> str:
    low, high = region["low"], region["high"]
    if low is None and high is None:
        return "any value"
    if high is None:
        return f"{_value(low, unit)} or more"
    if low is None:
        return f"{_value(high, unit)} or less"
    return f"{_value(low, unit)} to {_value(high, unit)}"


def _value(value: float, unit: str) -> str:
    """A value that is computed and not read: small ones with the three digits that their spread bears."""
    return value_text(float(f"{value:.3g}") if abs(value) < THREE_DIGITS else value, unit)
