"""AI's share of code in the user's own repositories: what lands is a measurement, not the history.

Repositories are named under [sources.git] in threefutures.toml and read by `flows`; a document of git_document lands
for each. Nobody's name or address is in it: authors are keyed hashes.
"""

import pandas as pd

from metrics.estimators.git_document import read_document
from metrics.estimators.git_facts import SOURCE, observations
from metrics.source import source


def commits(content: bytes) -> pd.DataFrame:
    """The commits of one repository, a row each.

    Raises:
        DataError: the content is no such document.
    """
    document = read_document(content)
    rows = document.commits.to_pandas()
    numbers = dict.fromkeys(("added", "deleted", "added_source"), "Int64")
    months = pd.to_datetime(rows["month"], format="%Y-%m").dt.date
    told: pd.DataFrame = rows.assign(repo=document.repo, month=months).astype(numbers)
    return told


@source(
    id=SOURCE,
    title="AI-written share of your code, from git histories",
    publisher="threefutures, from the user's repositories",
    licence="the user's own",
    url="",
    private=True,
    details={"commit_change": commits},
)
def parse(content: bytes) -> pd.DataFrame:
    """The shares and multipliers of one repository as raw observations, known since the day of the measurement.

    Raises:
        DataError: the content is no such document.
    """
    return observations(read_document(content))
