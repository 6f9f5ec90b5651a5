"""The status report as Markdown and JSON."""

import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime

import pandas as pd
import pytest
from reports_samples import (
    AS_OF,
    BEFORE,
    CATALOGUE,
    EVIDENCE,
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
from test_reports_page import TRIPWIRES

from metrics.forming import form_series
from reports.findings import reasons
from reports.markdown import TEMPLATES
from reports.status import says, status_json, status_markdown
from scenarios.assessment import Facts, Model


def page(sample=None, **changes):
    return status_markdown(sample or assessment(), record=record(**changes))


def headings(text):
    return [line for line in text.splitlines() if line.startswith("#")]


def test_the_sections_stand_in_the_order_of_what_a_reader_asks():
    assert headings(page()) == [
        "# threefutures: is AI starting to build itself?",
        "## The public record does not settle which future it resembles",
        "### The three futures",
        "### What changed since the last report",
        "### What would have been said before",
        "## The series pull in two directions",
        "## The first date never changes which future comes first: Compounding gains in the one check",
        "## Leaving out a value or a series changes which future comes first in 1 of 2 checks",
        "## The prior never changes which future comes first: Compounding gains in the one check",
        "## The evidence series and their values",
        "### Task horizon",
        "### Speed-run",
        "### Share led by AI",
        "## 1 of 2 markers is reached: 1 of 1 for compounding gains and 0 of 1 for recursive self-improvement",
        "## What to measure next",
        "## Known, and not used in the sum",
        "## Late, quarantined, missing",
        "## Context, without a vote",
        "## 2 of 14 metrics of the field's own list have a public value",
        "## Sources and licences",
        "## Method and limits",
        "## Versions and hashes",
        "## How to quote",
        "## Numbered sources",
    ]


def test_the_first_screen_gives_each_number_with_its_range():
    text = page()
    assert "Facts public up to 10 October 2026. What the record resembles so far, not a forecast." in text
    assert "| Compounding gains | 62 | 5 to 80 | 21 to 75 | 3 of 4 |" in text
    assert "| Stall | 1 | under 1 to 55 | 1 to 39 | 1 of 4 |" in text
    assert "comes first in 0 of 1 first date, 1 of 2 omissions, 0 of 1 prior." in text


def test_a_value_stands_with_its_interval_dates_method_and_source():
    row = (
        "| 2026-01-31 | 12 h (95 % interval 5.3 to 66 h) | model c | 2026-01-31 | a benchmark scored | [1] | 2 | high |"
    )
    text = page()
    assert row in text.replace("\N{THIN SPACE}", " ")
    assert "1. Sample report, <https://example.org/report>\n" in text
    assert text.endswith("[1]: https://example.org/report\n")


def test_a_bound_is_never_shown_as_a_value():
    assert "| 2026-02-28 | at most 1 % | lab |" in page().replace("\N{THIN SPACE}", " ")


def test_a_definition_and_its_caveat_stand_where_the_number_stands():
    section = page().split("### Task horizon")[1].split("### ")[0]
    assert "How long a task takes a person if a model completes half of such tasks. Unit: minutes and hours." in section
    assert "*Caveat:* Software tasks alone." in section


@pytest.mark.parametrize(
    ("verdict", "heading"),
    [
        (NAMES, "## The public record resembles compounding gains"),
        (LEANS, "## The public record leans towards compounding gains"),
        (NONE_FITS, "## None of the three futures describes the public record"),
    ],
)
def test_the_heading_follows_the_verdict(verdict, heading):
    text = page(assessment(verdict=verdict))
    assert heading in headings(text)
    assert f"**{verdict.words}**" in text


def test_too_little_shows_no_probability():
    text = page(too_little(), previous=BEFORE)
    assert headings(text)[1] == "## Too little was public on 10 October 2026"
    assert "in 100" not in text
    assert "decibans" not in text
    assert not re.search(r"\| (Stall|Compounding gains|Recursive self-improvement) \| (\d|under|over)", text)
    assert "| Task horizon | 3 |" in text


def test_one_changed_check_changes_every_sentence_about_checks():
    before = page()
    turned = check("window", "from 2025-01-01", shares(0.02, 0.40, 0.58), first_date="2025-01-01")
    after = page(assessment(window_sweep=(turned,)))
    assert "## The first date never changes" in before
    assert "## The first date changes which future comes first in 1 of 1 check\n" in after
    assert "The first date never" not in after
    assert "2 of them put another future first" in after
    assert "comes first in 1 of 1 first date, 1 of 2 omissions, 0 of 1 prior." in after


def test_one_changed_fact_changes_every_place_that_shows_it():
    rows = (*FACTS[:6], fact("share", "2026-08-31", 0.34, subject="lab"), *FACTS[7:])
    formed = form_series(facts(rows), CATALOGUE, as_of=AS_OF)
    text = page(assessment(series=formed.series), facts=facts(rows)).replace("\N{THIN SPACE}", " ")
    assert "Newest value: 34 %; lab, 31 August 2026" in text
    assert "| 2026-08-31 | 34 % | lab |" in text
    assert "26 %; lab" not in text
    assert "| 2026-08-31 | 26 %" not in text


def test_series_that_speak_for_one_future_are_said_to():
    rows = evidence().iloc[[0]].reset_index(drop=True)
    one = assessment(evidence=rows, series=assessment().series[:1])
    assert "## The series speak for compounding gains" in headings(page(one))


def test_evidence_too_weak_to_claim_anything_has_a_neutral_heading():
    weak = evidence().assign(stall=-1.0, compounding=0.0, recursive=-2.0)
    assert "## Evidence by series" in headings(page(assessment(evidence=weak)))


def test_what_changed_adds_up_to_the_change_of_the_odds():
    rows = evidence().drop(index=2)
    rows.loc[0, ["n", "recursive"]] = [2, -6.0]
    horizon, run, _ = assessment().series
    shorter = (horizon.without(2), run)
    before = assessment(evidence=rows, series=shorter, as_of=date(2026, 8, 31), facts=Facts(9, "e" * 64))
    text = page(previous=before.to_dict())
    assert "| new series | Share led by AI, lab | 0 then, 3 now | −2.4 | 0.0 |" in text
    assert "| new values | Task horizon | 2 then, 3 now | −2.0 | 0.0 |" in text
    assert "| **Sum** |   |   | **−4.4** | **0.0** |" in text
    assert "Facts known: 9 then, 10 now." in text


def test_a_changed_method_is_said_to_be_ours():
    before = assessment(as_of=date(2026, 8, 31), model=Model("1", "e" * 64))
    assert "The method changed: that moved no figure that is shown." in page(previous=before.to_dict())
    other = replace(before, evidence=evidence().assign(stall=-1.0))
    assert "The method changed: a part of the difference is ours, not the record's." in page(previous=other.to_dict())


def test_nothing_new_is_said_when_so():
    text = page(previous=assessment(as_of=date(2026, 8, 31)).to_dict())
    assert "Since 31 August 2026: same verdict; no future moved by 1 in 100." in text
    assert "Nothing new: no series says anything else than it did." in text
    assert "The facts are the same." in text


def test_the_first_report_has_nothing_to_compare_with():
    assert "There is no earlier report by the same choices to compare with." in page()


HOSTILE = (
    *FACTS,
    fact(
        "use",
        "2026-07-31",
        0.2,
        subject="<script>alert(1)</script> | `x`\n# heading",
        citation="=cmd|'/c calc'!A1 [click](javascript:alert(1))",
        citation_url="javascript:alert(1)",
    ),
)


def test_text_of_sources_is_shown_and_acts_on_nothing():
    refused = pd.DataFrame(
        [("sample", 1, "<img src=x>", "rule", "reason | with\nnewline `tick`", "{}")],
        columns=pd.Index(["source", "line", "indicator", "rule", "reason", "row"]),
    )
    text = page(facts=facts(HOSTILE), quarantine=refused)
    assert "&lt;script&gt;alert(1)&lt;/script&gt; \\| \\`x\\` # heading" in text
    assert "\\=cmd\\|'/c calc'!A1 \\[click\\](javascript:alert(1))" in text
    assert "&lt;img src=x&gt; | rule | reason \\| with newline \\`tick\\` |" in text
    assert "<script" not in text
    assert "<img" not in text
    assert "]: javascript" not in text
    assert "](javascript" not in text.replace("\\](javascript", "")


def test_every_row_of_a_table_has_as_many_cells_as_its_heading():
    text = page(facts=facts(HOSTILE), previous=BEFORE)
    for block in re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE):
        widths = {len(re.findall(r"(?<!\\)\|", line)) for line in block.splitlines()}
        assert len(widths) == 1, block


