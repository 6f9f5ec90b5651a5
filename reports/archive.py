"""The index page of past reports."""

from collections.abc import Iterable, Mapping
from datetime import date

from reports.changes import verdict_label
from reports.charts.style import DARK, LIGHT
from reports.findings import title
from reports.html import render
from reports.record import Document
from reports.tabular import Beside, Table, table
from scenarios.settings import SCENARIOS
from scenarios.words import count_range, counts, full_date


def index(reports: Mapping[str, Document | None]) -> str:
    """A page that lists reports, the newest first.

    Args:
        reports: folder (an ISO date) -> its status document, or None where that cannot be read.
    """
    days = sorted(reports, reverse=True)
    return render("index.html", reports=_table(days, reports), light=LIGHT, dark=DARK)


def _table(days: Iterable[str], reports: Mapping[str, Document | None]) -> Table:
    columns = ("Facts public up to", "Verdict", *(f"{title(one)}, in 100" for one in SCENARIOS), "Files")
    return table(columns, [_row(day, reports[day]) for day in days], right=(2, 3, 4))


def _row(day: str, document: Document | None) -> tuple[object, ...]:
    name = Beside(full_date(date.fromisoformat(day)), f"{day}/status.html")
    files = Beside("text", f"{day}/status.md")
    if document is None:
        return (name, "cannot be read", "", "", "", files)
    verdict = document["verdict"]
    if verdict["kind"] == "too_little":
        return (name, verdict_label(verdict), "", "", "", files)
    shown, ranges = counts(document["probabilities"]), document["ranges"]
    cells = [f"{shown[one]} ({count_range(ranges[one]['low'], ranges[one]['high'])})" for one in SCENARIOS]
    return (name, verdict_label(verdict), *cells, files)
