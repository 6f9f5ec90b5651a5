"""METR's published results as METR publishes them: one benchmark_results file, one vintage.

The same figures as in metr_horizons, from a file that somebody downloaded. It does not say when it was published:
known_since is left empty, for whoever landed the file to fill in.
"""

import pandas as pd

from metrics.observation import COLUMNS
from metrics.readers import read_published
from metrics.readers.metr_names import same_key
from metrics.source import source

NAME = "benchmark_results.yaml"

FIT = "METR's fit: regularisation 0.1 in vintages before 2026-03-03, 1e-5 since"

WINDOWS = {
    "all_time": "all time",
    "all_time_stitched": "all time, stitched with TH1.0",
    "from_2023_on": "since 2023",
}
"""METR's names of windows, in the words of a subject."""


@source(
    id="metr_results",
    title="METR time horizons, from METR's results files",
    publisher="METR",
    licence="not stated by METR; published figures only, no task contents",
    url="https://metr.org/assets/benchmark_results_1_1.yaml",
    address="https://metr.org/assets/benchmark_results_1_1.yaml",
)
def parse(content: bytes) -> pd.DataFrame:
    """The horizons and doubling times of a benchmark_results file as raw observations, without known_since.

    Raises:
        DataError: the content is no such file.
    """
    horizons, doubling_times = read_published(content, name=NAME)
    rows = pd.concat([_horizons(horizons), _doubling_times(doubling_times)])
    rows = rows.assign(
        source="metr_results",
        definition="METR " + rows["suite"],
        known_since="",
        interval=(rows["low"] + rows["high"]).ne("").map({True: "95%", False: ""}),
        citation="METR, " + rows["suite"] + " results file",
        citation_url=rows["suite"].map(
            lambda suite: f"https://metr.org/assets/benchmark_results_{suite[2:].replace('.', '_')}.yaml"
        ),
    )
    named = rows.rename(columns={"low": "value_low", "high": "value_high"})
    ordered = named.sort_values("line", kind="stable").reset_index(drop=True)
    return ordered.reindex(columns=[*COLUMNS, "line", "row"], fill_value="")


def _horizons(horizons: pd.DataFrame) -> pd.DataFrame:
    several = (" (" + horizons["scaffold"] + ")").where(horizons["scaffold"] != "", "")
    return horizons.assign(
        indicator="task_horizon_" + horizons["reliability"],
        subject=horizons["model"].map(same_key) + several,
        method="benchmark",
        observed_on=horizons["release_date"].dt.strftime("%Y-%m-%d"),
        value=horizons["minutes"],
        confidence=horizons["is_rounded"].map({True: "medium", False: "high"}),
        note=_note(horizons),
    )


def _note(horizons: pd.DataFrame) -> "pd.Series[str]":
    stitched = ("; measured on " + horizons["own_suite"]).where(horizons["own_suite"] != horizons["suite"], "")
    rounded = horizons["is_rounded"].map({True: "; rounded: added by hand to a copy of the file", False: ""})
    return FIT + stitched + rounded


def _doubling_times(doubling_times: pd.DataFrame) -> pd.DataFrame:
    return doubling_times.assign(
        indicator="task_horizon_doubling_time",
        subject=doubling_times["suite"] + ", " + doubling_times["window"].map(lambda name: WINDOWS.get(name, name)),
        method="estimate",
        observed_on=pd.to_datetime(doubling_times["last_release"]).dt.strftime("%Y-%m-%d"),
        value=doubling_times["days"],
        confidence="high",
        note=FIT,
    )