def test_no_sentence_of_ours_says_more_than_the_evidence():
    template = (TEMPLATES / "status.md").read_text(encoding="utf-8")
    assert re.findall(FORBIDDEN, template, re.IGNORECASE) == []
    for verdict in (assessment().verdict, NAMES, LEANS, NONE_FITS):
        text = page(assessment(verdict=verdict), previous=BEFORE)
        assert re.findall(FORBIDDEN, text, re.IGNORECASE) == []
    assert re.findall(FORBIDDEN, page(too_little()), re.IGNORECASE) == []


def test_a_long_table_is_folded_away():
    rows = [fact("run", f"2024-{month:02}-01", 10.0 - month / 10) for month in range(1, 13)]
    every = facts((*FACTS, *rows))
    series = form_series(every, CATALOGUE, as_of=AS_OF).series
    assert "<details><summary>15 values, 2024-01-01 to 2025-08-31</summary>\n\n| Observed |" in page(
        assessment(series=series), facts=every
    )


def test_what_was_known_and_not_used_says_why():
    rows = facts((*FACTS, fact("share", "2026-09-30", 0.9, subject="other lab", confidence="low")))
    formed = form_series(rows, CATALOGUE, as_of=AS_OF)
    text = page(assessment(series=formed.series, left_out=formed.left_out), facts=rows)
    assert "| Share led by AI |   | other lab | 1 | of low confidence |" in text


