"""What is said of probabilities and checks: the verdict's kind, its cause, and the flags beside it.

The rules are those of docs/method.md, section 7; their thresholds stand in scenarios.toml, their sentences in words.py.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from urllib.parse import urlsplit

import numpy as np
import pandas as pd

from metrics.series import CONTEXT, Series, left_out_table
from scenarios import words
from scenarios.assessment import Check, Verdict
from scenarios.combination import Weighed, organisations
from scenarios.residuals import is_surprising
from scenarios.sensitivity import Record
from scenarios.settings import SCENARIOS, settings

HOSTS_OF_OTHERS = ("github.com", "x.com", "arxiv.org", "youtube.com")
"""Sites that carry what others publish: they say nothing about who did."""


@dataclass(frozen=True)
class Findings:
    """Everything a verdict is made from."""

    record: Record
    rows: Sequence[Weighed]
    evidence: pd.DataFrame
    probabilities: dict[str, float]
    checks: Sequence[Check]
    left_out: pd.DataFrame = field(default_factory=lambda: left_out_table(()))
    """Columns of metrics.series.LeftOut."""

    @property
    def leader(self) -> str:
        return max(self.probabilities, key=self.probabilities.__getitem__)

    @property
    def name(self) -> str:
        """Subject of every sentence: a record resembles, it does not predict."""
        whose = "Your record" if self.record.own else "The public record"
        return f"{whose} seen with hindsight" if self.record.hindsight else whose

    @property
    def others(self) -> list[Check]:
        """The checks that put another future first."""
        return [check for check in self.checks if check.leader != self.leader]


def decide(findings: Findings) -> Verdict:
    """The verdict in words, with its flags."""
    if findings.record.is_too_little(findings.rows):
        return Verdict("too_little", None, _too_little(findings), ())
    flags = tuple(flags_of(findings))
    astray, surprising = _misfits(findings)
    if astray or surprising:
        return Verdict("none_fits", None, words.none_fits(findings.name, astray, surprising), flags)
    leader, p = findings.leader, findings.probabilities[findings.leader]
    in_100 = words.counts(findings.probabilities)[leader]
    phrase, rule, n = settings().scenarios[leader].phrase, settings().verdict, len(findings.checks)
    if p >= rule.names_at and n and not findings.others:
        return Verdict("names", leader, words.names(findings.name, phrase, in_100, n), flags)
    named_otherwise = any(check.probabilities[check.leader] >= rule.names_at for check in findings.others)
    if p >= rule.leans_at and not named_otherwise:
        return Verdict("leans", leader, words.leans(findings.name, phrase, in_100, len(findings.others), n), flags)
    return Verdict("cannot_tell", None, words.cannot_tell(findings.name, _close(findings), causes(findings)), flags)


def causes(findings: Findings) -> list[str]:
    """What the answer changes with, in the order of how much is changed."""
    others = findings.others
    one_value = [check for check in others if check.kind == "point"]
    found = {
        "the first date": any(check.kind == "window" for check in others),
        "one source": any(check.kind == "source" for check in others),
        "one organisation": any(check.kind == "organisation" for check in others),
        "one series": any(check.kind == "indicator" for check in others),
        "one model": any(_is_model(findings, check) for check in one_value),
        "one value": any(not _is_model(findings, check) for check in one_value),
        "the prior": any(check.kind == "prior" for check in others),
    }
    return [cause for cause, holds in found.items() if holds]


def flags_of(findings: Findings) -> Iterator[str]:
    """Sentences beside the verdict, each beginning with its name; hindsight knows no silence."""
    yield from _conflict(findings)
    if not findings.record.hindsight:
        yield from _stale(findings)
    yield from _concentration(findings)


def _too_little(findings: Findings) -> str:
    record, limits = findings.record, settings().record
    if record.own:
        return words.too_little_own(record.as_of, list(_obstacles(findings)), hindsight=record.hindsight)
    kinds = len({row.series.indicator.cluster for row in findings.rows})
    return words.too_little(
        record.as_of,
        len(findings.rows),
        limits.minimum_series,
        kinds,
        limits.minimum_clusters,
        hindsight=record.hindsight,
    )


def _obstacles(findings: Findings) -> Iterator[str]:
    """Why there is no series, and what would help: the reasons that concern the most values first."""
    groups = findings.left_out.groupby(["reason", "next"], sort=True)
    for _, group in sorted(groups, key=lambda one: -int(one[1]["n"].sum())):
        first, more = group.iloc[0], group["indicator"].nunique() - 1
        title = findings.record.indicators[first["indicator"]].title
        name = f"{title} and {words.counted(more, 'other')}" if more else title
        yield f"{name}: {first['reason'].removeprefix(CONTEXT)} ({first['next']})"


def _misfits(findings: Findings) -> tuple[list[str], list[str]]:
    """Titles of the series that no path describes, if these may say more than the others together.

    Those that leave every path for long stretches first, then those with values that no future expected.
    """
    say = findings.evidence["weight"].to_numpy() * np.array([row.cap for row in findings.rows])
    fitting, misfits = 0.0, []
    for at in np.argsort(-say, kind="stable"):
        row = findings.rows[at]
        if row.misfit.is_large or is_surprising(row.series):
            misfits.append(row)
        else:
            fitting += say[at]
        # Predictions are dear: what fits decides as soon as it has half of the say.
        if 2 * fitting >= say.sum():
            return [], []
    off_path = [row for row in misfits if row.misfit.is_large]
    return _titles(off_path), _titles(row for row in misfits if row not in off_path)


def _titles(rows: Iterable[Weighed]) -> list[str]:
    return list(dict.fromkeys(row.series.indicator.title for row in sorted(rows, key=lambda row: row.series.key)))


def _close(findings: Findings) -> list[str]:
    """Phrases of the two first futures, where the third is out of play; else none."""
    first, second, third = sorted(SCENARIOS, key=lambda key: -findings.probabilities[key])
    p, rule = findings.probabilities, settings().verdict
    if p[third] >= rule.third_below or p[first] - p[second] >= rule.close_within:
        return []
    return [settings().scenarios[first].phrase, settings().scenarios[second].phrase]


def _is_model(findings: Findings, check: Check) -> bool:
    """Whether a left-out value is a model's: a step of a frontier, known by its name."""
    indicator = findings.record.indicators[check.detail["indicator"]]
    return indicator.series == "frontier" and bool(check.detail["point"])


