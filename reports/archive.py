"""The index page of past reports."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import NamedTuple

from reports.changes import verdict_label
from reports.colours import DARK, LIGHT
from reports.findings import title
from reports.html import render
from reports.record import Document
from reports.tabular import Beside, Besides, Table, table
from scenarios.settings import SCENARIOS
from scenarios.words import count_range, counts, full_date

TEXTS = {"status.html": "page", "status.md": "text", "status.json": "JSON"}
"""How the files of a report are called, in the order in which people want them."""


class Kept(NamedTuple):
    """One report of the past."""

    document: Document | None
    """Its status document; None where that cannot be read."""
    files: Collection[str]
    """Names of those it has."""


def index(reports: Mapping[str, Kept]) -> str:
    """A page that lists reports, the newest first.

    Args:
        reports: folder (an ISO date) -> what is in it.
    """
    days = sorted(reports, reverse=True)
    newest = Beside("", f"latest/{_main(reports[days[0]])}")
    return render("index.html", reports=_table(days, reports), newest=newest, light=LIGHT, dark=DARK)


def _main(kept: Kept) -> str:
    return next(name for name in TEXTS if name in kept.files)


def _table(days: Iterable[str], reports: Mapping[str, Kept]) -> Table:
    columns = ("Facts public up to", "Verdict", *(f"{title(one)}, in 100" for one in SCENARIOS), "Also as")
    return table(columns, [_row(day, reports[day]) for day in days], right=(2, 3, 4))


def _row(day: str, kept: Kept) -> tuple[object, ...]:
    first = _main(kept)
    others = [name for name in TEXTS if name in kept.files and name != first]
    name = Beside(full_date(date.fromisoformat(day)), f"{day}/{first}")
    return (name, *_said(kept.document), Besides(Beside(TEXTS[one], f"{day}/{one}") for one in others))


def _said(document: Document | None) -> tuple[str, ...]:
    if document is None:
        return ("cannot be read", "", "", "")
    verdict = verdict_label(document["verdict"])
    if document["verdict"]["kind"] == "too_little":
        return (verdict, "", "", "")
    shown, ranges = counts(document["probabilities"]), document["ranges"]
    return (verdict, *(f"{shown[one]} ({count_range(ranges[one]['low'], ranges[one]['high'])})" for one in SCENARIOS))
