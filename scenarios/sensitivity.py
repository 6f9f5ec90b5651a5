"""The same sum with one choice changed: first date, one value, indicator, source or organisation, the prior.

A check changes what one or a few series say; what the others say is remembered, so that some hundred checks cost
little more than their own series. The choices themselves stand in scenarios.toml.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cached_property, lru_cache
from typing import NamedTuple

import pandas as pd

from metrics.beliefs import Beliefs, beliefs
from metrics.forming import form
from metrics.organisation import organisation
from metrics.series import MINIMUM_DATES, Series
from scenarios import residuals
from scenarios.assessment import DEFAULT, Check
from scenarios.combination import Weighed, combine, organisations
from scenarios.content import Content
from scenarios.evidence import Evidence, evidence
from scenarios.intake import Indicators
from scenarios.link import thinned
from scenarios.prior import Prior, normalised
from scenarios.settings import SCENARIOS, settings
from scenarios.span import Part, Span, span_of


@dataclass(frozen=True)
class Record:
    """What is known on a date, and the rules by which it is read."""

    known: pd.DataFrame
    indicators: Indicators
    as_of: date
    own: bool
    """A user's own data: no first date, and one series is enough."""
    hindsight: bool = False
    """Whether values count as known from the day they were observed."""
    formed: dict[tuple[str, str, str, int], tuple[Series, ...]] = field(default_factory=dict, compare=False, repr=False)
    """Series formed without a source or organisation, by which, its kind, the indicator, and how many rows of it are
    known: a replay hands it from one date to the next."""
    first_date: date | None = None
    """Values observed before it do not count; by default that of scenarios.toml, and none on a user's own data."""
    leave_out: tuple[str, ...] = ()
    """Indicators that get no vote, by choice."""

    def __post_init__(self) -> None:
        usual = self.first_date or settings().record.first_date
        object.__setattr__(self, "first_date", None if self.own else usual)

    @cached_property
    def beliefs(self) -> Beliefs:
        """What is believed of it."""
        return beliefs(self.known, self.as_of)

    def voting(self, series: Sequence[Series]) -> tuple[Series, ...]:
        """The series that nobody chose to leave out."""
        return tuple(one for one in series if one.indicator.id not in self.leave_out)

    def is_too_little(self, rows: Sequence[Weighed]) -> bool:
        """Too few series, or too few independent ones, to compare futures."""
        if self.own:
            return not rows
        limits = settings().record
        clusters = {row.series.indicator.cluster for row in rows}
        return len(rows) < limits.minimum_series or len(clusters) < limits.minimum_clusters


def since(series: Sequence[Series], first: date | None) -> tuple[Series, ...]:
    """The series from a date on, where enough of them is left.

    A frontier is cut after it was formed: a model that was behind an earlier one does not lead because the earlier
    one is out of the window.
    """
    cut = series if first is None else [one.since(first) for one in series]
    return tuple(one for one in cut if one.n >= MINIMUM_DATES)


_Omission = tuple[str, dict[str, str], str, tuple[Weighed, ...]]
"""Kind, detail and label of a check, and what is left."""


@lru_cache(maxsize=4096)
def _remembered(content: Content, part: Part, shapes: str) -> Evidence:
    return evidence(content.series, part, shapes)


def forget() -> None:
    """Drop what is remembered of series already weighed; results do not change."""
    _remembered.cache_clear()
    residuals.forget()


def weigh(series: Sequence[Series], prior: Prior | None = None, span: Span | None = None) -> tuple[Weighed, ...]:
    """What each series says of the time its record covers.

    Args:
        series: of one record.
        prior: whose shapes are used, by default the library.
        span: the record's time, by default from the first value of any of the series to the last of any.
    """
    covered = span or (span_of(series) if series else None)
    shapes = prior.shapes if prior else "resemblance"
    return tuple(Weighed(one, _remembered(Content(one), covered.part(one), shapes)) for one in series if covered)