def test_what_is_late_refused_or_missing_is_said():
    sources = record().sources.assign(stale="last published 200 days ago")
    text = page(sources=sources)
    assert "- Sample: last published 200 days ago.\n" in text
    assert "- 1 row read and not accepted, by 1 rule.\n" in text
    assert "- Nothing is public of 1 catalogued indicator: Staff.\n" in text
    assert "| sample | 7 | share | within bounds | value 1.4 is above 1 |" in text


def test_a_source_says_how_old_and_how_often_read_it_is_and_whose_publications_it_cites():
    silent = ("mute", "Mute", "Nobody", "MIT", "https://example.org", 0, None, None, "")
    sample = record()
    text = page(sources=pd.concat([sample.sources, pd.DataFrame([silent], columns=sample.sources.columns)]))
    assert "| Nobody | MIT | 10 | 2026-08-31 | 2026-10-10 | 0 | 2 | no |" in text
    assert "| Nobody | MIT | 0 | none | none |   | not counted | not asked |" in text
    assert "| example.org | 10 | 2026-08-31 | 2026-08-31 | 40 | 2 |" in text
    assert "| no address of the web | 1 | 2026-06-30 | 2026-06-30 | 102 | 2 |" in text


def test_an_empty_quarantine_is_said_to_be_empty():
    text = page(quarantine=record().quarantine.head(0))
    assert "Nothing is in quarantine: every row that was read was accepted." in text
    assert "within bounds" not in text


def test_of_two_series_of_one_title_the_one_that_speaks_is_told_with_whose_it_is():
    one = ("share", "Share led by AI", "lab", "ai_rnd", 3, 1.0, True, (-2.4, -2.4, 0.0))
    two = ("share", "Share led by AI", "firm", "ai_rnd", 3, 1.0, True, (0.0, -4.0, 0.0))
    said = reasons(assessment(evidence=evidence((one, two))))[1]
    assert "Share led by AI, firm speaks most for recursive self-improvement over compounding gains (4.0" in said


def test_the_default_is_marked_among_the_priors_and_not_counted():
    text = page()
    assert "| uniform (the default) | 33 / 33 / 33 |" in text
    assert "across 4 checks" in text


def test_what_the_cap_cut_has_no_strength_of_its_own():
    assert "as much as one series may say for compounding over stall (16.0 decibans)" in says(assessment())[0]


def test_of_two_futures_near_their_caps_hardly_any_evidence_may_be_left():
    row = ("share", "Share led by AI", "lab", "ai_rnd", 3, 1.0, True, (-3.1, -2.8, 0.0))
    assert (
        "hardly any evidence for compounding over stall (0.3 decibans, cut by the cap)"
        in says(assessment(evidence=evidence((row, *EVIDENCE[1:]))))[0]
    )


