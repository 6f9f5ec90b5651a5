"""Charts: what is drawn is what was found, in valid specifications of the right size."""

import math
import re
from itertools import pairwise

import altair as alt
import pandas as pd
import pytest
from reports_samples import CATALOGUE, KNOWN, MORE, assessment, record, shares
from reports_samples import evidence as sample_evidence
from test_reports_page import REPLAY, TRIPWIRES, step

from metrics import Indicator
from reports.charts import (
    code_share,
    drawing,
    evidence,
    futures,
    multipliers,
    omissions,
    replay,
    series,
    tripwires,
    windows,
)
from reports.charts.calendar import ticks, year
from reports.charts.marks import Mark, key_of
from reports.charts.scales import span
from reports.charts.words import Box, Label, broad, fitting, placed, shortened
from reports.citing import References
from reports.next_values import settles
from reports.published_values import multipliers as multipliers_of
from reports.published_values import multipliers_heading, summed
from reports.quantities import Value
from reports.tabular import table


def whole():
    sample, kept = assessment(), record(facts=MORE, catalogue=KNOWN)
    drawn = [
        futures.figure(sample),
        evidence.figure(sample),
        windows.figure(sample),
        omissions.figure(sample),
        replay.figure(REPLAY, sample),
        *tripwires.figures(TRIPWIRES, CATALOGUE),
        code_share.panels(kept, References()),
        code_share.once(kept, References()),
        multipliers.multipliers(kept, References()),
        multipliers.doubling(kept, References()),
        *(
            series.figure(one, sample, record(), id=f"s{at}", heading=one.indicator.title, table=table(("a",), ()))
            for at, one in enumerate(sample.series)
        ),
    ]
    return {figure.id: figure for figure in drawn}


FIGURES = whole()


@pytest.mark.parametrize("name", FIGURES)
def test_every_chart_is_valid_vega_lite(name):
    for chart in (FIGURES[name].wide, FIGURES[name].narrow):
        alt.Chart.from_dict(chart, validate=True)


@pytest.mark.parametrize("name", ["code-share", "multipliers", "doubling", "code-share-once", "replay"])
def test_no_chart_is_wider_than_its_place(name):
    widths = [
        re.search(r'width="([\d.]+)"', drawing.svg(chart))[1] for chart in (FIGURES[name].wide, FIGURES[name].narrow)
    ]
    assert (float(widths[0]) <= 700, float(widths[1]) <= 342) == (True, True)


def test_every_number_of_the_evidence_stands_on_the_side_for_which_its_bar_speaks():
    rows = (
        ("horizon", "Task horizon", "", "horizon", 3, 1.0, True, (-16.0, 0.0, -16.0)),
        ("run", "Speed-run", "", "runs", 3, 0.5, True, (0.0, -1.0, -16.0)),
        ("share", "Share led by AI", "lab", "ai_rnd", 3, 1.0, True, (-14.0, 0.0, 0.0)),
    )
    figure = evidence.figure(assessment(evidence=sample_evidence(rows)))
    for chart, width in ((figure.wide, 700), (figure.narrow, 342)):
        texts = [one for one in chart["layer"] if one["mark"]["type"] == "text"]
        told = {row["text"]: (one["mark"]["align"], row["x"]) for one in texts for row in one["data"]["values"]}
        sides = {text: told[text][0] for text in ("16.0 cap", "15.0 cap", "14.0 cap", "31.0 (1300 : 1)", "1.0")}
        assert sides == dict.fromkeys(sides, "left") | {"1.0": "right"}
        assert all(at + broad(text, 11) <= width for text, (align, at) in told.items() if align == "left")
        axis = [row for one in texts if one["mark"]["align"] == "center" for row in one["data"]["values"]]
        ends = sorted((row["y"], row["x"] - broad(row["text"], 11) / 2, broad(row["text"], 11)) for row in axis)
        assert all(x + wide <= after for (y, x, wide), (below, after, _) in pairwise(ends) if y == below)


def test_todays_verdict_has_its_word_in_the_replay_however_short_its_stretch():
    steps = [step(f"20{at // 12 + 10}-{at % 12 + 1:02}-28", "cannot_tell", shares(0.1, 0.5, 0.4)) for at in range(190)]
    leans = {"steps": [*steps, step("2026-10-10", "leans", shares(0.1, 0.6, 0.3))]}
    for width in ("wide", "narrow"):
        drawn = getattr(replay.figure(REPLAY | leans, assessment()), width)
        told = [row["text"] for one in drawn["layer"] if one["mark"]["type"] == "text" for row in one["data"]["values"]]
        assert "leans compounding" in told