def window_sweep(record: Record, series: Sequence[Series], prior: Prior) -> tuple[Check, ...]:
    """The record from each first date on, while there is enough of it; of windows with the same values the first stays.

    The window with the values of the default is marked as such.

    Args:
        record: what is known.
        series: all of it, from its first value on.
        prior: of every check.
    """
    checks: list[Check] = []
    seen: set[tuple[Content, ...]] = set()
    usual = tuple(Content(one) for one in since(series, record.first_date))
    for first in _first_dates(record):
        kept = since(series, first)
        rows, content = weigh(kept, prior), tuple(Content(one) for one in kept)
        if record.is_too_little(rows) or content in seen:
            continue
        seen.add(content)
        label = f"from {first.isoformat()}" if first else "whole record"
        detail = {"first_date": first.isoformat() if first else ""} | (DEFAULT if content == usual else {})
        checks.append(_check("window", label, detail, rows, prior))
    return tuple(checks)


def leave_one_out(record: Record, rows: Sequence[Weighed], prior: Prior) -> tuple[Check, ...]:
    """The record without one value, series, indicator, source or organisation, while there is enough of it left.

    Of a dense series those values are tried that enter (link.thinned); a series left with too few values drops out.
    A source is a publisher's files, or whoever measures some indicators. One that stands for one indicator alone is not
    left out a second time, nor is an organisation. What is left is of the same time as before.
    """
    checks: list[Check] = []
    span = span_of([row.series for row in rows])
    for at, row in enumerate(rows):
        others = (*rows[:at], *rows[at + 1 :])
        for detail, label, rest in _without_a_point(row.series):
            kept = (*rows[:at], *weigh([rest], prior, span), *rows[at + 1 :]) if rest.n >= MINIMUM_DATES else others
            if not record.is_too_little(kept):
                checks.append(_check("point", label, detail, kept, prior))
    tried: set[tuple[Content, ...]] = {_contents(rows)}
    omissions = (*_without_a_series(rows), *_without_a_group(record, rows, prior), *_without_a_measurer(rows))
    for kind, detail, label, kept in omissions:
        if not record.is_too_little(kept) and _contents(kept) not in tried:
            tried.add(_contents(kept))
            checks.append(_check(kind, label, detail, kept, prior))
    return tuple(checks)


def prior_variants(rows: Sequence[Weighed], prior: Prior) -> tuple[Check, ...]:
    """The same series under every preset, with its shapes, and with each future's prior tilted up and down.

    A preset that is the prior itself is marked as the default.
    """
    checks = []
    for name, preset in settings().priors.items():
        variant = normalised(name, preset.weights)
        # Only a preset with other shapes needs the series to be weighed anew.
        same = variant.shapes == prior.shapes
        check = _prior_check(variant, rows if same else weigh([row.series for row in rows], variant))
        usual = same and variant.weights == prior.weights
        checks.append(replace(check, detail=check.detail | DEFAULT) if usual else check)
    for scenario in SCENARIOS:
        for factor in settings().sensitivity.tilts:
            name = f"{settings().scenarios[scenario].title} {factor:g} times"
            tilted = [weight * (factor if key == scenario else 1.0) for key, weight in prior.weights.items()]
            checks.append(_prior_check(normalised(name, tilted), rows))
    return tuple(checks)


def _prior_check(variant: Prior, rows: Sequence[Weighed]) -> Check:
    weights = {key: f"{weight:.3f}" for key, weight in variant.weights.items()}
    return _check("prior", variant.name, weights, rows, variant)


def _first_dates(record: Record) -> Iterator[date | None]:
    constants = settings().sensitivity
    if not record.own:
        yield from (date.fromisoformat(window) if window else None for window in constants.windows)
        return
    yield None
    observed = record.known["observed_on"]
    if observed.empty:
        return
    first, span = observed.min().date(), (observed.max() - observed.min()).days
    yield from (first + timedelta(days=round(share * span)) for share in constants.own_windows)


def _without_a_point(series: Series) -> Iterator[tuple[dict[str, str], str, Series]]:
    thin = thinned(series)
    for at in range(thin.n):
        on, whose = str(thin.observed_on[at]), str(thin.subjects[at])
        rest = thin.without(at)
        detail = _detail(series) | {"observed_on": on, "point": whose}
        yield detail, f"without {whose or on} in {series.indicator.title}", rest


