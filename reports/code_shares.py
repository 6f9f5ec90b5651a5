"""AI's share of code in git histories, for a terminal: a line a repository, its last months, and what is not told."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from metrics.untrusted import plain
from reports.listing import table

MONTHS_SHOWN = 12


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
        parts += [*_about(name, found), _months(months[name], unicode, width), ""]
    parts.append(
        "Marks tell which commits say that AI wrote them: neither a lower nor an upper bound of what AI wrote."
    )
    return "\n".join(parts)


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
    yield from _multiplier(found.get("output_multiplier"))


def _multiplier(output: Mapping[str, Any] | None) -> Iterator[str]:
    if output is None:
        return
    if output["no_estimate"]:
        yield f"output per engineer: no estimate, {output['no_estimate']}"
        return
    yield f"output per engineer: against {output['baseline_first']} to {output['baseline_last']}, see --json"


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
    return "none" if share is None else f"{100 * share:.1f} %"
