"""From assessment to files: the embedded record, and ten years of monthly facts from 200 sources."""

import resource
import sys
import time
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from flows.assess import Known, assess, known
from flows.report import record
from metrics import Catalogue, Indicator
from metrics.observation import COLUMNS
from reports.page import page
from reports.record import SOURCE_COLUMNS, Record
from reports.status import status_json, status_markdown
from scenarios.classifier import classify_judged
from warehouse.home import Home

AS_OF = date(2026, 10, 10)
SOURCES, MONTHS = 200, 120


class Clock:
    """Seconds since it was made, of the wall and of the processors; the second bears other people's load."""

    def __init__(self):
        self._wall, self._cpu = time.perf_counter(), cpu()

    def told(self):
        return f"{time.perf_counter() - self._wall:.1f} s ({cpu() - self._cpu:.1f} CPU s)"


def cpu():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def measured(name, assessment, kept):
    clock = Clock()
    made = page(assessment, kept)
    drawn = clock.told()
    clock = Clock()
    texts = status_markdown(assessment, record=kept), status_json(assessment, record=kept)
    told = clock.told()
    sizes = f"html {len(made.html) / 1e6:.2f} MB, beside it {sum(map(len, made.files.values())) / 1e6:.2f} MB"
    print(
        f"{name}: page and figures {drawn}, text and JSON {told}; {sizes}, md and JSON "
        f"{sum(map(len, texts)) / 1e6:.2f} MB; {len(kept.facts):,} facts, {len(assessment.series)} series"
    )


def many():
    rng = np.random.default_rng(20261010)
    months = pd.date_range("2016-10-31", periods=MONTHS, freq="ME")
    frames = []
    for at in range(SOURCES):
        rise = np.exp(np.cumsum(rng.normal(0.02, 0.03, MONTHS)))
        frame = pd.DataFrame(dict.fromkeys(COLUMNS, ""), index=range(MONTHS))
        frames.append(
            frame.assign(
                source=f"source{at}",
                indicator=f"i{at}",
                subject="all",
                method="telemetry",
                observed_on=months,
                known_since=months,
                value=rise,
                value_low=np.nan,
                value_high=np.nan,
                n=np.nan,
                corroboration=1.0,
                confidence="high",
                citation=f"Source {at}",
                citation_url="https://example.org",
            )
        )
    facts = pd.concat(frames, ignore_index=True).assign(fact_id="", sha256="")
    titles = {
        f"i{at}": Indicator(f"i{at}", f"Indicator {at}", "times", "log", lower=0.0, cluster=f"c{at % 20}")
        for at in range(SOURCES)
    }
    catalogue = Catalogue(titles, origin="many.toml", sha256="0" * 64, own=True)
    rows = [
        (f"source{at}", f"Source {at}", "Nobody", "MIT", "https://example.org", MONTHS, AS_OF, AS_OF, "")
        for at in range(SOURCES)
    ]
    sources = pd.DataFrame(rows, columns=pd.Index(SOURCE_COLUMNS))
    quarantine = pd.DataFrame(columns=pd.Index(["source", "line", "indicator", "rule", "reason", "row"]))
    assessment = classify_judged(facts, catalogue, as_of=AS_OF, sensitivity=False)
    return assessment, Record(facts, quarantine, sources, catalogue)


def main():
    embedded: Known = known(Home(Path("/nonexistent")), AS_OF)
    assessment = assess(embedded, as_of=AS_OF)
    measured("embedded record", assessment, record(embedded, assessment))
    measured("200 sources, ten years of months", *many())


if __name__ == "__main__":
    sys.exit(main())
