"""What a terminal shows: the verdict block, the evidence table, listings and the lines of a run.

At most 88 columns, verdict before numbers, colour as an extra and never alone. Pure: text out, without a last newline.
"""

import textwrap
from collections.abc import Sequence

import numpy as np

from metrics.untrusted import cut, plain
from reports.changes import change_line
from reports.comparison import Comparison, against_both, ranking
from reports.findings import flag, sentence, series_names, standing
from reports.listing import WIDTH, step, table
from reports.record import Document
from reports.untrusted import ascii_only
from scenarios import Assessment
from scenarios.words import count_range, counts, decibans, odds

__all__ = ["block", "evidence", "step", "table"]

CELLS = 41
"""Characters of a range chart: 0 to 100 in steps of 2.5."""

MARKS = {"stall": "■", "compounding": "●", "recursive": "▲"}
ASCII_MARKS = {"stall": "#", "compounding": "o", "recursive": "^"}
COLOURS = {"stall": "33", "compounding": "34", "recursive": "35"}
"""ANSI codes of the futures."""

MIDDLE = (0.1, 0.9)
"""Quantiles between which four of five checks lie."""

NAME_WIDTH = 32
"""Columns that a series' name may take in the evidence table."""


def block(
    assessment: Assessment,
    *,
    previous: Document | None = None,
    ahead: str = "",
    width: int = WIDTH,
    unicode: bool = True,
    colour: bool = False,
    differs: Sequence[str] = (),
    next_commands: Sequence[str] = (),
) -> str:
    """The verdict in words, the three futures with their ranges, what changed, and what to type next.

    Args:
        assessment: what to show.
        previous: the last report's assessment as its to_dict() gave it; None says nothing of change.
        ahead: which next value would change the answer, in one line; empty says nothing of it.
        width: columns of running text; the chart takes 88.
        unicode: False writes ASCII only.
        colour: True adds ANSI colours.
        differs: choices that were not the default, such as "prior".
        next_commands: shown instead of the usual ones.
    """
    lines = [f"differs from the default: {', '.join(differs)}", ""] if differs else []
    lines += textwrap.wrap(plain(f"{sentence(assessment)} {standing(assessment)}".strip()), width)
    lines.append("")
    if assessment.verdict.kind != "too_little":
        lines += _chart(assessment, unicode, colour)
    if previous:
        lines += _wrapped(change_line(assessment, previous), width)
    lines += _wrapped(ahead, width)
    lines += _wrapped(f"next: {' · '.join(next_commands or _next_commands(assessment))}", width)
    text = "\n".join(lines)
    return text if unicode else ascii_only(text)


def _wrapped(text: str, width: int) -> list[str]:
    return textwrap.wrap(plain(text), width, initial_indent="  ", subsequent_indent="    ")


def _next_commands(assessment: Assessment) -> tuple[str, ...]:
    if assessment.verdict.kind == "too_little":
        return ("threefutures indicators", "threefutures sources")
    return ("threefutures report --open", f"threefutures explain {ranking(assessment.probabilities)[0]}")


def _chart(assessment: Assessment, unicode: bool, colour: bool) -> list[str]:
    """A scale, then a row a future: the most probable first."""
    out_of_100 = counts(assessment.probabilities)
    ranges = assessment.range()
    lines = [f"  {'':<11}{'in 100':>9}   {'checks':<18}  {_scale()}".rstrip()]
    for scenario in ranking(assessment.probabilities):
        spread = count_range(*ranges[scenario]) if assessment.checks else "none made"
        text = f"  {scenario:<11}{out_of_100[scenario]:>9}   {spread:<18}  {_bar(assessment, scenario, unicode)}"
        lines.append(f"\x1b[{COLOURS[scenario]}m{text.rstrip()}\x1b[0m" if colour else text.rstrip())
    return lines


def _scale() -> str:
    line = [" "] * (CELLS + 2)
    for label in (0, 25, 50, 75, 100):
        start = max(0, _cell(label / 100) - len(str(label)) // 2)
        line[start : start + len(str(label))] = str(label)
    return "".join(line).rstrip()


def _bar(assessment: Assessment, scenario: str, unicode: bool) -> str:
    """Thin from the lowest to the highest check, thick over the middle four fifths, the mark at the default."""
    default = assessment.probabilities[scenario]
    values = [default, *(check.probabilities[scenario] for check in assessment.checks)]
    thin, thick = ("─", "━") if unicode else ("-", "=")
    line = [" "] * CELLS
    for sign, (low, high) in ((thin, (min(values), max(values))), (thick, np.quantile(values, MIDDLE))):
        first, last = _cell(low), _cell(high)
        line[first : last + 1] = sign * (last + 1 - first)
    line[_cell(default)] = (MARKS if unicode else ASCII_MARKS)[scenario]
    return "".join(line).rstrip()


def _cell(share: float) -> int:
    return int(share * (CELLS - 1) + 0.5)


def evidence(assessment: Assessment, *, unicode: bool = True) -> str:
    """The evidence in decibans: what each series says for the first future against the second and the third.

    Rows are what enters the sum, so they add up to it; without enough series there is no sum to show.
    """
    if assessment.verdict.kind == "too_little":
        text = f"{_values_known(assessment)}\nNothing is compared: too little is known."
        return text if unicode else ascii_only(text)
    second, third = against_both(assessment)
    headings = [f"{one.leader} v. {one.other}" for one in (second, third)]
    widths = [len(heading) for heading in headings]
    lines = [
        "Evidence in decibans (3 doubles the odds, 10 makes them ten times as long)",
        _evidence_line("Series", "values", headings, widths),
    ]
    names = series_names(assessment.evidence)
    for at, name in enumerate(names):
        said = [f"{decibans(one.rows[at])} {one.capped[at]}".rstrip() for one in (second, third)]
        shown = cut(name, NAME_WIDTH, unicode=unicode)
        lines.append(_evidence_line(shown, str(assessment.evidence["n"].iloc[at]), said, widths))
    lines += _sum_lines(assessment, (second, third), widths)
    lines += _notes(assessment)
    return "\n".join(lines) if unicode else ascii_only("\n".join(lines))


def _evidence_line(name: str, n: str, said: Sequence[str], widths: Sequence[int]) -> str:
    cells = "".join(f"  {text:>{width}}" for text, width in zip(said, widths, strict=True))
    return f"{name:<{NAME_WIDTH}}{n:>7}{cells}".rstrip()


def _sum_lines(assessment: Assessment, comparisons: tuple[Comparison, Comparison], widths: Sequence[int]) -> list[str]:
    lines = []
    if any(one.prior for one in comparisons):
        prior = [decibans(one.prior) for one in comparisons]
        lines.append(_evidence_line(f"Prior: {assessment.prior.name}", "", prior, widths))
    totals = [f"{decibans(one.total)}  ({odds(one.total)})" for one in comparisons]
    return [*lines, _evidence_line("Sum", "", totals, widths)]


def _notes(assessment: Assessment) -> list[str]:
    lines = ["cap: would say more, is not allowed to · minus: speaks for the other future"]
    for name in ("conflict", "stale", "concentration"):
        raised = flag(assessment, name)
        lines += textwrap.wrap(f"{plain(raised)}.", WIDTH, subsequent_indent="  ") if raised else []
    return lines


def _values_known(assessment: Assessment) -> str:
    rows = [[name, n] for name, n in zip(series_names(assessment.evidence), assessment.evidence["n"], strict=True)]
    return table(["Series", "values"], rows)
