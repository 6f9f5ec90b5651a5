"""METR's task_results: successes and runs of every model at every task, and the horizons we estimate from them."""

import pandas as pd

from metrics.estimated import Origin, estimates
from metrics.readers import Kind, read_kind
from metrics.readers.metr_names import key_of
from metrics.source import source

ORIGIN = Origin(
    source="metr_task_counts",
    what="METR task counts",
    citation="threefutures, from METR's task results",
    citation_url="https://metr.org/assets/task_results_1_1.yaml",
)


def attempts(content: bytes) -> pd.DataFrame:
    """The counts themselves, attempts.COLUMNS.

    Raises:
        DataError: the content is no such file.
    """
    return read_kind(content, Kind.COUNTS, name="task_results.yaml")


@source(
    id="metr_task_counts",
    title="Horizons estimated from METR's task counts",
    publisher="threefutures, from METR's task results",
    licence="not stated by METR; counts only, no task contents",
    url=ORIGIN.citation_url,
    address=ORIGIN.citation_url,
    details={"task_attempt": attempts},
)
def parse(content: bytes) -> pd.DataFrame:
    """Our estimates from a task_results file as raw observations, without known_since.

    Raises:
        DataError: the content is no such file.
    """
    counts = attempts(content)
    return estimates(counts, ORIGIN, names={agent: key_of(agent) for agent in counts["agent"].unique()})