def _conflict(findings: Findings) -> Iterator[str]:
    """The two clusters that are furthest apart, where they speak for opposite futures."""
    sums = findings.evidence.groupby("cluster", sort=True)[list(SCENARIOS)].sum()
    apart: dict[str, float] = {}
    for one, other in combinations(SCENARIOS, 2):
        difference = sums[one] - sums[other]
        most, least = str(difference.idxmax()), str(difference.idxmin())
        if difference[most] > 0 > difference[least]:
            sides = f"{_side(findings, most)} ({one}) against {_side(findings, least)} ({other})"
            apart[sides] = float(difference[most] - difference[least])
    widest = max(apart, key=apart.__getitem__, default="")
    if widest and apart[widest] >= settings().verdict.conflict_at:
        yield f"conflict: {widest}, {words.decibans(apart[widest])} decibans apart"


def _side(findings: Findings, cluster: str) -> str:
    """A cluster's name: that of its series where it has one alone."""
    members = findings.evidence.loc[findings.evidence["cluster"] == cluster, "title"]
    return str(members.iloc[0]) if len(members) == 1 else words.cluster_name(cluster)


def _stale(findings: Findings) -> Iterator[str]:
    """The series that have been silent for longer than usual."""
    late: dict[str, tuple[int, int]] = {}
    for row in findings.rows:
        silence = _silence(findings.record, row)
        if silence:
            late[_name(row.series)] = silence
    if not late:
        return
    title = max(late, key=lambda key: late[key][0])
    days, usual = late[title]
    most = f"{title} last published {days} days ago, usually every {usual}"
    yield f"stale: {most}" if len(late) == 1 else f"stale: {len(late)} series are later than usual; {most}"


def _name(series: Series) -> str:
    return f"{series.indicator.title} ({series.subject})" if series.subject else series.indicator.title


def _silence(record: Record, row: Weighed) -> tuple[int, int] | None:
    """Days since a series was last published and its usual gap, if the former is long; else None."""
    rule = settings().verdict
    mine = record.known["indicator"] == row.series.indicator.id
    if row.series.subject:
        mine &= record.known["subject"] == row.series.subject
    published = np.unique(record.known.loc[mine, "known_since"].to_numpy().astype("datetime64[D]"))
    if len(published) < rule.stale_minimum:
        return None
    usual = float(np.median(np.diff(published).astype(int)))
    days = int((np.datetime64(record.as_of, "D") - published[-1]).astype(int))
    return (days, round(usual)) if days > max(rule.stale_gaps * usual, rule.stale_days) else None


def _concentration(findings: Findings) -> Iterator[str]:
    """One publisher of many series."""
    publishers = [_publisher(findings.record, row) for row in findings.rows]
    known = [publisher for publisher in publishers if publisher]
    if not known:
        return
    most = max(sorted(set(known)), key=known.count)
    n, rule = known.count(most), settings().verdict
    if n >= max(rule.concentration_minimum, rule.concentration_share * len(publishers)):
        yield f"concentration: {most} publishes {n} of {len(publishers)} series"


def _publisher(record: Record, row: Weighed) -> str:
    """The one organisation whose models or work a series follows, else the domain that is cited most for it."""
    behind = set(organisations(row.series))
    if len(behind) == 1 and "" not in behind:
        return behind.pop()
    mine = (record.known["indicator"] == row.series.indicator.id) & record.known["citation"].isin(row.series.citation)
    hosts = [urlsplit(url).hostname or "" for url in record.known.loc[mine, "citation_url"]]
    domains = [".".join(host.split(".")[-2:]) for host in hosts if host and not host.endswith(HOSTS_OF_OTHERS)]
    return max(sorted(set(domains)), key=domains.count) if domains else ""
