"""How much of what marked squash merges added comes from commits that were marked themselves.

A squash keeps the mark of any of its commits, and all of its lines are then called AI's. Where the pull request's own
commits are still at hand the dilution can be measured; reading them belongs to `flows`.
"""

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from metrics.estimators.code_share import share

_PULL = re.compile(r"\(#([0-9]{1,9})\)\s*$")
_MERGE_REQUEST = re.compile(r"^See merge request \S*!([0-9]{1,9})\s*$", re.MULTILINE)


class Squash(NamedTuple):
    """Added source lines of the commits of one pull request that became one marked commit; bots' are left out."""

    lines: int
    of_marked: int
    """Those of commits that are authored or co-authored by AI."""


def pull_ref(message: str) -> str:
    """The ref under which hosts keep the commits that a squash's message names, empty if it names none.

    GitHub ends the subject with `(#12)`, GitLab the body with `See merge request group/project!12`.
    """
    subject = message.lstrip("\n").partition("\n")[0]
    if pull := _PULL.search(subject):
        return f"refs/pull/{pull[1]}/head"
    request = _MERGE_REQUEST.search(message)
    return f"refs/merge-requests/{request[1]}/head" if request else ""


def dilution(squashes: Sequence[Squash], *, named: int) -> dict[str, Any]:
    """What is said of the marked squashes of a repository.

    Args:
        squashes: those whose own commits could be read.
        named: marked commits that name a pull request.
    """
    shares = [one.of_marked / one.lines for one in squashes if one.lines]
    lines, of_marked = (sum(column) for column in zip(*squashes, strict=True)) if squashes else (0, 0)
    return {
        "marked": named,
        "measured": len(squashes),
        "added_source": lines,
        "added_source_of_marked_commits": of_marked,
        "share": share(of_marked, lines),
        "lowest": min(shares, default=None),
        "highest": max(shares, default=None),
    }
