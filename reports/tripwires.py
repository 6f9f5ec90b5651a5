"""What to measure next as text for a terminal: when each value is due, what is expected, and what would follow from it.

At most 88 columns. A value is written in its indicator's unit; probabilities are counts out of 100.
"""

import textwrap
from collections.abc import Iterator

from metrics.untrusted import cut, plain
from reports.comparison import ranking
from reports.listing import WIDTH
from reports.quantities import span
from reports.untrusted import ascii_only
from scenarios.settings import SCENARIOS
from scenarios.tripwires import LEVELS, Region, Tripwire, Tripwires
from scenarios.words import count, full_date, value_text

NAME_WIDTH = 36
"""Columns of a series' name."""

HALF, NEARLY_ALL = LEVELS


def tripwires_text(found: Tripwires, *, unicode: bool = True, limit: int | None = None) -> str:
    """The series in the order of what their next value will tell, each with what would follow from it.

    Args:
        found: what `tripwires` gave.
        unicode: False writes ASCII only.
        limit: series shown; None shows all.
    """
    if not found.wires:
        return "What to measure next cannot be said: too little is known to compare futures."
    lines = [
        "What to measure next: the series whose next value will tell most, all others unchanged",
        f"{'series':<{NAME_WIDTH}}{'due':<12}{'bits':>5}   expected, 4 times in 5",
    ]
    for wire in found.wires[:limit]:
        lines += _lines(found, wire, unicode)
    lines += textwrap.wrap(
        "bits: how far the probabilities are expected to move; 1 settles a question between two equals. "
        "A value that is no record does not enter a series of records.",
        WIDTH,
    )
    text = "\n".join(lines)
    return text if unicode else ascii_only(text)


def next_line(found: Tripwires) -> str:
    """The one line of the verdict block: a value that is expected and would put another future first, else the most
    telling series; empty where nothing is compared.
    """
    if not found.wires:
        return ""
    leader = ranking(found.probabilities)[0]
    for wire in found.wires:
        for scenario in SCENARIOS:
            for region in wire.reach(scenario, HALF) if scenario != leader else ():
                if _is_expected(wire, region):
                    return f"would settle it: {_name(wire)}, {_due(wire)}: {_where(wire, region)}, {scenario} leads"
    best = found.wires[0]
    return f"most telling next: {_name(best)}, {_due(best)}; no value that is expected puts another future first"


def _lines(found: Tripwires, wire: Tripwire, unicode: bool) -> Iterator[str]:
    name = cut(_name(wire), NAME_WIDTH - 2, unicode=unicode)
    due = "overdue" if wire.overdue else wire.next_on.isoformat()
    said = _span(wire, wire.expected.low, wire.expected.high)
    yield f"{name:<{NAME_WIDTH}}{due:<12}{_bits(wire.bits):>5}   {said}"
    yield from textwrap.wrap(_consequences(found, wire), WIDTH, initial_indent="  ", subsequent_indent="  ")


def _consequences(found: Tripwires, wire: Tripwire) -> str:
    told = [_record(wire)] if wire.record is not None else []
    leader = ranking(found.probabilities)[0]
    crossed = [
        f"{scenario} {_level(level)} {' or '.join(_where(wire, region) for region in wire.reach(scenario, level))}"
        for level in LEVELS
        for scenario in SCENARIOS
        if _is_crossed(wire, scenario, level)
    ]
    if not crossed:
        crossed = [f"no value from {_span(wire, *wire.searched)} changes that {leader} is first"]
    return "; ".join([*told, *crossed]) + "."


def _record(wire: Tripwire) -> str:
    return f"beats {_value(wire, wire.record)} with {count(wire.enters)} in 100"


def _is_crossed(wire: Tripwire, scenario: str, level: float) -> bool:
    """Whether some values that were tried reach the level and others do not."""
    return any(region.low is not None or region.high is not None for region in wire.reach(scenario, level))


def _is_expected(wire: Tripwire, region: Region) -> bool:
    """Whether the region and what is expected overlap."""
    starts = region.low is None or region.low <= wire.expected.high
    return starts and (region.high is None or region.high >= wire.expected.low)


def _level(level: float) -> str:
    return f"{count(level)} or more"


def _where(wire: Tripwire, region: Region) -> str:
    if region.low is None and region.high is None:
        return "at any value"
    if region.high is None:
        return f"from {_value(wire, region.low)} up"
    if region.low is None:
        return f"up to {_value(wire, region.high)}"
    return f"from {_span(wire, region.low, region.high)}"


def _span(wire: Tripwire, low: float, high: float) -> str:
    return span(_rounded(low), _rounded(high), wire.unit)


def _value(wire: Tripwire, value: float | None) -> str:
    return value_text(_rounded(value or 0.0), wire.unit)


def _rounded(value: float) -> float:
    """Three significant digits: more than a prediction bears; the full value stands in JSON."""
    return float(f"{value:.3g}")


def _name(wire: Tripwire) -> str:
    return plain(f"{wire.title}, {wire.subject}" if wire.subject else wire.title)


def _due(wire: Tripwire) -> str:
    return "overdue" if wire.overdue else f"due {full_date(wire.next_on)}"


def _bits(bits: float) -> str:
    return f"{bits:.2f}" if bits >= 0.005 else "0.00"
