"""AI's share of code in git histories, for a terminal: a line a repository, its last months, and what is not told."""

import math
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from metrics.untrusted import plain
from reports.listing import WIDTH, table

MONTHS_SHOWN = 12

LIMIT = "Marks tell which commits say that AI wrote them: neither a lower nor an upper bound of what AI wrote."

DRIFT = (
    "1 is no change; in brackets 95 % over engineers. Pairs before AI: the least and the greatest ratio of two windows "
    "before AI as far apart, and how many; without any AI output drifts as much. Not drift: the interval lies outside "
    "of them. Lines are not value."
)


def shares_text(
    summary: Mapping[str, Any], months: Mapping[str, Sequence[Mapping[str, Any]]], *, unicode: bool, width: int | None
) -> str:
    """What `threefutures git` prints.

    Args:
        summary: as summary.json has it.
        months: rows of monthly.csv by repository.
        unicode: whether the terminal shows more than ASCII.
        width: columns of the terminal; None for as many as it needs.
    """
    parts: list[str] = []
    for name, found in summary["repositories"].items():
        parts += [*_wrapped(_about(name, found), width), _months(months[name], unicode, width), ""]
        parts += _multiplier(found.get("output_multiplier"), unicode, width)
    parts += _wrapped([LIMIT], width)
    return "\n".join(parts)


def _wrapped(lines: Iterable[str], width: int | None) -> list[str]:
    """Sentences in lines of the terminal's width, as long as they are where it is none."""
    if width is None:
        return list(lines)
    return [part for line in lines for part in textwrap.wrap(line, min(width, WIDTH), subsequent_indent="  ")]


def _about(name: str, found: Mapping[str, Any]) -> Iterator[str]:
    bracket = found["bracket"]
    yield (
        f"{plain(name)}: {found['commits']:,} commits to {found['head_on']}; marked as AI's: "
        f"{_share(found['share_commits'])} of commits, {_share(found['share_added_source'])} of added source lines "
        f"({_share(bracket['authored_only'])} to {_share(bracket['with_assisted'])} read strictly and generously)"
    )
    if found["tools"]:
        yield f"tools: {', '.join(plain(str(tool)) for tool in found['tools'])}"
    surviving = found.get("surviving")
    if surviving and surviving.get("share") is not None:
        yield f"surviving lines marked as AI's: {_share(surviving['share'])}"


def _multiplier(output: Mapping[str, Any] | None, unicode: bool, width: int | None) -> list[str]:
    """The windows beside the baseline, each with its interval and the band that tells what drift alone does."""
    if output is None:
        return []
    if output["no_estimate"]:
        return [*_wrapped([f"output per engineer: no estimate, {output['no_estimate']}"], width), ""]
    about = (
        f"output per engineer, times that of {output['baseline_first']} to {output['baseline_last']} "
        f"({output['baseline_engineers']} engineers, {output['baseline_commits']:,} commits); 12 months each"
    )
    columns = ["up to", "engineers", "durable lines", "added", "commits", "pairs before AI", "not drift"]
    rows = [
        [
            one["last"],
            one["engineers"],
            _ratio(one["durable"]),
            _times(one["added"]["value"]),
            _times(one["changes"]["value"]),
            _band(one["placebo"]),
            one["distinguishable"],
        ]
        for one in output["windows"]
    ]
    drawn = table(columns, rows, unicode=unicode, limit=None, width=width)
    return [*_wrapped([about], width), drawn, *_wrapped([DRIFT], width), ""]


def _ratio(ratio: Mapping[str, Any]) -> str | None:
    if ratio["value"] is None:
        return None
    if ratio["low"] is None or ratio["high"] is None:
        return _times(ratio["value"])
    return f"{_times(ratio['value'])} ({_times(ratio['low'])} to {_times(ratio['high'])})"


def _band(band: Mapping[str, Any]) -> str | None:
    return f"{_times(band['low'])} to {_times(band['high'])} ({band['pairs']})" if band["pairs"] else None


def _times(value: float | None) -> str | None:
    """Two digits: an interval over engineers bears no more."""
    if value is None:
        return None
    decimals = max(0, 1 - math.floor(math.log10(value))) if value > 0 else 0
    return f"{value:,.{min(decimals, 3)}f}"


def _months(rows: Sequence[Mapping[str, Any]], unicode: bool, width: int | None) -> str:
    columns = ["month", "commits", "by AI", "assisted", "of commits", "of source lines", "engineers"]
    shown = [
        [
            row["month"],
            row["commits"],
            row["commits_authored"] + row["commits_co_authored"],
            row["commits_assisted"],
            _share(row["share_commits"]),
            _share(row["share_added_source"]),
            row["engineers"],
        ]
        for row in rows[-MONTHS_SHOWN:]
    ]
    return table(columns, shown, unicode=unicode, limit=None, width=width)


def _share(share: float | None) -> str:
    if share is None:
        return "none"
    return "under 0.1 %" if 0 < share < 0.0005 else f"{100 * share:.1f} %"
