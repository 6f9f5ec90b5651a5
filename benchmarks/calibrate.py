"""Seconds that 1,000 calibration worlds take, and the page of figures.

python benchmarks/calibrate.py [JOBS]            # 1,000 worlds in all, spread evenly over the suites
python benchmarks/calibrate.py JOBS --write      # 1,000 of each suite: docs/calibration.md and docs/calibration.svg
"""

import sys
import time
from pathlib import Path

from classify import embedded

from flows.calibrate import SEED, WORLDS, calibrate
from metrics import load_indicators
from reports.calibration import calibration_page, reliability_svg
from scenarios import classify
from scenarios.calibration import SUITES

DOCS = Path(__file__).resolve().parents[1] / "docs"


def main() -> None:
    jobs = int(sys.argv[1]) if len(sys.argv) > 1 else 2
    write = "--write" in sys.argv
    catalogue = load_indicators()
    series = classify(embedded(catalogue), catalogue, sensitivity=False).series
    worlds = WORLDS if write else WORLDS // len(SUITES)
    start = time.perf_counter()
    summary = calibrate(series, worlds=worlds, seed=SEED, jobs=jobs)
    taken = time.perf_counter() - start
    print(f"{worlds * len(SUITES):,} worlds, {jobs} processes   {taken:7.1f} s")
    if write:
        (DOCS / "calibration.md").write_text(calibration_page(summary), encoding="utf-8")
        (DOCS / "calibration.svg").write_text(reliability_svg(summary), encoding="utf-8")


if __name__ == "__main__":
    main()
