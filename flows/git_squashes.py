"""The commits behind marked squash merges, where the refs of their pull requests are at hand; none is ever fetched."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa

from flows import git_read
from flows.git_history import apply_rules, read_commits
from flows.git_parts import PartReader
from flows.git_process import Repository, run
from flows.git_store import Store
from metrics.estimators.code_share import ADDED, AI_KINDS
from metrics.estimators.columns import among, booleans
from metrics.estimators.squashes import Squash, dilution, pull_ref

PULL_REFS = ("refs/pull/*/head", "refs/merge-requests/*/head")
"""Where hosts keep the commits of pull requests, also after they were squashed."""


class _Named(NamedTuple):
    """A marked commit that names a pull request, and the tip of that, if it is here."""

    commit: str
    tip: str | None


def squashed(
    repository: Repository, tips: Mapping[str, str], commits: pa.Table, reader: PartReader, folder: Path
) -> dict[str, Any]:
    """How much of the marked squashes' lines comes from marked commits; squashes.dilution has the keys.

    Args:
        repository: borrowed.
        tips: hash by ref, of PULL_REFS.
        commits: code_share.COMMITS.
        reader: classifies and counts.
        folder: where the pull requests' commits are kept.
    """
    named = list(_named(repository, tips, commits))
    brought = _brought(repository, [one for one in named if one.tip])
    store = Store(folder)
    apply_rules(store, reader)
    read_commits(store, list({one for some in brought for one in some}), reader)
    lines = _source_lines(store.all_commits())
    squashes = [
        Squash(sum(sum(lines[one]) for one in some), sum(lines[one].marked for one in some))
        for some in brought
        if all(one in lines for one in some)
    ]
    return dilution(squashes, named=len(named))


def _named(repository: Repository, tips: Mapping[str, str], commits: pa.Table) -> Iterator[_Named]:
    marked = commits.filter(booleans(among(commits["kind"], *AI_KINDS)))["commit"].to_pylist()
    for header in git_read.headers(repository, marked):
        if ref := pull_ref(header.message):
            yield _Named(header.commit, tips.get(ref))


def _brought(repository: Repository, squashes: Sequence[_Named]) -> list[set[str]]:
    """The commits of each squash's pull request that are not on the way to HEAD, without merges; never none."""
    if not squashes:
        return []
    asked = [f"^{repository.head}", *(str(one.tip) for one in squashes)]
    listed = run(repository, "rev-list", "--parents", "--stdin", given=asked).decode("ascii").splitlines()
    parents = {commit: others for commit, *others in map(str.split, listed)}
    found = [_ancestors(parents, str(one.tip)) for one in squashes]
    single = {one for one, others in parents.items() if len(others) < 2 and one not in repository.shallow}
    return [some & single for some in found if some & single]


def _ancestors(parents: Mapping[str, Sequence[str]], tip: str) -> set[str]:
    found: set[str] = set()
    waiting = [tip]
    while waiting:
        commit = waiting.pop()
        if commit in parents and commit not in found:
            found.add(commit)
            waiting += parents[commit]
    return found


class _Lines(NamedTuple):
    marked: int
    others: int


def _source_lines(commits: pa.Table) -> dict[str, _Lines]:
    """Added source lines of each commit that could be read; a bot's are nobody's."""
    columns = (commits[name].to_pylist() for name in ("commit", "kind", ADDED["source"]))
    return {
        commit: _Lines(added * (kind in AI_KINDS), added * (kind not in (*AI_KINDS, "bot")))
        for commit, kind, added in zip(*columns, strict=True)
        if added is not None
    }
