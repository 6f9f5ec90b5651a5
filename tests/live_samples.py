"""Small files in the layout of METR's results and of Epoch's hub, made up."""

import io
import shutil
import zipfile

from warehouse.connection import live
from warehouse.home import Home

MODELS = ("alpha", "beta", "gamma", "delta", "epsilon")


def results(minutes=(1.5, 3.5, 7.5, 15.5, 31.5), *, models=MODELS, year=2024, p80=True, suite="METR-Horizon-v1.1"):
    """A benchmark_results file: models released a month after another, p80 a fourth of p50."""
    lines = [f"benchmark_name: {suite}", "results:"]
    for month, (model, value) in enumerate(zip(models, minutes, strict=False), start=1):
        lines += [f"  {model}:", f"    release_date: {year}-{month:02}-15", "    metrics:"]
        for name, size in (("p50", value), *((("p80", value / 4),) if p80 else ())):
            lines += [
                f"      {name}_horizon_length:",
                f"        estimate: {size:.3f}",
                f"        ci_low: {size / 2:.3f}",
                f"        ci_high: {size * 2:.3f}",
            ]
    return ("\n".join(lines) + "\n").encode()


INDEX = "Model version,ECI Score,Release date,Organization\n"


def index(*scores, header=INDEX):
    """The table of the capability index: models released a month after another."""
    rows = [f"model-{at},{score},2024-{at:02}-01,Lab\n" for at, score in enumerate(scores, start=1)]
    return (header + "".join(rows)).encode()


def archive(tables, *, compression=zipfile.ZIP_DEFLATED):
    """A zip archive of tables by name."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", compression) as file:
        for name, content in tables.items():
            file.writestr(zipfile.ZipInfo(name, (2026, 4, 19, 0, 0, 0)), content, compression)
    return packed.getvalue()


def empty_home(folder):
    """A data folder with an empty warehouse."""
    home = Home(folder)
    home.prepare()
    with live(home):
        return home


def copy_of(home, folder):
    """Another data folder with the same warehouse: making one takes longer than most tests."""
    copy = Home(folder)
    copy.prepare()
    shutil.copyfile(home.live, copy.live)
    return copy
