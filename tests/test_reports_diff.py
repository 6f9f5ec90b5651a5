"""Two status documents side by side."""

import json
from datetime import date
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from reports_samples import KNOWN, LEANS, MORE, assessment, evidence, record, shares, too_little
from test_reports_page import REPLAY, TRIPWIRES

from metrics.errors import DataError
from reports.archive import Kept, index
from reports.diff import diff
from reports.status import status_json
from scenarios.assessment import Facts, Model
from scenarios.prior import Prior

NOW = assessment().to_dict()
SCHEMA = json.loads((Path(__file__).resolve().parents[1] / "docs" / "status.schema.json").read_text(encoding="utf-8"))


def before(**changes):
    return assessment(as_of=date(2026, 8, 31), **changes).to_dict()


def test_rows_add_up_to_the_change_of_the_sum():
    then = evidence().drop(index=2)
    then.loc[0, ["n", "recursive"]] = [2, -6.0]
    text = diff(before(evidence=then, probabilities=shares(0.05, 0.50, 0.45)), NOW)
    assert "| Compounding gains | 50 (5 to 80) | 62 (5 to 80) | +12 |" in text
    assert "| Share led by AI, lab | none | 3 | −2.4 | 0.0 |" in text
    assert "| Task horizon | 2 | 3 | −2.0 | 0.0 |" in text
    assert "| **Sum** |   |   | **−4.4** | **0.0** |" in text
    assert "Speed-run" not in text


def test_another_verdict_names_both():
    text = diff(before(verdict=LEANS), NOW)
    assert 'The verdict is now "cannot tell" and was "leans towards compounding gains".' in text
    assert "Same verdict: cannot tell." in diff(before(), NOW)


def test_a_record_too_small_to_compare_shows_no_figures():
    text = diff(too_little().to_dict(), NOW)
    assert "| Compounding gains |   | 62 (5 to 80) |   |" in text


def test_other_facts_method_and_prior_are_said():
    other = before(
        facts=Facts(9, "0" * 64), model=Model("0", "e" * 64), prior=Prior("sceptic", shares(0.25, 0.7, 0.05))
    )
    text = diff(other, NOW)
    assert "Facts known: 9 then, 10 now." in text
    assert "The method is another: a part of the difference is ours, not the record's." in text
    assert "The prior is another: sceptic then, uniform now." in text
    assert "The facts are the same." in diff(before(), NOW)


def test_a_marker_that_changed_is_listed():
    then = before()
    then["markers"][0]["status"] = "near"
    assert "| Compounding gains | AI leads some | near | reached |" in diff(then, NOW)


def test_a_file_that_is_no_report_says_so():
    with pytest.raises(DataError) as raised:
        diff(NOW, {"hello": 1})
    assert str(raised.value) == (
        "the second document is not a status report: it has no as_of\n  found  hello\n"
        "  next   give two files named status.json, as threefutures report writes them"
    )


@pytest.mark.parametrize("sample", [assessment(), too_little()])
@pytest.mark.parametrize("ahead", [{}, {"replay": REPLAY, "tripwires": TRIPWIRES, "facts": MORE, "catalogue": KNOWN}])
def test_a_status_document_is_what_its_schema_says(sample, ahead):
    Draft202012Validator.check_schema(SCHEMA)
    document = json.loads(status_json(sample, record=record(**ahead)))
    assert [error.message for error in Draft202012Validator(SCHEMA).iter_errors(document)] == []


def test_the_schema_refuses_a_document_without_a_range():
    document = json.loads(status_json(assessment(), record=record()))
    del document["ranges"]
    assert [error.message for error in Draft202012Validator(SCHEMA).iter_errors(document)] == [
        "'ranges' is a required property"
    ]


def test_the_index_lists_the_newest_report_first_and_those_that_cannot_be_read():
    all_three = ["status.html", "status.md", "status.json"]
    told = {"2026-08-31": None, "2026-10-10": NOW, "2026-01-31": too_little().to_dict()}
    text = index({day: Kept(document, all_three) for day, document in told.items()})
    assert text.index("2026-10-10/status.html") < text.index("2026-08-31/status.html") < text.index("2026-01-31/")
    assert '<td data-label="Compounding gains, in 100" class="right">62 (5 to 80)</td>' in text
    assert "cannot be read" in text
    assert "too little was public" in text
    assert "<script" not in text
