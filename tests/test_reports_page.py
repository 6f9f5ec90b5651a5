"""The status report as a page: what stands on it, what never does, and the files beside it."""

import re
from dataclasses import replace

import pandas as pd
import pytest
from reports_samples import (
    AS_OF,
    BEFORE,
    CATALOGUE,
    FACTS,
    FORBIDDEN,
    KNOWN,
    LEANS,
    MORE,
    NAMES,
    NONE_FITS,
    assessment,
    check,
    evidence,
    fact,
    facts,
    record,
    shares,
    too_little,
)

from metrics.forming import form_series
from reports.charts.series import figure
from reports.findings import series_heading
from reports.glossary import USES, anchor
from reports.markdown import TEMPLATES
from reports.next_values import crossings
from reports.page import comma_separated, page
from reports.replayed import heading
from reports.tabular import table


def step(as_of, kind, probabilities):
    spread = {one: {"low": max(0.0, p - 0.1), "high": min(1.0, p + 0.1)} for one, p in probabilities.items()}
    verdict = {"kind": kind, "scenario": "compounding" if kind == "leans" else None, "words": "", "flags": []}
    return {
        "as_of": as_of,
        "verdict": verdict,
        "probabilities": probabilities,
        "without_one_series": spread,
        "n_series": 3,
        "n_values": 9,
    }


REPLAY = {
    "clock": "known",
    "hindsight": False,
    "model": {"sha256": "d" * 64},
    "steps": [
        step("2026-06-30", "too_little", shares(0.3, 0.4, 0.3)),
        step("2026-07-31", "cannot_tell", shares(0.1, 0.5, 0.4)),
        step("2026-08-31", "leans", shares(0.05, 0.6, 0.35)),
        step("2026-10-10", "cannot_tell", shares(0.01, 0.62, 0.37)),
    ],
}

TRIPWIRES = [
    {
        "indicator": "horizon",
        "title": "Task horizon",
        "unit": "minutes",
        "subject": "",
        "next_on": "2026-12-15",
        "overdue": False,
        "expected": {"low": 800.0, "median": 1000.0, "high": 1400.0},
        "regions": [
            {"scenario": "compounding", "level": 0.5, "low": None, "high": 1200.0},
            {"scenario": "recursive", "level": 0.5, "low": 1200.0, "high": None},
        ],
        "answers": [
            {"value": 700.0, "probabilities": shares(0.02, 0.80, 0.18)},
            {"value": 1200.0, "probabilities": shares(0.01, 0.495, 0.495)},
            {"value": 1500.0, "probabilities": shares(0.01, 0.29, 0.70)},
        ],
        "bits": 0.123,
    }
]


def made(sample=None, **changes):
    return page(sample or assessment(), record(**changes))


@pytest.fixture(scope="module")
def full():
    return made(previous=BEFORE, replay=REPLAY, tripwires=TRIPWIRES)


