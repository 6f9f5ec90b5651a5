"""Progress of a run, a line a step: to stderr for people, and to Prefect's log of the run."""

import json
import logging
import re
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from flows.ingest import Ingested, total
from flows.settings import logs_json
from metrics.untrusted import plain
from reports.listing import step as step_line
from scenarios.words import counted

_MARGIN = re.compile(r"^ *((found|next) +)?")
"""What a line of a fault begins with, and keeps."""

LOGGER = logging.getLogger("threefutures.progress")


class JsonLines(logging.Formatter):
    """A record as one JSON object: at, level, and either step, said and seconds, or message."""

    def format(self, record: logging.LogRecord) -> str:
        fields = getattr(record, "fields", {"message": record.getMessage()})
        return log_line(datetime.fromtimestamp(record.created, UTC), record.levelname.lower(), fields)


def log_line(at: datetime, level: str, fields: Mapping[str, object]) -> str:
    """One line of a structured log."""
    return json.dumps({"at": at.isoformat(timespec="milliseconds"), "level": level, **fields}, ensure_ascii=False)


class Stopwatch:
    """Seconds spent in a block; the text is filled in while it runs."""

    def __init__(self) -> None:
        self.text = ""
        self.seconds = 0.0


@contextmanager
def step(name: str) -> Iterator[Stopwatch]:
    """Time a step and log its line when it has succeeded."""
    watch = Stopwatch()
    started = time.perf_counter()
    yield watch
    watch.seconds = time.perf_counter() - started
    report_step(name, watch.text, watch.seconds)


def report_step(name: str, text: str, seconds: float) -> None:
    """Log the line of a step whose time is known."""
    fields = {"step": name, "said": plain(text), "seconds": round(seconds, 3)}
    LOGGER.info("%s", step_line(name, text, seconds), extra={"fields": fields})


def to_stderr() -> None:
    """Show progress lines on stderr, as they are; once is enough."""
    if LOGGER.handlers:
        return
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines() if logs_json() else logging.Formatter("%(message)s"))
    LOGGER.addHandler(handler)
    LOGGER.setLevel(logging.INFO)
    # Prefect's handler sits on the parent logger: records must go on reaching it.
    LOGGER.propagate = True


def report_ingested(ingested: Sequence[Ingested]) -> None:
    """Log the lines of fetching, judging and keeping over all sources, and each source that failed."""
    sums = total(ingested)
    sources = counted(len(ingested), "source")
    failed = sum(bool(one.error) for one in ingested)
    report_step(
        "fetch",
        f"{sources}: {counted(sums.files, 'file')}, {sums.new_files} new" + (f"; {failed} failed" if failed else ""),
        sums.fetch_seconds,
    )
    hint = " (threefutures quarantine)" if sums.quarantined else ""
    judged = f"{sums.read} rows: {sums.accepted} accepted, {sums.quarantined} quarantined{hint}"
    report_step("judge", judged, sums.judge_seconds)
    kept = {
        "new facts": sums.new,
        "revised": sums.revised,
        "withdrawn": sums.withdrawn,
        "known": sums.known,
    }
    said = [f"{count} {name}" for name, count in kept.items() if count or name in ("new facts", "known")]
    report_step("keep", ", ".join(said), sums.keep_seconds)
    for one in ingested:
        if one.error:
            LOGGER.warning("%s", _told(one.error))


def _told(error: str) -> str:
    """A fault whose lines may hold text of a file, which must not steer the terminal."""
    lines = [(line, len(line) - len(_MARGIN.sub("", line))) for line in error.split("\n")]
    return "\n".join(line[:margin] + plain(line[margin:]) for line, margin in lines)


def shown(path: Path) -> Path:
    """A path as short as it can be shown: relative where it lies below the working folder."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
