"""The status report: one assessment and the facts behind it as Markdown for people and JSON for programs.

What is said is computed in findings and the table modules; here it is put in order.
"""

import json
from typing import Any

import pandas as pd

from metrics.series import Series
from reports import fact_tables, findings, next_values, published_values, replayed, upkeep_tables, verdict_tables
from reports.changes import change_line, moved_lines
from reports.citing import Published, References
from reports.comparison import Comparison, against_both, ranking
from reports.findings import series_names
from reports.markdown import LONG, folded, render
from reports.plain_json import plain_json
from reports.record import Record
from scenarios import Assessment
from scenarios.words import AT_THE_CAP, counted, decibans, full_date, is_all_it_may, strength

UNITS = {"share": "per cent", "minutes": "minutes and hours", "times": "times the starting value or baseline"}
"""Units as a reader meets them in the values."""


def status_markdown(assessment: Assessment, *, record: Record) -> str:
    """The report as Markdown: verdict and range first, then everything it rests on, every figure with its source."""
    references = References()
    body = {
        **_first_screen(assessment, record),
        **_dependence(assessment),
        **_series(assessment, record, references),
        **_beside(assessment, record, references),
        **_about(assessment, record),
    }
    return render("status.md", **body, entries=references.entries(), definitions=references.definitions())


def status_json(assessment: Assessment, *, record: Record) -> str:
    """The assessment as `classify --json` gives it, and under "report" what else the page is made from."""
    series = [
        {"indicator": one.indicator.id, "subject": one.subject, "definition": one.definition}
        | {"values": [_as_dict(value) for value in record.by_point.published(one)]}
        for one in assessment.series
    ]
    report: dict[str, Any] = {
        "generated_at": record.generated_at.isoformat() if record.generated_at else None,
        "headline": findings.headline(assessment),
        "sources": record.sources.to_dict("records"),
        "quarantine": {
            "n": len(record.quarantine),
            "by_rule": [
                dict(zip(("source", "rule", "n"), row, strict=True)) for row in upkeep_tables.quarantine_counts(record)
            ],
        },
        "series": series,
        "doubling_times": _as_dicts(published_values.doubling_times(record), record),
        "code_shares": _as_dicts(published_values.code_shares(record), record),
        "multipliers": _as_dicts(published_values.multipliers(record), record),
        "not_used": [one._asdict() for one in fact_tables.not_used(assessment)],
        "context": [
            {"indicator": one.indicator.id, "definition": one.definition, "n": one.n} | _as_dict(one.value)
            for one in fact_tables.context(record)
        ],
        "coverage": [one._asdict() for one in upkeep_tables.coverage(record)],
        "versions": dict(record.versions),
        "hashes": {"catalogue": record.catalogue.sha256, **record.hashes},
    }
    ahead = {"replay": record.replay, "tripwires": record.tripwires}
    report |= {name: document for name, document in ahead.items() if document is not None}
    document = plain_json({**assessment.to_dict(), "report": report})
    return json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _as_dicts(rows: pd.DataFrame, record: Record) -> list[dict[str, Any]]:
    named = zip(rows["indicator"], rows["definition"], published_values.as_published(rows, record), strict=True)
    return [{"indicator": indicator, "definition": said} | _as_dict(one) for indicator, said, one in named]


def _as_dict(one: Published) -> dict[str, Any]:
    said = one._asdict()
    value, citation = said.pop("value"), said.pop("citation")
    numbers = {"value": value.value, "value_low": value.low, "value_high": value.high, "interval": value.interval}
    return said | numbers | {"citation": citation.text, "citation_url": citation.url}


def _first_screen(assessment: Assessment, record: Record) -> dict[str, Any]:
    comparable = assessment.verdict.kind != "too_little"
    changed = record.previous is not None and comparable and record.previous["verdict"]["kind"] != "too_little"
    return {
        "known_until": findings.known_until(assessment),
        "headline": findings.headline(assessment),
        "sentence": findings.sentence(assessment),
        "choices": findings.choices(assessment),
        "reasons": [*findings.reasons(assessment), *findings.other_flags(assessment)],
        "comparable": comparable,
        "futures": verdict_tables.futures(assessment) if comparable else "",
        "checks_summary": verdict_tables.omissions_summary(assessment) if comparable else "",
        "prior": assessment.prior.name,
        "values_table": verdict_tables.values_table(assessment),
        "stories": verdict_tables.stories(assessment),
        "change_line": findings.opening(change_line(assessment, record.previous)) if record.previous else "",
        "change_table": verdict_tables.change_table(assessment, record.previous, record.catalogue)
        if changed and record.previous
        else "",
        "moved_lines": moved_lines(assessment, record.previous, record.catalogue) if record.previous else [],
        **_replayed(assessment, record),
        "settles": next_values.settles(record.tripwires, ranking(assessment.probabilities)[0])
        if record.tripwires and comparable
        else "",
    }


def _dependence(assessment: Assessment) -> dict[str, Any]:
    leader = ranking(assessment.probabilities)[0]
    heading = findings.checks_heading
    omitted = [check for check in assessment.leave_one_out if check.kind == "indicator"]
    return {
        "evidence_heading": findings.evidence_heading(assessment),
        "evidence_table": verdict_tables.evidence_table(assessment),
        "windows_heading": heading(assessment.window_sweep, leader, neutral="Window sweep", what="The first date"),
        "first_date": full_date(assessment.first_date) if assessment.first_date else "",
        "windows": verdict_tables.check_table(assessment.window_sweep, "First date"),
        "omissions_heading": heading(
            assessment.leave_one_out, leader, neutral="What is left out", what="Leaving out a value or a series"
        ),
        "rest_of_omissions": verdict_tables.rest_of_omissions(assessment),
        "omissions": verdict_tables.check_table(verdict_tables.influential(assessment), "Omission"),
        "omitted_series": verdict_tables.check_table(omitted, "Omission"),
        "priors_heading": heading(assessment.prior_variants, leader, neutral="Priors", what="The prior"),
        "priors": verdict_tables.prior_table(assessment),
    }