def test_json_is_the_contract_with_a_report_beside_it():
    text = status_json(assessment(), record=record())
    document = json.loads(text)
    assert text.endswith("}\n")
    assert list(document)[:3] == ["as_of", "first_date", "prior"]
    assert list(document)[-1] == "report"
    assert list(document["report"]) == [
        "generated_at",
        "headline",
        "sources",
        "quarantine",
        "series",
        "doubling_times",
        "code_shares",
        "multipliers",
        "not_used",
        "context",
        "coverage",
        "versions",
        "hashes",
    ]
    assert document["report"]["quarantine"] == {
        "n": 1,
        "by_rule": [{"source": "sample", "rule": "within bounds", "n": 1}],
    }
    assert document["report"]["series"][0]["values"][0] == {
        "observed_on": "2026-01-31",
        "known_since": "2026-01-31",
        "subject": "model c",
        "shown": "12 h (95\N{THIN SPACE}% interval 5.3 to 66 h)",
        "method": "benchmark",
        "read_in": 2,
        "confidence": "high",
        "fact_id": "f003",
        "note": "",
        "value": 720.0,
        "value_low": 318.0,
        "value_high": 3960.0,
        "interval": "95%",
        "citation": "Sample report",
        "citation_url": "https://example.org/report",
    }


def test_doubling_times_code_shares_and_multipliers_stand_in_text_and_json():
    kept = record(facts=MORE, catalogue=KNOWN)
    text = status_markdown(assessment(), record=kept)
    told = json.loads(status_json(assessment(), record=kept))["report"]
    assert "## Doubling time of the task horizon by fit" in text
    assert "| firm | code | 2025-03-01 | at least 80\N{THIN SPACE}% | " in text
    assert "| 2025-01-01 | 0.84 times | no interval published | a trial found | high | 2025-01-01 | [" in text
    assert [len(told[key]) for key in ("doubling_times", "code_shares", "multipliers")] == [2, 4, 6]
    assert told["doubling_times"][0]["value"] == 130.0
    assert (told["multipliers"][0]["indicator"], told["multipliers"][0]["fact_id"]) == (
        "engineer_output_multiplier",
        "f004",
    )


def test_what_could_settle_it_stands_on_the_first_screen():
    text = page(tripwires=TRIPWIRES)
    assert text.index("**What could settle it.** Task horizon, next value expected") < text.index("## The series pull")


def test_json_has_null_where_a_value_is_absent():
    text = status_json(too_little(), record=record())
    assert not re.search(r"\b(NaN|NaT|Infinity)\b", text)
    assert json.loads(text)["report"]["series"][2]["values"][2]["value"] is None


def test_json_keeps_the_probabilities_where_too_little_is_known():
    assert json.loads(status_json(too_little(), record=record()))["probabilities"]["compounding"] == 0.622


def test_the_same_record_gives_the_same_bytes():
    assert page() == page()
    assert status_json(assessment(), record=record()) == status_json(assessment(), record=record())


def test_the_moment_it_was_made_is_shown_when_it_is_given():
    made = datetime(2026, 10, 10, 9, 12, tzinfo=UTC)
    assert "- made at 2026-10-10 09:12:00+00:00\n" in page(generated_at=made)
    assert "made at" not in page()
    assert json.loads(status_json(assessment(), record=record(generated_at=made)))["report"]["generated_at"] == (
        "2026-10-10T09:12:00+00:00"
    )


def test_a_record_without_series_or_facts_still_makes_a_page():
    empty = too_little()
    bare = replace(empty, series=(), evidence=empty.evidence.head(0), markers=(), left_out=empty.left_out.head(0))
    text = page(bare, facts=facts().head(0), quarantine=record().quarantine.head(0))
    assert "None could be formed." in text
    assert "## 0 of 14 metrics of the field's own list have a public value" in text


def test_choices_that_differ_from_the_default_stand_below_the_verdict():
    usual = status_markdown(assessment(), record=record())
    chosen = replace(assessment(), first_date=date(2024, 1, 1), leave_out=("eci_score",))
    differing = status_markdown(chosen, record=record())
    assert "Differs from the default" not in usual
    assert "\n\nDiffers from the default: first date 2024-01-01; left out eci\\_score.\n\n" in differing