def words(html):
    """What is read, without markup and drawings."""
    bare = re.sub(r"<style>.*?</style>|<svg.*?</svg>", " ", html, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", bare))


def headings(html):
    found = re.findall(r"<h([123])[^>]*>(.*?)</h\1>", html, re.DOTALL)
    return [f"{level} {text}" for level, text in found]


def test_the_sections_stand_in_the_order_of_what_a_reader_asks(full):
    assert headings(full.html) == [
        "1 The public record does not settle which future it resembles",
        "2 How well each future fits the record",
        "2 Since 31 July 2026 the verdict has changed 2 times",
        "2 What changed since 31 August 2026",
        "2 The series pull in two directions",
        "2 The first date never changes which future comes first: Compounding gains in the one check",
        "2 Leaving out a value or a series changes which future comes first in 1 of 2 checks",
        "2 The prior never changes which future comes first: Compounding gains in the one check",
        "2 The evidence, series by series",
        "3 Task horizon speaks weakly for compounding gains",
        "3 Speed-run speaks for a stall",
        "3 Share led by AI hardly tells the three futures apart",
        "2 What to measure next",
        "3 Task horizon: next value expected about 15 December 2026",
        "2 1 of 2 markers is reached: 1 of 1 for compounding gains and 0 of 1 for recursive self-improvement",
        "2 Known, and not used in the sum",
        "2 Context, without a vote",
        "2 2 of 14 metrics of the field&#39;s own list have a public value",
        "2 Sources and licences",
        "3 Quarantine",
        "2 How not to read this page",
        "2 Words",
        "2 How to quote",
        "3 Versions and hashes",
        "2 Numbered sources",
    ]


def test_what_was_not_computed_is_called_that_with_what_computes_it():
    text = made().html
    assert "No replay of past dates is kept: <code>threefutures run</code> keeps one." in text
    assert "was not computed for this date: threefutures run does it." in text
    assert "What could settle it" not in text
    assert 'id="replay"' not in text


def test_one_change_of_the_verdict_is_told_as_once():
    steps = REPLAY["steps"]
    assert heading(steps[1:3]) == "Since 31 July 2026 the verdict has changed once"


def test_a_replay_that_is_not_of_today_says_so():
    old = {**REPLAY, "steps": REPLAY["steps"][:-1], "model": {"sha256": "e" * 64}}
    text = words(made(replay=old).html)
    assert "The last date replayed is 31 August 2026. Replayed by an earlier version of the method." in text


def test_the_page_has_no_script_and_asks_for_nothing(full):
    text = full.html
    policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    assert f'<meta http-equiv="Content-Security-Policy" content="{policy}">' in text
    assert not re.search(r"<script|<iframe|<link rel=\"stylesheet|@import|url\((?!#)|\son\w+=|src=", text)


def test_the_first_screen_gives_each_number_with_its_range(full):
    read = words(full.html)
    assert "The answer changes with one series." in read
    assert "Compounding gains: 62 in 100, 5 to 80 across 4 checks" in full.html
    assert "Stall: 1 in 100, under 1 to 55 across 4 checks" in full.html


def test_what_could_settle_it_names_the_value_that_puts_another_future_first(full):
    said = "Task horizon, next value expected about 15 December 2026: 20 h or more puts recursive self-improvement at"
    assert f"{said} 50 in 100" in words(full.html)


def test_a_drawing_has_its_finding_in_words_and_is_hidden_itself(full):
    pictures = re.findall(
        r'<div role="img" aria-label="([^"]+)">\s*<div class="wide"><svg [^>]*aria-hidden="true"', full.html
    )
    assert len(pictures) == full.html.count('role="img"') == 9
    assert all(said.endswith("Table below.") for said in pictures)


def test_no_id_stands_twice(full):
    ids = re.findall(r'\sid="([^"]+)"', full.html)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', full.html)) <= set(ids)


def test_colours_of_drawings_follow_the_reader_and_files_are_plain(full):
    drawn = "".join(re.findall(r"<svg.*?</svg>", full.html, re.DOTALL))
    assert "#2470c0" not in drawn
    assert 'var(--compounding)"' in drawn
    assert b"#2470c0" in full.files["figures/futures.svg"]
    assert b"var(" not in b"".join(content for name, content in full.files.items() if name.endswith(".svg"))


def test_every_figure_is_a_picture_in_two_widths_and_a_table_beside_the_page(full):
    names = {name.removeprefix("figures/").split(".")[0].removesuffix("-narrow") for name in full.files} - {"card"}
    assert names == {
        "futures",
        "replay",
        "evidence",
        "windows",
        "omissions",
        "series-1-horizon",
        "series-2-run",
        "series-3-share",
        "next-1",
    }
    for name in names:
        wide, narrow = (full.files[f"figures/{name}{tail}.svg"] for tail in ("", "-narrow"))
        assert int(re.search(rb'width="(\d+)"', wide)[1]) <= 700
        assert int(re.search(rb'width="(\d+)"', narrow)[1]) <= 342
        assert f'href="figures/{name}.csv"' in full.html


def test_every_value_leads_to_its_source_and_names_its_fact():
    html = made(facts=MORE, catalogue=KNOWN, replay=REPLAY).html
    cells = re.findall(r'<td data-label="Source"[^>]*>(.*?)</td>', html)
    assert {re.sub(r"\d+", "1", cell) for cell in cells} == {'<a href="#source-1">[1]</a>', "none given"}
    named = set(re.findall(r'<td data-label="Fact">(?:<code>(\w+)</code>)?</td>', html)) - {""}
    assert named >= {f"f{at:03}" for at in range(len(MORE))}


def test_a_word_that_needs_a_line_leads_to_it_where_it_stands_first(full):
    before, glossary = full.html.split('<section aria-labelledby="glossary">')
    said = " ".join(re.findall(r'<(?:li|p class="(?:plotted|quiet)"|div class="note")>(.*?)</(?:li|p|div)>', before))
    used = {word for word, use in USES.items() if re.search(rf"\b({use})\b", said, re.IGNORECASE)}
    assert used >= {"Deciban", "Check", "Prior", "Cap", "Left out", "Marker", "Resemblance"}
    assert {word: before.count(f'href="#{anchor(word)}"') for word in used} == dict.fromkeys(used, 1)
    assert all(f'<dt id="{anchor(word)}">{word}</dt>' in glossary for word in USES)


def test_the_card_is_a_picture_of_1200_by_630(full):
    card = full.files["card.png"]
    assert card[:8] == b"\x89PNG\r\n\x1a\n"
    assert (int.from_bytes(card[16:20]), int.from_bytes(card[20:24])) == (1200, 630)


def test_a_csv_has_the_full_values(full):
    lines = full.files["figures/futures.csv"].decode().splitlines()
    assert lines[:2] == ["check,label,stall,compounding,recursive", "default,,0.004,0.622,0.374"]


def test_no_cell_of_a_csv_begins_a_formula():
    assert comma_separated(table(("a",), [("=1+1",), ("+cmd",), ("-3 points",), (-3.5,), (float("nan"),)])) == (
        "a\n'=1+1\n'+cmd\n'-3 points\n-3.5\n\"\"\n"
    )


HOSTILE = (
    *FACTS,
    fact(
        "horizon",
        "2026-03-31",
        900.0,
        subject="<script>alert(1)</script>\x1b[2J \"onload=x' </svg><img src=x>",
        citation="=cmd|'/c calc'!A1 [click](javascript:alert(1)) <img src=x onerror=alert(1)>",
        citation_url="javascript:alert(1)",
    ),
)


def test_text_of_sources_is_shown_and_acts_on_nothing():
    every = facts(HOSTILE)
    formed = form_series(every, CATALOGUE, as_of=AS_OF)
    refused = pd.DataFrame(
        [("sample", 1, "<img src=x>", "rule", "</td><script>x</script>", "{}")],
        columns=pd.Index(["source", "line", "indicator", "rule", "reason", "row"]),
    )
    found = made(assessment(series=formed.series), facts=every, quarantine=refused)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;\\x1b[2J" in found.html
    for text in (found.html, *(content.decode() for name, content in found.files.items() if name.endswith(".svg"))):
        assert not re.search(r"<script|<img|href=\"javascript|<[^>]+\sonload=", text)
    assert b"'=cmd" in found.files["figures/series-1-horizon.csv"]


@pytest.mark.parametrize(
    ("verdict", "heading"),
    [
        (NAMES, "1 The public record resembles compounding gains"),
        (LEANS, "1 The public record leans towards compounding gains"),
        (NONE_FITS, "1 None of the three futures describes the public record"),
    ],
)
def test_the_heading_follows_the_verdict(verdict, heading):
    text = made(assessment(verdict=verdict, none_fits=verdict is NONE_FITS)).html
    assert headings(text)[0] == heading
    assert re.findall(FORBIDDEN, words(text), re.IGNORECASE) == []


def test_no_sentence_of_ours_says_more_than_the_evidence(full):
    assert re.findall(FORBIDDEN, (TEMPLATES / "status.html").read_text(encoding="utf-8"), re.IGNORECASE) == []
    assert re.findall(FORBIDDEN, words(full.html), re.IGNORECASE) == []


def test_too_little_shows_no_probability_anywhere():
    found = made(too_little(), previous=BEFORE, tripwires=TRIPWIRES)
    assert "62" not in words(found.html.split('<section aria-labelledby="series">')[0])
    assert "in 100" not in words(found.html).split("How not to read this page")[0]
    assert "figures/futures.svg" not in found.files


def test_one_changed_fact_changes_every_place_that_shows_it():
    rows = [row | ({"value": 1440.0} if row["value"] == 720.0 else {}) for row in FACTS]
    every = facts(rows)
    after = made(assessment(series=form_series(every, CATALOGUE, as_of=AS_OF).series), facts=every)
    assert "12 h" in words(made().html)
    assert "12 h" not in words(after.html)
    assert "24 h" in words(after.html)
    assert b",1440.0," in after.files["figures/series-1-horizon.csv"]


def test_a_changed_check_changes_the_heading_about_checks():
    other = check("window", "from 2025-01-01", shares(0.02, 0.40, 0.58), first_date="2025-01-01")
    text = made(assessment(window_sweep=(other,))).html
    assert "2 The first date changes which future comes first in 1 of 1 check" in headings(text)


def test_weak_evidence_has_neutral_headings():
    weak = evidence().assign(stall=-1.0, compounding=0.0, recursive=-2.0)
    found = headings(made(assessment(evidence=weak)).html)
    assert "2 Evidence by series" in found
    assert "3 Task horizon hardly tells the three futures apart" in found


def test_the_same_record_gives_the_same_bytes(full):
    again = made(previous=BEFORE, replay=REPLAY, tripwires=TRIPWIRES)
    assert again.html == full.html
    assert again.files == full.files


def test_a_record_without_series_or_facts_still_makes_a_page():
    empty = too_little()
    bare = replace(empty, series=(), evidence=empty.evidence.head(0), markers=(), left_out=empty.left_out.head(0))
    text = made(bare, facts=facts().head(0), quarantine=record().quarantine.head(0)).html
    assert "None could be formed." in text
    assert "Nothing is in quarantine: every row that was read was accepted." in text


@pytest.mark.parametrize(
    ("decibans", "heading"),
    [
        ((0.0, -2.9, -2.9), "Task horizon hardly tells the three futures apart"),
        ((0.0, -2.9, -3.0), "Task horizon speaks weakly against recursive self-improvement"),
        ((-3.0, 0.0, -9.0), "Task horizon speaks weakly for compounding gains"),
        ((-5.0, 0.0, -9.0), "Task horizon speaks for compounding gains"),
        ((-16.0, 0.0, -1.0), "Task horizon speaks against a stall"),
    ],
)
def test_a_series_speaks_as_loudly_as_its_decibans(decibans, heading):
    rows = evidence()
    rows.loc[0, ["stall", "compounding", "recursive"]] = decibans
    assert series_heading(assessment(evidence=rows), 0, "Task horizon") == heading


def test_of_very_many_series_those_that_say_most_are_drawn(monkeypatch):
    monkeypatch.setattr("reports.page.MOST_DRAWN", 2)
    found = made()
    assert [name for name in found.files if name.startswith("figures/series") and name.endswith(".csv")] == [
        "figures/series-1-horizon.csv",
        "figures/series-2-run.csv",
    ]
    assert "1 other series says less than those drawn here" in words(found.html)


def test_an_overdue_value_is_called_that_and_small_numbers_keep_three_digits():
    wire = TRIPWIRES[0] | {
        "overdue": True,
        "unit": "seconds",
        "expected": {"low": 0.62871, "median": 1.0, "high": 167.23},
    }
    (row,) = crossings([wire]).rows
    assert row[:3] == ("Task horizon", "overdue", "0.629 seconds to 167.2 seconds")


def test_a_value_known_after_the_last_one_used_stays_within_the_chart():
    later = facts((*FACTS, fact("horizon", "2026-08-31", 200.0, subject="model d")))
    sample = assessment()
    drawn = figure(sample.series[0], sample, record(facts=later), id="s", heading="", table=table(("a",), ())).wide
    ends = next(layer["encoding"]["x"]["scale"]["domain"] for layer in drawn["layer"] if "x" in layer["encoding"])
    places = [row["x"] for layer in drawn["layer"] for row in layer["data"]["values"] if "x" in row]
    assert max(places) <= ends[1]
    assert max(places) > 2026.6