def _without_a_series(rows: Sequence[Weighed]) -> Iterator[_Omission]:
    by_indicator: dict[str, list[Weighed]] = {}
    for row in rows:
        by_indicator.setdefault(row.series.indicator.id, []).append(row)
    for indicator, members in by_indicator.items():
        detail = {"indicator": indicator, "subject": "", "definition": ""}
        kept = tuple(row for row in rows if row.series.indicator.id != indicator)
        yield "indicator", detail, f"without {members[0].series.indicator.title}", kept
        for one in members if len(members) > 1 else ():
            name = " ".join(filter(None, (one.series.subject, one.series.definition)))
            label = f"without {one.series.indicator.title}, {name}"
            yield "indicator", _detail(one.series), label, tuple(row for row in rows if row is not one)


def _without_a_measurer(rows: Sequence[Weighed]) -> Iterator[_Omission]:
    for name in sorted({row.measurer for row in rows} - {""}):
        kept = tuple(row for row in rows if row.measurer != name)
        yield "source", {"source": name}, f"without what {name} measures", kept


def _without_a_group(record: Record, rows: Sequence[Weighed], prior: Prior) -> Iterator[_Omission]:
    """Series are formed anew: without one maker's models another's lead the frontier."""
    voting = frozenset(row.series.indicator.id for row in rows)
    for group in (*_sources(record, voting), *_organisations(record, voting, rows)):
        yield group.kind, {group.kind: group.name}, f"without {group.name}", _reformed(record, rows, group, prior)


class _Group(NamedTuple):
    """A source or an organisation that is left out."""

    kind: str
    name: str
    touched: frozenset[str]
    """Indicators with series to be formed anew; what the group has only other rows of stays as it is."""
    subjects: frozenset[tuple[str, str]] = frozenset()
    """An organisation's, each with its indicator."""


def _sources(record: Record, voting: frozenset[str]) -> Iterator[_Group]:
    said = set(record.beliefs.of(voting).said.tuples("source", "indicator"))
    for source in sorted({source for source, _ in said} - {""}):
        yield _Group("source", source, frozenset(indicator for other, indicator in said if other == source))


def _organisations(record: Record, voting: frozenset[str], rows: Sequence[Weighed]) -> Iterator[_Group]:
    subjects = set(record.beliefs.of(voting).said.tuples("indicator", "subject"))
    points = {(name, row.series.indicator.id) for row in rows for name in organisations(row.series)}
    for name in sorted({name for name, _ in points} - {""}):
        touched = frozenset(indicator for other, indicator in points if other == name)
        whose = frozenset(one for one in subjects if organisation(*one) == name)
        yield _Group("organisation", name, touched, whose)


def _reformed(record: Record, rows: Sequence[Weighed], group: _Group, prior: Prior) -> tuple[Weighed, ...]:
    kept = [row.series for row in rows if row.series.indicator.id not in group.touched]
    anew = [one for name in sorted(group.touched) for one in _without(record, group, name)]
    span = span_of([row.series for row in rows])
    return weigh(sorted([*kept, *since(anew, record.first_date)], key=lambda one: one.key), prior, span)


def _without(record: Record, group: _Group, indicator: str) -> tuple[Series, ...]:
    known = record.beliefs.of(frozenset([indicator]))
    key = (group.kind, group.name, indicator, len(known.said))
    if key not in record.formed:
        source = group.name if group.kind == "source" else ""
        record.formed[key] = form(known.without(source, group.subjects), record.indicators).series
    return record.formed[key]


def _contents(rows: Sequence[Weighed]) -> tuple[Content, ...]:
    return tuple(Content(row.series) for row in rows)


def _detail(series: Series) -> dict[str, str]:
    indicator, subject, definition = series.key
    return {"indicator": indicator, "subject": subject, "definition": definition}


def _check(kind: str, label: str, detail: dict[str, str], rows: Sequence[Weighed], prior: Prior) -> Check:
    total = combine(rows, list(prior.weights.values()))
    return Check(kind, label, detail, total.probabilities, len(rows))  # type: ignore[arg-type]
