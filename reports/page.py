"""The status report as one HTML page without script, and every figure as files beside it.

What is said is computed in findings and the table modules, what is drawn in charts; here both are put in order.
"""

import csv
import io
import math
from collections.abc import Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from altair.utils.schemapi import debug_mode
from markupsafe import Markup

from metrics.series import Series
from metrics.untrusted import plain
from reports import fact_tables, findings, next_values, published_values, upkeep_tables, verdict_tables
from reports.changes import change_line, moved_lines
from reports.charts import Figure, card, code_share, multipliers
from reports.charts import evidence as evidence_chart
from reports.charts import futures as futures_chart
from reports.charts import omissions as omissions_chart
from reports.charts import replay as replay_chart
from reports.charts import series as series_chart
from reports.charts import tripwires as tripwires_chart
from reports.charts import windows as windows_chart
from reports.charts.drawing import inline, svg
from reports.charts.scales import is_horizon
from reports.citing import Citation, Published, References
from reports.colours import DARK, LIGHT
from reports.comparison import ranking
from reports.findings import series_names
from reports.glossary import GLOSSARY, Glossed, anchor
from reports.html import linked, render
from reports.keys import key
from reports.record import Record
from reports.status import says
from reports.tabular import Table, table
from reports.untrusted import harmless_in_csv
from scenarios import Assessment
from scenarios.settings import SCENARIOS, settings
from scenarios.words import counted, full_date

CARD = "card.png"

MOST_DRAWN = 40
"""Series with a chart of their own; a page of hundreds is read by nobody and opens in no mail program."""


@dataclass(frozen=True)
class Page:
    """Everything of one report that HTML needs: the page, and the files beside it."""

    html: str
    files: dict[str, bytes]
    """Path below the report's folder -> content."""


def page(assessment: Assessment, record: Record, *, text: bool = True) -> Page:
    """The page and its files: figures/<id>.svg, figures/<id>-narrow.svg, figures/<id>.csv and card.png.

    Args:
        assessment: what is reported.
        record: what it rests on.
        text: whether status.md is written beside it, so that the page may lead there.
    """
    references = References()
    # The tests check every chart against the schema; doing it again in every report takes seconds.
    with debug_mode(False), ThreadPoolExecutor(1) as drawing:
        figures = _Figures(drawing)
        body = {
            **_first_screen(assessment, record, figures),
            **_dependence(assessment, figures),
            **_series(assessment, record, figures, references),
            **_beside(assessment, record, figures, references),
            **_about(assessment, record),
        }
        shared = card.picture(assessment)
        files = figures.finished()
    html = render(
        "status.html",
        **body,
        text=text,
        glossary=[(anchor(word), word, meaning) for word, meaning in GLOSSARY.items()],
        glossed=Glossed(),
        deciban=GLOSSARY["Deciban"],
        names_at=f"{100 * settings().verdict.names_at:.0f}",
        light=LIGHT,
        dark=DARK,
        key=key,
        citations=_cited(references),
    )
    return Page(html, {**files, CARD: shared})


class _Figures:
    """Has figures drawn while the next ones are put together: the drawing program does not hold Python's lock."""

    def __init__(self, drawing: Executor) -> None:
        self._drawing = drawing
        self._begun: list[tuple[dict[str, Any], Future[str], Future[str]]] = []

    def draw(self, figure: Figure | None) -> dict[str, Any] | None:
        """What the template needs of a figure, its drawings once all are finished; None of none."""
        if figure is None:
            return None
        shown = {"figure": figure}
        wide, narrow = (self._drawing.submit(svg, chart) for chart in (figure.wide, figure.narrow))
        self._begun.append((shown, wide, narrow))
        return shown

    def finished(self) -> dict[str, bytes]:
        """The files of all figures, whose drawings are now in what `draw` gave."""
        files: dict[str, bytes] = {}
        for shown, *drawn in self._begun:
            wide, narrow = (one.result() for one in drawn)
            figure = shown["figure"]
            shown |= {"wide": _picture(wide, f"{figure.id}-w"), "narrow": _picture(narrow, f"{figure.id}-n")}
            files |= {
                f"figures/{figure.id}.svg": wide.encode(),
                f"figures/{figure.id}-narrow.svg": narrow.encode(),
                f"figures/{figure.id}.csv": comma_separated(figure.data).encode(),
            }
        return files


