"""Two status documents side by side: what was said then and now, and what moved, as Markdown.

The documents are all there is: a report of years ago is compared without its facts or its program.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from metrics.errors import DataError
from reports.changes import signed, verdict_label
from reports.comparison import ranking
from reports.findings import title
from reports.markdown import render
from reports.record import Document
from reports.tabular import Strong, Table, table
from reports.verdict_tables import gained
from scenarios.settings import SCENARIOS
from scenarios.words import count_range, counts, full_date

NEEDED = ("as_of", "verdict", "probabilities", "ranges", "evidence", "markers", "facts", "model", "prior")
"""Parts of a status document that are compared."""

NOTICEABLE = 0.05
"""Decibans that show in print."""


def diff(before: Document, after: Document) -> str:
    """What differs from one status.json to another, as Markdown.

    Args:
        before: the document that is compared with, usually the older one.
        after: the one whose first future is compared with its second and third.

    Raises:
        DataError: one of them is no status document.
    """
    return render("diff.md", **_compared(before, after))


def difference(before: Document, after: Document) -> dict[str, Any]:
    """The same in plain types, for programs: a table is a list of rows.

    Raises:
        DataError: as for `diff`.
    """
    return {key: _rows(said) if isinstance(said, Table) else said for key, said in _compared(before, after).items()}


def _rows(content: Table) -> list[dict[str, str]]:
    return [dict(zip(map(str, content.columns), map(str, row), strict=True)) for row in content.rows]


def _compared(before: Document, after: Document) -> dict[str, Any]:
    both = (before, after)
    for name, document in zip(("the first", "the second"), both, strict=True):
        _require(name, document)
    return {
        "days": [_day(document) for document in both],
        "verdicts": [verdict_label(document["verdict"]) for document in both],
        "words": [document["verdict"]["words"] for document in both],
        "futures": _futures(before, after),
        "evidence": _evidence(before, after),
        "markers": _markers(before, after),
        "notes": list(_notes(before, after)),
    }


def _require(name: str, document: Document) -> None:
    missing = [part for part in NEEDED if part not in document]
    if missing:
        raise DataError(
            f"{name} document is not a status report: it has no {missing[0]}",
            found=", ".join(sorted(map(str, document))[:6]) or "an empty object",
            next="give two files named status.json, as threefutures report writes them",
        )


def _day(document: Document) -> str:
    return full_date(date.fromisoformat(document["as_of"]))


def _futures(before: Document, after: Document) -> Table:
    """Each future then and now, with its range; a record too small to compare has no figures."""
    rows = []
    for one in ranking(after["probabilities"]):
        then, now = (_shown(document, one) for document in (before, after))
        move = signed(_points(after, one) - _points(before, one)) if "" not in (then, now) else ""
        rows.append((title(one), then, now, move))
    return table(("Future", "Then, in 100", "Now, in 100", "Change"), rows, right=(3,))


def _shown(document: Document, scenario: str) -> str:
    if document["verdict"]["kind"] == "too_little":
        return ""
    ends = document["ranges"][scenario]
    return f"{counts(document['probabilities'])[scenario]} ({count_range(ends['low'], ends['high'])})"


def _points(document: Document, scenario: str) -> int:
    shown = counts(document["probabilities"])[scenario]
    return int(shown) if shown.isdigit() else {"under 1": 0, "over 99": 100}[shown]


def _evidence(before: Document, after: Document) -> Table:
    """Decibans each series gained for the present leader; rows add up to the last."""
    leader, second, third = ranking(after["probabilities"])
    then, now = ({_key(row): row for row in document["evidence"]} for document in (before, after))
    rows, sums = [], [0.0, 0.0]
    for key in {**now, **then}:
        old, new = then.get(key), now.get(key)
        moves = [_said(new, leader, other) - _said(old, leader, other) for other in (second, third)]
        sums = [total + move for total, move in zip(sums, moves, strict=True)]
        if max(map(abs, moves)) >= NOTICEABLE or not (old and new):
            rows.append((_name(new or old or {}), _count(old), _count(new), *map(gained, moves)))
    columns = ("Series", "Values then", "Values now", f"{leader} over {second}", f"{leader} over {third}")
    ordered = sorted(rows, key=lambda row: str(row[0]))
    return table(columns, [*ordered, (Strong("Sum"), "", "", *map(Strong, map(gained, sums)))], right=(1, 2, 3, 4))


def _key(row: Mapping[str, Any]) -> tuple[str, str, str]:
    return (row["indicator"], row["subject"], row.get("definition", ""))


def _said(row: Mapping[str, Any] | None, leader: str, other: str) -> float:
    return float(row["decibans"][leader] - row["decibans"][other]) if row else 0.0


def _name(row: Mapping[str, Any]) -> str:
    return ", ".join(filter(None, (str(row.get("title", row["indicator"])), str(row["subject"]))))


def _count(row: Mapping[str, Any] | None) -> str:
    return str(row["n"]) if row else "none"


def _markers(before: Document, after: Document) -> Table:
    """Markers whose status is another, or that one of the two does not have."""
    then, now = ({one["id"]: one for one in document["markers"]} for document in (before, after))
    rows = [
        (
            title(one["scenario"]) if one["scenario"] in SCENARIOS else one["scenario"],
            one["title"],
            then[key]["status"] if key in then else "not on the board",
            now[key]["status"] if key in now else "not on the board",
        )
        for key, one in {**then, **now}.items()
        if then.get(key, {}).get("status") != now.get(key, {}).get("status")
    ]
    return table(("Sign of", "Marker", "Then", "Now"), rows)


def _notes(before: Document, after: Document) -> Iterator[str]:
    then, now = before["facts"], after["facts"]
    if then["sha256"] == now["sha256"]:
        yield "The facts are the same."
    else:
        yield f"Facts known: {then['n']:,} then, {now['n']:,} now."
    if before["model"]["sha256"] != after["model"]["sha256"]:
        yield "The method is another: a part of the difference is ours, not the record's."
    if before["prior"]["weights"] != after["prior"]["weights"]:
        yield f"The prior is another: {before['prior']['name']} then, {after['prior']['name']} now."
