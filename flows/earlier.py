"""Which assessment a report is compared with: the last of an earlier day by the same choices."""

from typing import Any

from flows.report import days, document
from scenarios import Assessment
from warehouse import results
from warehouse.connection import live, snapshot
from warehouse.home import Home

CHOICES = ("prior", "first_date", "leave_out")
"""Keys of a document that say how the record was judged."""


def earlier(home: Home, assessment: Assessment, *, published: bool) -> dict[str, Any] | None:
    """The document of the last assessment before this one that a run stored or a report shows; None without one.

    Args:
        home: where they are kept.
        assessment: the one to compare.
        published: ask the snapshot; else the live warehouse, whose writer the caller is.
    """
    found = [one for one in (_stored(home, assessment, published), _written(home, assessment)) if one]
    return max(found, key=lambda one: str(one["as_of"]), default=None)


def _stored(home: Home, assessment: Assessment, published: bool) -> dict[str, Any] | None:
    if published and not home.snapshot.exists():
        return None
    with (snapshot if published else live)(home) as connection:
        return results.previous_assessment(
            connection,
            assessment.as_of,
            prior=assessment.prior.name,
            weights=assessment.prior.weights,
            first_date=assessment.first_date,
            leave_out=assessment.leave_out,
        )


def _written(home: Home, assessment: Assessment) -> dict[str, Any] | None:
    """The newest report that can be read: `report` keeps what it says in its own folder and in no table."""
    now = assessment.to_dict()
    before = [day for day in days(home.reports) if day < now["as_of"]]
    documents = (document(home.reports, day) for day in reversed(before))
    return next((one for one in documents if one and all(one.get(key) == now[key] for key in CHOICES)), None)
