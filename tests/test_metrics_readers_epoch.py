"""Epoch's hub is read by what is in its tables, in both layouts it has had."""

import struct
from pathlib import Path

import pandas as pd
import pytest
from live_samples import archive, index

from metrics.errors import DataError
from metrics.readers.archive import HIGHEST_RATIO, members
from metrics.readers.epoch_hub import read_hub
from metrics.source import PUBLISHED, sources

DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "epoch"

TRAINED = b"""Model version,Scaffold,Average (%),Release date,Organization,Name,Average SD (%)
opus,Claude Code,0.17,2025-11-24,A,Opus,0.04
opus,OpenCode,0.18,2025-11-24,A,Opus,
gemini,OpenCode,0.15,2025-11-18,G,Gemini,0.02
"""
JUDGED = b"Model version,Win Rate (%),Win + tie rate (%),Release date,Name\no3,0.308,0.34057,2025-04-16,o3\n"


def test_tables_are_told_by_their_columns_wherever_they_lie():
    hub = archive({"x/1.csv": JUDGED, "readme.txt": b"Epoch", "2.csv": TRAINED, "y/z/3.csv": index(120.5, 130)})
    rows = sources()["epoch_hub"].parse(hub)
    assert rows[["indicator", "subject", "value"]].to_numpy().tolist() == [
        ["eci_score", "model-1", "120.5"],
        ["eci_score", "model-2", "130"],
        ["gdpval_win_or_tie", "o3", "0.34057"],
        ["posttrainbench", "Opus", "0.18"],
        ["posttrainbench", "Gemini", "0.15"],
    ]
    assert rows["note"].tolist()[3] == "scaffold OpenCode; dated by the model's release"
    assert set(rows["known_since"]) == {""}


LATER = b"""Model,Display name,eci,eci_ci_low,eci_ci_high,date,Organization
Claude Opus 5,Claude Opus 5,162.3,159.9,165.74,2026-07-24,Anthropic
"""


def test_the_later_layout_has_intervals_and_comes_before_the_table_of_variants():
    (row,) = sources()["epoch_hub"].parse(archive({"a.csv": index(1, 2), "b/eci_scores.csv": LATER})).to_dict("records")
    assert (row["subject"], row["value"], row["value_low"], row["value_high"]) == (
        "Claude Opus 5", "162.3", "159.9", "165.74",
    )  # fmt: skip
    assert (row["interval"], row["observed_on"]) == ("range", "2026-07-24")


def test_a_model_that_is_not_tested_yet_is_no_row_and_no_zero():
    assert read_hub(index(120, "", 130), name="x")["subject"].tolist() == ["model-1", "model-3"]


def test_the_table_of_the_index_alone_is_read_too():
    assert read_hub(index(120), name="x")["line"].tolist() == [2]


def test_an_archive_without_an_index_is_refused():
    with pytest.raises(DataError) as refusal:
        read_hub(archive({"a.csv": JUDGED}), name="benchmark_data.zip")
    assert str(refusal.value) == (
        "benchmark_data.zip: there is no capability index in it\n  found  no table with eci or ECI Score\n"
        "  next   give Epoch's benchmark_data.zip, or its table of the index"
    )


def test_a_table_twice_is_not_ours_to_choose_from():
    with pytest.raises(DataError) as refusal:
        read_hub(archive({"a.csv": index(1), "b.csv": index(2)}), name="x.zip")
    assert str(refusal.value) == (
        "x.zip: the table of eci_score is there twice\n  found  a.csv, b.csv\n"
        "  next   give the archive as it was published"
    )


@pytest.mark.skipif(not DATA.exists(), reason="Epoch's files are not on this machine")
def test_the_real_hub_says_what_the_embedded_facts_say_of_the_same_day():
    """The embedded facts were compiled by hand from the hub, to two decimals and, for shares, to three or four."""
    hub = sources()["epoch_hub"].parse((DATA / "benchmark_data__2026-04.zip").read_bytes())
    ours = pd.read_csv(PUBLISHED / "facts.csv", dtype=str)
    ours = ours[(ours["known_since"] == "2026-04-19") & ours["indicator"].isin(hub["indicator"].unique())]
    both = ours.merge(hub, on=["indicator", "subject", "definition", "method", "observed_on"], suffixes=("", "_hub"))
    apart = (both["value"].astype(float) - both["value_hub"].astype(float)).abs()
    assert len(both) == len(ours) == 59
    assert (apart <= both["indicator"].map({"eci_score": 0.005}).fillna(0.0005)).all()
    assert hub["indicator"].value_counts().to_dict() == {
        "eci_score": 348, "posttrainbench": 19, "gdpval_win_or_tie": 11,
    }  # fmt: skip


def refusal_of(content):
    with pytest.raises(DataError) as refusal:
        list(members(content, name="x.zip"))
    return str(refusal.value)


def test_an_archive_with_too_much_in_it_is_refused_before_it_is_unpacked():
    packed = archive({"a.csv": b"a"})
    size = packed.index(b"PK\x01\x02") + 24
    assert refusal_of(packed[:size] + struct.pack("<I", 300 * 2**20) + packed[size + 4 :]) == (
        "x.zip: the archive has too much in it\n  found  300 MB; at most 256 MB are read\n"
        "  next   look at it; nothing of it was read"
    )


def test_a_member_that_is_packed_too_well_is_refused():
    told = refusal_of(archive({"a.csv": bytes(2 * 2**20)}))
    assert told.startswith("x.zip: the archive has a member that is packed too well\n  found  a.csv: 2 MB")
    assert HIGHEST_RATIO == 200


@pytest.mark.parametrize("name", ["../a.csv", "a/../../b.csv", "..\\a.csv", "/a.csv", "\\a.csv"])
def test_a_name_that_leads_out_of_the_archive_is_refused(name):
    assert refusal_of(archive({name: b"a"})).startswith("x.zip: the archive has a name that leads out of it\n")


def test_members_come_as_they_are():
    assert [(one.name, one.content) for one in members(archive({"a.csv": b"1", "b/c.csv": b"2"}), name="x")] == [
        ("a.csv", b"1"), ("b/c.csv", b"2"),
    ]  # fmt: skip
