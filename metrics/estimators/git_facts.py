"""What was measured of a git history, as raw observations: one row a month and share, one a window and multiplier.

Definitions name the patterns and rules: another table of patterns is another definition, never a revision. What is
found in a history is known since the day it was measured, for late merges change months long past.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

import pandas as pd

from metrics.estimators import authorship, source_lines
from metrics.estimators.code_share import Month
from metrics.estimators.git_document import GitDocument
from metrics.observation import COLUMNS

SOURCE = "git"


def observations(document: GitDocument) -> pd.DataFrame:
    """Raw observations of one repository: observation.COLUMNS as text, `line` and `row`."""
    summary = document.summary
    # A commit may claim to be of a later day than today.
    until = min(date.fromisoformat(summary["head_on"]), document.measured_on)
    by = f"marks {authorship.DEFINITION}, patterns {document.patterns[:8]}"
    common = {
        "source": SOURCE,
        "subject": document.repo,
        "method": "telemetry",
        "known_since": document.measured_on.isoformat(),
        "citation": f"git history of {document.repo} at {summary['head'][:12]}",
        "corroboration": "1",
        "confidence": "medium",
    }
    rows = [*_shares(document.months, by, until), *_surviving(summary, by, until), *_multipliers(summary)]
    found = [dict.fromkeys(COLUMNS, "") | common | row for row in rows]
    told = [{"line": number, "row": json.dumps(row)} for number, row in enumerate(found, 1)]
    return pd.DataFrame(
        [row | extra for row, extra in zip(found, told, strict=True)], columns=[*COLUMNS, "line", "row"]
    )


def _shares(months: Iterable[Month], by: str, until: date) -> Iterable[dict[str, str]]:
    """Shares of the months that were over when HEAD was made, and when it was measured."""
    # A commit may claim to be of a month that no calendar has a day after.
    for month in (one for one in months if one.month <= until.isoformat()[:7]):
        last = _last_day(month.month)
        if last > until:
            continue
        lines = f"{by}, source lines {source_lines.DEFINITION}"
        values = {
            "git_ai_commit_share": (by, month.share_commits, month.commits - month.commits_bot),
            "git_ai_added_line_share": (lines, month.share_added_source, month.added_source),
        }
        for indicator, (definition, value, n) in values.items():
            if value is not None:
                yield {
                    "indicator": indicator,
                    "definition": definition,
                    "observed_on": last.isoformat(),
                    "value": repr(value),
                    "n": str(n),
                }


def _surviving(summary: Mapping[str, Any], by: str, until: date) -> Iterable[dict[str, str]]:
    found = summary.get("surviving")
    if found and found["share"] is not None:
        yield {
            "indicator": "git_ai_surviving_line_share",
            "definition": f"{by}, source lines {source_lines.DEFINITION}, blame",
            "observed_on": until.isoformat(),
            "value": repr(found["share"]),
            "n": str(sum(count for kind, count in found["lines"].items() if kind not in ("bot", "merge", "boundary"))),
        }


def _multipliers(summary: Mapping[str, Any]) -> Iterable[dict[str, str]]:
    output = summary.get("output_multiplier") or {}
    for window in output.get("windows", ()):
        durable = window["durable"]
        if durable["value"]:
            yield {
                "indicator": "git_output_multiplier",
                "definition": f"durable lines per engineer-month, 12 months against {output['baseline_first']} on",
                "observed_on": _last_day(window["last"]).isoformat(),
                "value": repr(durable["value"]),
                "value_low": repr(durable["low"]),
                "value_high": repr(durable["high"]),
                "interval": "95%",
                "n": str(window["engineers"]),
                "note": f"distinguishable from drift: {window['distinguishable']}; {_band(window['placebo'])}",
            }


def _band(placebo: Mapping[str, Any]) -> str:
    if not placebo["pairs"]:
        return "no pair of windows before AI at this distance"
    return f"{placebo['pairs']} pairs before AI: {placebo['low']:.2f} to {placebo['high']:.2f}"


def _last_day(month: str) -> date:
    first = date.fromisoformat(f"{month}-01")
    return (first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
