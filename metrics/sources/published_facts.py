"""Published figures on AI building AI, compiled with their citations (metrics/published/README.md)."""

import pandas as pd

from metrics.observation import COLUMNS
from metrics.source import source
from metrics.table import read_table

REQUIRED = tuple(column for column in COLUMNS if column != "source")


@source(
    id="published_facts",
    title="Published facts, with citations",
    publisher="threefutures, from the publications cited row by row",
    licence="MIT for the compilation; the figures are facts of the publishers cited",
    url="",
    files=("facts.csv",),
)
def parse(content: bytes) -> pd.DataFrame:
    """The cited facts as raw observations, already in the product's units.

    Raises:
        DataError: the file cannot be read as such a table.
    """
    table = read_table(content, name="facts.csv", required=REQUIRED)
    return table.assign(source="published_facts")[[*COLUMNS, "line", "row"]]