def test_where_there_is_no_verdict_a_panel_is_hatched_to_its_edges():
    for width in ("wide", "narrow"):
        layers = getattr(FIGURES["replay"], width)["layer"]
        lines = [row for one in layers if one["mark"]["type"] == "rule" for row in one["data"]["values"] if "y2" in row]
        edges = {edge for row in lines for edge in (row["y"], row["y2"])}
        assert (min(edges), max(edges)) == (36, 188)


def test_people_report_more_than_trials_found_where_they_do():
    assert FIGURES["multipliers"].heading == "People report larger multipliers of their output than trials found"
    doubted = MORE.assign(confidence=MORE["confidence"].where(MORE["method"] != "survey", "low"))
    assert multipliers_heading(doubted) == "Multipliers by method"
    other = MORE.assign(indicator=MORE["indicator"].where(MORE["method"] != "survey", "ai_progress_acceleration"))
    assert multipliers_heading(other) == "Multipliers by method"
    equal = MORE.assign(value=MORE["value"].where(MORE["method"] != "survey", 1.0))
    assert (
        multipliers.multipliers(record(facts=equal, catalogue=KNOWN), References()).heading == "Multipliers by method"
    )


def test_a_name_without_room_keeps_its_start_and_its_date():
    name = "METR AI usage survey, technical workers: value of work done with AI, Jan 2026"
    short = shortened(name, 300, 12)
    assert broad(short, 12) <= 300
    assert (short[:20], short[-10:]) == ("METR AI usage survey", ", Jan 2026")
    assert shortened("brief", 300, 12) == "brief"


def test_a_doubling_time_is_in_months():
    figure = FIGURES["doubling"]
    assert figure.finding == "2 fits, from 4.3 months to 7.0 months."
    assert [row[3] for row in figure.table.rows] == [
        "4.3 months (95\N{THIN SPACE}% interval 3.5 to 5.3)",
        "7.0 months",
    ]
    assert [dict(zip(figure.data.columns, row, strict=True))["value"] for row in figure.data.rows] == [130.0, 212.0]
    assert {row[1] for row in figure.data.rows} == {"days"}


def test_a_faint_mark_beside_the_evidence_is_of_low_confidence_and_not_said_to_be_unused():
    doubtful = MORE.assign(confidence="low")
    figure = multipliers.multipliers(record(facts=doubtful, catalogue=KNOWN), References())
    assert figure.key == ("doubtful",)


def test_what_stands_beside_the_evidence_says_whose_values_are_in_the_sum():
    rows = multipliers_of(record(facts=MORE, catalogue=KNOWN))
    assert summed(rows, assessment()) == "None of these is in the sum of the evidence."
    lab = rows.assign(indicator="share", subject="lab", definition="").head(1)
    assert summed(pd.concat([rows, lab]), assessment()) == "In the sum of the evidence are those of lab alone."


def test_definitions_of_code_share_are_counted_and_kept_apart():
    quoted = "\N{LEFT DOUBLE QUOTATION MARK}Written by AI\N{RIGHT DOUBLE QUOTATION MARK}"
    assert FIGURES["code-share"].heading == f"{quoted} has 2 definitions in the record"
    assert FIGURES["code-share"].finding == "1 panel; the newest values: lab 30\N{THIN SPACE}%."
    assert FIGURES["code-share-once"].finding == "1 value by 1 definition."


def test_two_values_are_joined_by_no_line():
    two = MORE[~((MORE["indicator"] == "ai_code_share") & (MORE["value"] == 0.2))]
    figure = code_share.panels(record(facts=two, catalogue=KNOWN), References())
    assert not any(one["mark"]["type"] == "line" for one in figure.wide["concat"][0]["layer"])
    assert any(one["mark"]["type"] == "line" for one in FIGURES["code-share"].wide["concat"][0]["layer"])


def test_no_path_goes_beyond_the_last_value():
    for at, one in enumerate(assessment().series):
        last = year(one.observed_on[-1])
        for part in FIGURES[f"s{at}"].wide["layer"]:
            if part["mark"]["type"] in ("line", "area"):
                assert max(row["x"] for row in part["data"]["values"]) <= last


def test_bars_are_what_enters_the_sum():
    rows = FIGURES["evidence"].data.rows
    assert [row[-3:] for row in rows] == [(-16.0, 0.0, -4.0), (0.0, -6.0, -8.0), (-2.4, -2.4, 0.0)]
    assert FIGURES["evidence"].finding == (
        "3 series sum to Compounding gains over Recursive self-improvement: 3.6 decibans, 2.3 : 1; "
        "Compounding gains over Stall: 10.0 decibans, 10 : 1."
    )


