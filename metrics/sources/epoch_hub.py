"""Epoch AI's hub: its capability index, and of its benchmarks those that speak of AI doing AI's work.

The same indicators, definitions and names of models as in the embedded facts, which were read in a few of the hub's
vintages: a whole vintage takes the place of those, and both never vote together (docs/decisions/0006-live-sources.md).
"""

import pandas as pd

from metrics.observation import COLUMNS
from metrics.readers.epoch_hub import read_hub
from metrics.source import Expected, source

NAME = "benchmark_data.zip"

DEFINITIONS = {
    "eci_score": "Epoch Capabilities Index",
    "gdpval_win_or_tie": "tasks judged win or tie vs professional",
    "posttrainbench": "average score (PostTrainBench, best scaffold)",
}


@source(
    id="epoch_hub",
    title="Epoch AI's capability index and AI R&D benchmarks",
    publisher="Epoch AI",
    licence="CC-BY 4.0, Epoch AI, epoch.ai/benchmarks",
    url="https://epoch.ai/data/benchmark_data.zip",
    address="https://epoch.ai/data/benchmark_data.zip",
    # Each vintage refits the index: from April to July 2026 a model moved by 0.24 points in the median, 4 of 347 by
    # more than 2.
    expected=Expected(tolerance=0.03),
)
def parse(content: bytes) -> pd.DataFrame:
    """The scores of one vintage as raw observations, without known_since.

    Raises:
        DataError: the content is no archive of the hub, and no table of its index.
    """
    rows = _best(read_hub(content, name=NAME))
    named = rows.assign(
        source="epoch_hub",
        definition=rows["indicator"].map(DEFINITIONS),
        method="benchmark",
        observed_on=rows["release_date"],
        known_since="",
        value_low=rows["low"],
        value_high=rows["high"],
        interval=(rows["low"] + rows["high"]).ne("").map({True: "range", False: ""}),
        citation="Epoch AI, AI Benchmarking Hub",
        citation_url="https://epoch.ai/benchmarks",
        confidence="high",
        note=("scaffold " + rows["detail"] + "; ").where(rows["detail"] != "", "") + "dated by the model's release",
    )
    return named.reindex(columns=[*COLUMNS, "line", "row"], fill_value="")


def _best(rows: pd.DataFrame) -> pd.DataFrame:
    """One row a model and indicator, the highest: PostTrainBench has one a scaffold."""
    score = pd.to_numeric(rows["value"], errors="coerce")
    ordered = rows.assign(_score=score).sort_values("_score", ascending=False, kind="stable", na_position="last")
    several = ordered["detail"] != ""
    return ordered[~(several & ordered.duplicated(["indicator", "subject"]))].sort_values(
        ["indicator", "line"], kind="stable", ignore_index=True
    )
