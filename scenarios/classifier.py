"""classify(): observations -> an assessment, from the front door to the last word.

Which choices are varied belongs to sensitivity.py, how a verdict follows from probabilities to verdict.py.
"""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

import pandas as pd

from metrics.forming import form
from metrics.indicator import Catalogue
from metrics.series import MINIMUM_DATES, LeftOut, Series, left_out_table
from scenarios.assessment import Assessment, Check, Facts, Model, varied
from scenarios.combination import Total, Weighed, combine
from scenarios.intake import Indicators, fingerprint, in_order, read_as_of, take_in
from scenarios.markers import board
from scenarios.prior import Prior, PriorLike, parse_prior
from scenarios.sensitivity import Record, leave_one_out, prior_variants, since, weigh, window_sweep
from scenarios.settings import SCENARIOS, settings
from scenarios.verdict import Findings, decide
from scenarios.words import counted


class Sums(NamedTuple):
    """What is worked out of series alone, the same on every date on which they are the same."""

    series: tuple[Series, ...]
    """From the first date on."""
    rows: tuple[Weighed, ...]
    total: Total
    windows: tuple[Check, ...] = ()
    omissions: tuple[Check, ...] = ()
    priors: tuple[Check, ...] = ()

    @property
    def checks(self) -> tuple[Check, ...]:
        """All that change a choice."""
        return varied(self.windows + self.omissions + self.priors)


def classify(
    observations: pd.DataFrame,
    indicators: Indicators,
    *,
    as_of: date | str | None = None,
    prior: PriorLike = "uniform",
    sensitivity: bool = True,
) -> Assessment:
    """Which of three futures a table resembles, on what evidence, and how far that depends on choices.

    Args:
        observations: a frame of one's own, as `--data` takes it from a file: at least `indicator`, `observed_on` and
            `value`, in the indicator's unit. A frame with every column of metrics.observation has shares as fractions.
        indicators: what the observations measure. The embedded catalogue has a first date and asks for more
            series; a catalogue of one's own (or a plain mapping) has neither.
        as_of: nothing that became known later is used; by default the newest date on which anything did.
        prior: "uniform", "ai2027", "sceptic", "S,C,R", three numbers or a mapping by future.
        sensitivity: False skips the checks; without them nothing is ever named.

    Raises:
        DataError: the observations cannot be used.
        UsageError: the prior or the date cannot be read.
    """
    judged = take_in(observations, indicators)
    return classify_judged(judged, indicators, as_of=as_of, prior=prior, sensitivity=sensitivity)


def classify_judged(
    observations: pd.DataFrame,
    indicators: Indicators,
    *,
    as_of: date | str | None = None,
    prior: PriorLike = "uniform",
    sensitivity: bool = True,
    first_date: date | None = None,
    leave_out: Sequence[str] = (),
) -> Assessment:
    """classify() for observations that metrics.judge has accepted already: facts, or a file of one's own.

    Args:
        observations: accepted ones.
        indicators: as for classify.
        as_of: as for classify.
        prior: as for classify.
        sensitivity: as for classify.
        first_date: of the record, instead of that of scenarios.toml; the sweep varies it whatever it is.
        leave_out: ids of indicators that get no vote.
    """
    chosen = parse_prior(prior)
    on = read_as_of(as_of, observations)
    known = in_order(observations[observations["known_since"] <= pd.Timestamp(on)])
    own = not isinstance(indicators, Catalogue) or indicators.own
    record = Record(known, indicators, on, own=own, first_date=first_date, leave_out=tuple(sorted(set(leave_out))))
    return _assess(record, chosen, sensitivity)


def add_up(record: Record, formed: Sequence[Series], prior: Prior, *, sensitivity: bool) -> Sums:
    """What the series say together, and each check of it.

    Args:
        record: what is known.
        formed: its series, from their first values on.
        prior: of the sum and of every check.
        sensitivity: False makes no check.
    """
    series = since(formed, record.first_date)
    rows = weigh(series, prior)
    total = combine(rows, list(prior.weights.values()))
    if not sensitivity or record.is_too_little(rows):
        return Sums(series, rows, total)
    checks = window_sweep(record, formed, prior), leave_one_out(record, rows, prior), prior_variants(rows, prior)
    return Sums(series, rows, total, *checks)


def _assess(record: Record, prior: Prior, sensitivity: bool) -> Assessment:
    formed = form(record.beliefs, record.indicators)
    voting = record.voting(formed.series)
    sums = add_up(record, voting, prior, sensitivity=sensitivity)
    table = evidence_table(sums.rows, sums.total)
    silent = _chosen_out(record, formed.series)
    left_out = pd.concat([formed.left_out, silent, _cut(voting, record.first_date)], ignore_index=True)
    verdict = decide(Findings(record, sums.rows, table, sums.total.probabilities, sums.checks, left_out))
    return Assessment(
        as_of=record.as_of,
        prior=prior,
        probabilities=sums.total.probabilities,
        verdict=verdict,
        none_fits=verdict.kind == "none_fits",
        evidence=table,
        window_sweep=sums.windows,
        leave_one_out=sums.omissions,
        prior_variants=sums.priors,
        markers=board(record.known, since(formed.series, record.first_date), record.as_of, record.indicators),
        facts=Facts(len(record.known), fingerprint(record.known)),
        model=Model(settings().version, settings().sha256),
        first_date=record.first_date,
        series=sums.series,
        left_out=left_out,
        leave_out=record.leave_out,
        misfits={row.series.key: row.misfit for row in sums.rows},
    )


def _chosen_out(record: Record, series: Sequence[Series]) -> pd.DataFrame:
    """What was left out by choice, in the columns of Formed.left_out."""
    silent = [one for one in series if one.indicator.id in record.leave_out]
    return left_out_table([LeftOut(*one.key, one.n, "left out by choice", "drop it from leave_out") for one in silent])


def _cut(series: Sequence[Series], first_date: date | None) -> pd.DataFrame:
    """What the first date leaves out, in the columns of Formed.left_out."""
    rows: list[LeftOut] = []
    for one in series:
        left = one.since(first_date) if first_date else one
        if left.n < one.n:
            before = f"observed before {first_date}"
            rows.append(LeftOut(*one.key, one.n - left.n, before, "a table of one's own has no first date"))
        if left.n < MINIMUM_DATES:
            found = f"{counted(left.n, 'dated value')} since, {MINIMUM_DATES} are needed"
            rows.append(LeftOut(*one.key, left.n, found, f"{MINIMUM_DATES - left.n} more would do"))
    return left_out_table(rows)


def evidence_table(rows: Sequence[Weighed], total: Total) -> pd.DataFrame:
    """One row a series, in the order of the series, with the decibans that enter the sum."""
    table = pd.DataFrame(
        {
            "indicator": [row.series.indicator.id for row in rows],
            "title": [row.series.indicator.title for row in rows],
            "subject": [row.series.subject for row in rows],
            "definition": [row.series.definition for row in rows],
            "cluster": [row.series.indicator.cluster for row in rows],
            "n": [row.series.n for row in rows],
            "weight": total.weight,
            "capped": total.capped,
            "first_on": [row.series.observed_on[0] for row in rows],
            "last_on": [row.series.observed_on[-1] for row in rows],
        }
    )
    return table.assign(**dict(zip(SCENARIOS, total.decibans.T, strict=True)))
