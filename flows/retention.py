"""What is removed in time, where the configuration says so: old reports, and landed files that nothing rests on."""

import shutil
from datetime import datetime
from typing import NamedTuple

from flows.configuration import Retention
from flows.report import days, write_index
from warehouse.faults import os_explained
from warehouse.home import Home
from warehouse.retention import remove_landed


class Removed(NamedTuple):
    """How much was removed."""

    reports: int
    landed: int


def retain(home: Home, settings: Retention, *, at: datetime) -> Removed:
    """Remove what is older than the configuration keeps; the caller holds the writer's lock."""
    reports = remove_reports(home, keep=settings.reports) if settings.reports else 0
    files = remove_landed(home, days=settings.landing, at=at) if settings.landing else []
    return Removed(reports, len(files))


def remove_reports(home: Home, *, keep: int) -> int:
    """Remove all but the newest reports; returns how many."""
    with os_explained(home.reports):
        old = days(home.reports)[:-keep]
        for day in old:
            shutil.rmtree(home.reports / day)
    write_index(home.reports)
    return len(old)