def test_the_range_of_first_dates_is_told():
    assert FIGURES["windows"].finding == (
        "Over 1 first date: Compounding gains 58 in 100, Recursive self-improvement 40 in 100, Stall 2 in 100."
    )


def test_the_omission_that_moves_most_is_told():
    assert FIGURES["omissions"].finding == (
        "The largest move, by 57 in 100: without Task horizon: Stall 55, Recursive self-improvement 40, "
        "Compounding gains 5 in 100."
    )


def test_a_replay_names_each_change_of_the_words():
    assert FIGURES["replay"].finding == (
        "30 June 2026: too little was public; 31 July 2026: cannot tell; 31 August 2026: leans towards compounding "
        "gains; 10 October 2026: cannot tell."
    )


def test_a_replay_shows_no_probability_where_too_little_was_public():
    assert FIGURES["replay"].table.rows[-1][:5] == ("2026-06-30", "too little was public", "", "", "")


def test_where_no_value_turns_the_verdict_that_is_said():
    wire = TRIPWIRES[0] | {"regions": [{"scenario": "compounding", "level": 0.5, "low": None, "high": None}]}
    assert settles([wire], "compounding") == (
        "No single next value puts another future than compounding gains at 50 in 100. Task horizon would tell most: "
        "next value expected about 15 December 2026."
    )
    assert settles([], "compounding") == ""


def test_each_kind_of_value_has_its_own_mark():
    nothing = math.nan
    marks = [
        Mark(0, Value(1, nothing, nothing, ""), "telemetry"),
        Mark(0, Value(1, nothing, nothing, ""), "survey"),
        Mark(0, Value(1, 0.5, 2, "95%"), "benchmark"),
        Mark(0, Value(1, 0.5, 2, "range"), "benchmark"),
        Mark(0, Value(nothing, 0.5, nothing, "bound"), "statement"),
        Mark(0, Value(nothing, 0.5, 2, "range"), "statement"),
        Mark(0, Value(1, nothing, nothing, ""), "benchmark", used=False),
    ]
    kinds = ["measured", "stated", "measured", "measured", "bound", "range", "unused"]
    assert [mark.kind for mark in marks] == kinds
    assert key_of(marks) == ("measured", "stated", "interval", "published", "bound", "range", "unused")


def test_an_axis_of_growth_is_logarithmic_and_one_of_a_share_is_whole():
    horizon = Indicator("h", "H", "minutes", "log", lower=0.0, cluster="horizon")
    axis = span(horizon, [2.0, 1000.0])
    assert axis.log
    assert axis.words == ("4 min", "15 min", "1 h", "4 h", "8 h, a working day")
    assert axis.share(math.sqrt(axis.low * axis.high)) == pytest.approx(0.5)
    share = span(CATALOGUE["share"], [0.2, 0.3])
    assert (share.log, share.low, share.high) == (False, 0.0, 1.0)


def test_ticks_stand_at_the_starts_of_months_or_years():
    assert ticks(2023.0, 2026.5, 6) == ([2023.0, 2024.0, 2025.0, 2026.0], ["2023", "2024", "2025", "2026"])
    assert (
        ticks(2025.5, 2026.0, 4)[1] == ["Jul 2025", "Sep 2025", "Nov 2025"]
        or ticks(2025.5, 2026.0, 4)[1][0] == "Jul 2025"
    )


def test_words_are_as_broad_as_in_arial():
    assert broad("Hello", 10) == pytest.approx(22.78)
    assert fitting("a long name of a series", 60, 12) == "a long na…"


def test_labels_never_touch_each_other_or_a_mark():
    labels = [Label(100, 50, "first"), Label(102, 52, "second"), Label(104, 50, "third")]
    found = placed(labels, [Box(95, 45, 109, 57)], size=11, width=200, height=100)
    assert found[0].label.text == "first"
    assert len({(one.dx, one.dy, one.label.text) for one in found}) == len(found) <= 3


def test_a_drawing_in_the_page_has_ids_of_its_own():
    drawn = drawing.svg(FIGURES["s0"].wide)
    ids = re.findall(r'id="([^"]+)"', drawing.inline(drawn, "here"))
    assert ids
    assert all(one.startswith("here-") for one in ids)
    assert not re.search(r' (role|aria-label|class)="', drawing.inline(drawn, "here"))