def _picture(drawn: str, name: str) -> Markup:
    """A drawing of ours as part of the page."""
    return Markup(inline(drawn, name))  # noqa: S704 -- made by the drawing program, which escapes its texts


def comma_separated(data: Table) -> str:
    """A table as CSV: what is absent is empty, and no cell begins a formula."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(data.columns)
    writer.writerows([_cell(value) for value in row] for row in data.rows)
    return out.getvalue()


def _cell(value: Any) -> str:
    if isinstance(value, float | np.floating):
        return "" if math.isnan(value) else repr(round(float(value), 6))
    if hasattr(value, "date"):
        return str(value.date())
    return harmless_in_csv(plain(value))


def _first_screen(assessment: Assessment, record: Record, figures: _Figures) -> dict[str, Any]:
    comparable = assessment.verdict.kind != "too_little"
    previous = record.previous
    compared = comparable and previous is not None and previous["verdict"]["kind"] != "too_little"
    changed = (
        verdict_tables.change_brief(assessment, previous, record.catalogue) if compared and previous else table((), ())
    )
    return {
        "as_of": full_date(assessment.as_of),
        "known_until": findings.known_until(assessment),
        "headline": findings.headline(assessment),
        "choices": findings.choices(assessment),
        "verdict": findings.verdict_title(assessment),
        "sentence": assessment.verdict.words,
        "why": findings.why(assessment),
        "reasons": findings.reasons(assessment),
        "flags": findings.other_flags(assessment),
        "kind": assessment.verdict.kind,
        "comparable": comparable,
        "order": ranking(assessment.probabilities),
        "futures": figures.draw(futures_chart.figure(assessment)) if comparable else None,
        "values_table": verdict_tables.values_table(assessment),
        "checks_summary": verdict_tables.omissions_summary(assessment) if comparable else "",
        "prior": assessment.prior.name,
        "stories": verdict_tables.stories(assessment),
        "since": verdict_tables.since(previous) if previous else "",
        "change_line": findings.opening(change_line(assessment, previous)) if previous else "",
        "change_table": changed,
        "change_rows": verdict_tables.change_table(assessment, previous, record.catalogue)
        if changed and previous
        else table((), ()),
        "moved_lines": moved_lines(assessment, previous, record.catalogue) if previous else [],
        "replay": figures.draw(replay_chart.figure(record.replay, assessment)) if record.replay else None,
        "settles": next_values.settles(record.tripwires, ranking(assessment.probabilities)[0])
        if record.tripwires and comparable
        else "",
    }


def _dependence(assessment: Assessment, figures: _Figures) -> dict[str, Any]:
    if assessment.verdict.kind == "too_little":
        return {"evidence": None, "windows": None, "omissions": None, "priors": None, "omitted_series": None}
    leader = ranking(assessment.probabilities)[0]
    omitted = [check for check in assessment.leave_one_out if check.kind == "indicator"]
    return {
        "evidence": figures.draw(evidence_chart.figure(assessment)),
        "windows": figures.draw(windows_chart.figure(assessment)),
        "omissions": figures.draw(omissions_chart.figure(assessment)),
        "omitted_series": verdict_tables.check_table(omitted, "Omission"),
        "priors": {
            "heading": findings.checks_heading(assessment.prior_variants, leader, neutral="Priors", what="The prior"),
            "table": verdict_tables.prior_table(assessment),
        },
    }


def _series(assessment: Assessment, record: Record, figures: _Figures, references: References) -> dict[str, Any]:
    names = series_names(assessment.evidence)
    told = list(zip(assessment.series, names, says(assessment), strict=True))
    shown = []
    for at in _loudest(assessment):
        series, name, said = told[at]
        values = record.by_point.published(series)
        shown.append(_one_series(at, series, name, said, values, assessment, record, figures, references))
    quiet = len(told) - len(shown)
    less = f"{quiet} other series {'says' if quiet == 1 else 'say'} less" if quiet else ""
    return {"series": shown, "quiet": less, "doubling": figures.draw(multipliers.doubling(record, references))}


def _loudest(assessment: Assessment) -> list[int]:
    """Positions of the series that are drawn, in their order: all, or those that say most."""
    evidence = assessment.evidence[list(SCENARIOS)]
    says_most = (evidence.min(axis=1) - evidence.max(axis=1)).to_numpy().argsort(kind="stable")
    return sorted(map(int, says_most[:MOST_DRAWN]))


def _one_series(
    at: int,
    series: Series,
    name: str,
    said: str,
    values: list[Published],
    assessment: Assessment,
    record: Record,
    figures: _Figures,
    references: References,
) -> dict[str, Any]:
    comparable = assessment.verdict.kind != "too_little"
    heading = findings.series_heading(assessment, at, name) if comparable else name
    shown = fact_tables.value_table(values, references)
    figure = series_chart.figure(
        series, assessment, record, id=f"series-{at + 1}-{series.indicator.id}", heading=heading, table=shown
    )
    newest = values[0]
    whose = f"{newest.subject}, " if newest.subject else ""
    drawn = figures.draw(figure) or {}
    drawn |= {
        "name": name,
        "indicator": series.indicator.id,
        "caveats": series.indicator.caveats,
        "counted": series.definition,
        "says": findings.opening(said),
        "newest": f"{newest.shown}; {whose}{full_date(newest.observed_on)}, public since "
        f"{full_date(newest.known_since)}",
        "newest_source": references.mark(newest.citation),
        "is_horizon": is_horizon(series.indicator),
    }
    return drawn


def _beside(assessment: Assessment, record: Record, figures: _Figures, references: References) -> dict[str, Any]:
    covered = upkeep_tables.coverage(record)
    ahead = record.tripwires if assessment.verdict.kind != "too_little" else None
    return {
        "code_share": [
            one
            for one in (
                figures.draw(code_share.panels(record, references)),
                figures.draw(code_share.once(record, references)),
            )
            if one
        ],
        "multipliers": figures.draw(multipliers.multipliers(record, references)),
        "code_shares_summed": published_values.summed(published_values.code_shares(record), assessment),
        "multipliers_summed": published_values.summed(published_values.multipliers(record), assessment),
        "next": [figures.draw(one) for one in tripwires_chart.figures(ahead, record.catalogue)] if ahead else [],
        "crossings": next_values.crossings(ahead) if ahead else table((), ()),
        "ahead": next_values.ahead(assessment, record.tripwires),
        "markers_heading": findings.markers_heading(assessment),
        "markers": fact_tables.marker_table(assessment, record, references),
        "not_used": fact_tables.not_used_table(assessment, record),
        "late": upkeep_tables.late_sources(record),
        "quarantine_summary": upkeep_tables.quarantine_summary(record),
        "quarantine": upkeep_tables.quarantine_table(record),
        "missing": upkeep_tables.without_values(record),
        "context": fact_tables.context_table(fact_tables.context(record), references),
        "coverage_heading": upkeep_tables.coverage_heading(covered),
        "coverage": upkeep_tables.coverage_table(covered),
        "sources": upkeep_tables.source_table(record, assessment.as_of),
        "publishers": upkeep_tables.publisher_table(record, assessment.as_of),
    }


def _about(assessment: Assessment, record: Record) -> dict[str, Any]:
    return {
        "versions": list((dict(record.versions) | {"method": assessment.model.version}).items()),
        "hashes": list(upkeep_tables.hash_lines(record, assessment)),
        "generated_at": record.generated_at.isoformat(" ", "seconds") if record.generated_at else "",
        "cite": findings.citation(assessment),
        "n_facts": f"{assessment.facts.n:,}",
        "n_checks": counted(len(assessment.checks), "check"),
    }


def _cited(references: References) -> Iterator[dict[str, Any]]:
    """The numbered sources, each with its address where that is one of the web."""
    for number, citation in references:
        yield {"number": number, "shown": _source(citation), "remark": _remark(citation)}


def _source(citation: Citation) -> Any:
    return linked(citation.text or citation.url, citation.url)


def _remark(citation: Citation) -> str:
    """What stands behind an address, such as the number of a table."""
    address, _, remark = plain(citation.url).partition(" ")
    return remark.strip("()") if address.startswith("http") else plain(citation.url) if citation.text else ""
