"""What is believed on a date: of every value the row that was published last, and which publication that stands in.

Which rows then form a series is decided in forming.py.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from metrics.indicator import Indicator
from metrics.observation import KEY, PAYLOAD

Mask = npt.NDArray[np.bool_]


def believed(observations: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """One row a key: what was known last on a date. Values withdrawn by then are gone."""
    latest = news(observations[observations["known_since"] <= pd.Timestamp(as_of)]).drop_duplicates(
        list(KEY), keep="last"
    )
    return latest[latest["interval"] != "withdrawn"].reset_index(drop=True)


def news(observations: pd.DataFrame) -> pd.DataFrame:
    """The rows that said something new of their key, in order of key and known_since; restatements are left out."""
    # Ties are broken by every column, so that the order of rows never shows.
    ordered = observations.sort_values([*KEY, "known_since", "value", "value_low", "value_high"], kind="stable")
    said = ordered[[*KEY, *PAYLOAD]]
    before = said.shift()
    restated = ((said == before) | (said.isna() & before.isna())).all(axis=1)
    return ordered[~restated]


class Rows:
    """Observations as arrays by column: some hundred checks cut rows out, which costs a frame a thousand times more."""

    def __init__(self, columns: Mapping[str, npt.NDArray[Any]], n: int) -> None:
        self._columns = columns
        self._n = n

    @classmethod
    def of(cls, frame: pd.DataFrame) -> "Rows":
        """The columns of a frame, text as Python's own strings."""
        return cls({name: _array(frame[name]) for name in frame.columns}, len(frame))

    def __len__(self) -> int:
        return self._n

    def __getitem__(self, name: str) -> npt.NDArray[Any]:
        return self._columns[name]

    def only(self, keep: npt.NDArray[Any]) -> "Rows":
        """The rows where a mask is True, or those at some positions, in their order."""
        columns = {name: column[keep] for name, column in self._columns.items()}
        return Rows(columns, int(keep.sum()) if keep.dtype == bool else len(keep))

    def having(self, **columns: npt.NDArray[Any]) -> "Rows":
        """The same rows with some columns replaced or added."""
        return Rows({**self._columns, **columns}, self._n)

    def tuples(self, *names: str) -> Iterator[tuple[Any, ...]]:
        """Each row's cells of some columns."""
        return zip(*(self._columns[name].tolist() for name in names), strict=True)

    def among(self, name: str, values: Iterable[str]) -> Mask:
        """Which rows have one of some values in a column of texts."""
        found = frozenset(values)
        return np.fromiter((cell in found for cell in self._columns[name]), dtype=bool, count=self._n)


def _array(column: "pd.Series[Any]") -> npt.NDArray[Any]:
    kind = column.dtype.kind if isinstance(column.dtype, np.dtype) else "O"
    return column.to_numpy() if kind in "Mfiub" else column.to_numpy(dtype=object)


class Beliefs(NamedTuple):
    """What is known on a date."""

    rows: Rows
    """One a key, as `believed`."""
    said: Rows
    """Every row known by then, restatements too: a publication lists what it repeats."""

    def without(self, source: str = "", subjects: frozenset[tuple[str, str]] = frozenset()) -> "Beliefs":
        """As if a source, or some subjects, each with its indicator, had never been.

        Source, indicator and subject are of the key, so that no other value's news changes.
        """
        return Beliefs(*(rows.only(_remaining(rows, source, subjects)) for rows in self))

    def of(self, indicators: frozenset[str]) -> "Beliefs":
        """What is known of some indicators."""
        return Beliefs(*(rows.only(rows.among("indicator", indicators)) for rows in self))


def beliefs(observations: pd.DataFrame, as_of: date) -> Beliefs:
    """What the observations, of any number of vintages, let one believe on a date."""
    known = observations[observations["known_since"] <= pd.Timestamp(as_of)]
    return Beliefs(Rows.of(believed(known, as_of)), Rows.of(known))


_PUBLICATION = ("indicator", "definition", "source", "known_since")


def in_newest_publication(known: Beliefs, indicators: Mapping[str, Indicator]) -> Mask:
    """Which believed rows stand in the publication known last, of one source; True where publications do not matter."""
    by_vintage = {key for key, one in indicators.items() if one.whole_vintages}
    whole = {(key, source) for key, one in indicators.items() for source in one.whole_sources}
    matters = frozenset(by_vintage | {key for key, _ in whole})
    rows, said = known.of(matters)
    newest = _newest(said, whole)
    told = {key for key, one in zip(said.tuples(*KEY), said.tuples(*_PUBLICATION), strict=True) if one in newest}
    replaced = {one[:2] for one in newest if (one[0], one[2]) in whole}
    alone = (one[0] in by_vintage or one in replaced for one in rows.tuples("indicator", "definition"))
    listed = (key in told for key in rows.tuples(*KEY))
    in_part = (one not in whole for one in rows.tuples("indicator", "source"))
    found = np.ones(len(known.rows), dtype=bool)
    found[known.rows.among("indicator", matters)] = [
        is_listed if is_alone else is_in_part
        for is_alone, is_listed, is_in_part in zip(alone, listed, in_part, strict=True)
    ]
    return found


def _newest(said: Rows, whole: set[tuple[str, str]]) -> set[tuple[Any, ...]]:
    """The publication known last of each indicator and definition; of one day's, that which has all there is."""
    by_source = sorted(set(said.tuples(*_PUBLICATION)), key=lambda one: str(one[2]), reverse=True)
    in_time = sorted(by_source, key=lambda one: (one[3], (one[0], one[2]) in whole))
    return set({one[:2]: one for one in in_time}.values())


def _remaining(rows: Rows, source: str, subjects: frozenset[tuple[str, str]]) -> Mask:
    gone = (
        (source != "" and whence == source) or (indicator, subject) in subjects
        for whence, indicator, subject in rows.tuples("source", "indicator", "subject")
    )
    return ~np.fromiter(gone, dtype=bool, count=len(rows))