def _series(assessment: Assessment, record: Record, references: References) -> dict[str, Any]:
    names = series_names(assessment.evidence)
    told = says(assessment)
    return {
        "series": [
            _one_series(series, name, said, record.by_point.published(series), references)
            for series, name, said in zip(assessment.series, names, told, strict=True)
        ]
    }


def says(assessment: Assessment) -> list[str]:
    """What each series says for the first future against the two others, in words; empty where none is compared."""
    if assessment.verdict.kind == "too_little":
        return [""] * len(assessment.series)
    second, third = against_both(assessment)
    return [f"{_one_says(second, row)}; {_one_says(third, row)}." for row in range(len(second.rows))]


def _one_says(comparison: Comparison, at: int) -> str:
    """The evidence of one row for one future over another, its strength before its number."""
    value, capped = comparison.rows[at], comparison.capped[at]
    one, other = (comparison.leader, comparison.other) if value >= 0 else (comparison.other, comparison.leader)
    if capped == "both cap":
        return f"nothing between {one} and {other}: it says as much as it may against both"
    how_much, cut = f"{strength(value)} evidence", ""
    if capped == "cap":
        how_much, cut = (AT_THE_CAP, "") if is_all_it_may(value) else (how_much, ", cut by the cap")
    return f"{how_much} for {one} over {other} ({decibans(abs(value))} decibans{cut})"


def _one_series(
    series: Series, name: str, says: str, values: list[Published], references: References
) -> dict[str, Any]:
    newest, indicator = values[0], series.indicator
    shown = fact_tables.value_table(values, references)
    span = f"{counted(len(values), 'value')}, {values[-1].observed_on} to {newest.observed_on}"
    whose = f"{newest.subject}, " if newest.subject else ""
    return {
        "name": name,
        "about": _about_series(series),
        "caveats": indicator.caveats,
        "newest": f"{newest.shown}; {whose}{full_date(newest.observed_on)}, "
        f"public since {full_date(newest.known_since)}",
        "newest_mark": references.mark(newest.citation),
        "says": says,
        "table": folded(span, shown) if len(values) > LONG else shown,
    }


def _about_series(series: Series) -> str:
    indicator = series.indicator
    said = [indicator.definition, f"Unit: {UNITS.get(indicator.unit, indicator.unit)}."]
    return " ".join(filter(None, [*said, f"Counted here: {series.definition}." if series.definition else ""]))


def _beside(assessment: Assessment, record: Record, references: References) -> dict[str, Any]:
    stale = findings.flag(assessment, "stale")
    covered = upkeep_tables.coverage(record)
    return {
        "markers_heading": findings.markers_heading(assessment),
        "beside": [_values(*one, assessment, record, references) for one in _published(record) if len(one[1])],
        "ahead": next_values.ahead(assessment, record.tripwires),
        "crossings": next_values.crossings(record.tripwires or []),
        "markers": fact_tables.marker_table(assessment, record, references),
        "not_used": fact_tables.not_used_table(assessment, record),
        "late": [*upkeep_tables.late_sources(record), *([f"{stale}."] if stale else [])],
        "quarantine_summary": upkeep_tables.quarantine_summary(record),
        "quarantine": upkeep_tables.quarantine_table(record) if len(record.quarantine) else "",
        "missing": upkeep_tables.without_values(record),
        "context": fact_tables.context_table(fact_tables.context(record), references),
        "coverage_heading": upkeep_tables.coverage_heading(covered),
        "coverage": upkeep_tables.coverage_table(covered),
        "sources": upkeep_tables.source_table(record, assessment.as_of),
        "publishers": folded("Publishers cited", upkeep_tables.publisher_table(record, assessment.as_of)),
    }


def _published(record: Record) -> list[tuple[str, pd.DataFrame]]:
    """Heading and rows of what is published beside the evidence."""
    shares, multipliers = published_values.code_shares(record), published_values.multipliers(record)
    return [
        (published_values.DOUBLING_HEADING, published_values.doubling_times(record)),
        (published_values.code_share_heading(shares), shares),
        (published_values.multipliers_heading(multipliers), multipliers),
    ]


def _values(
    heading: str, rows: pd.DataFrame, assessment: Assessment, record: Record, references: References
) -> dict[str, Any]:
    shown = published_values.values_table(rows, record, references)
    return {
        "heading": heading,
        "summed": published_values.summed(rows, assessment),
        "table": folded(counted(len(rows), "value"), shown) if len(rows) > LONG else shown,
    }


def _replayed(assessment: Assessment, record: Record) -> dict[str, Any]:
    if not record.replay:
        return {"replayed_heading": "What would have been said before", "replayed": replayed.NONE_KEPT, "notes": []}
    steps = record.replay["steps"]
    return {
        "replayed_heading": replayed.heading(steps),
        "replayed": folded(counted(len(steps), "date"), replayed.rows(steps)),
        "notes": list(replayed.notes(record.replay, assessment)),
    }


def _about(assessment: Assessment, record: Record) -> dict[str, Any]:
    programs = dict(record.versions) | {"method": assessment.model.version}
    return {
        "versions": list(programs.items()),
        "hashes": list(upkeep_tables.hash_lines(record, assessment)),
        "generated_at": record.generated_at.isoformat(" ", "seconds") if record.generated_at else "",
        "cite": findings.citation(assessment),
    }
