"""Which of three futures a record resembles. Pure: no network, clock, database or Prefect."""

from scenarios.assessment import Assessment
from scenarios.classifier import classify

__all__ = ["Assessment", "classify"]
