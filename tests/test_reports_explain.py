"""One future, indicator or fact in five parts."""

import json

from reports_samples import FACTS, assessment, fact, facts, record, too_little

from reports.explain import explain, explain_dict, known_ids


def test_an_indicator_is_explained_in_five_parts():
    assert explain("horizon", assessment(), record()) == (
        "Task horizon: 12 h (95\N{THIN SPACE}% interval 5.3 to 66 h)\n"
        "  model c, 31 January 2026; public since 31 January 2026; a benchmark scored\n"
        "means     How long a task takes a person if a model completes half of such tasks.\n"
        "source    Sample report, https://example.org/report (read in 2 documents, confidence\n"
        "          high; fact f003; file sha256 aaaaaaaaaaaa)\n"
        "          3 values of 3 subjects in all\n"
        "revised   model b: 2.5 h (2025-08-01) -> 2.0 h (2025-09-01)\n"
        "          1 value revised in all, counting what shows in print\n"
        "verdict   Task horizon: compounding v. recursive 4.0 · compounding v. stall 16.0 cap\n"
        "          (decibans; weight 1.00)\n"
        "          without Task horizon: compounding 62 -> 5 in 100 (all checks: 5 to 80)\n"
        "cannot    Software tasks alone."
    )


def test_a_fact_says_what_it_was_before_and_what_the_sum_is_without_it():
    shown = explain("f003", assessment(), record())
    assert "one of 3 values of a series that votes; without it: stall 1, compounding 80,\n" in shown
    assert "revised   2.5 h (2025-08-01) -> 2.0 h (2025-09-01)\n" in explain("f002", assessment(), record())


def test_a_value_that_was_revised_has_no_vote_of_its_own():
    assert "verdict   none: revised since, or not further than a value before it" in explain(
        "f001", assessment(), record()
    )


def test_a_future_says_what_fits_it_best():
    shown = explain("stall", assessment(), record())
    assert shown.splitlines()[0] == "Stall: 1 in 100, under 1 to 55 across 4 checks"
    assert "fits better than both others, in decibans: Speed-run (6.0)" in shown


def test_context_has_no_vote():
    assert "verdict   none: it is context, without a vote" in explain("use", assessment(), record())


def test_an_indicator_without_a_value_says_so():
    assert explain("staff", assessment(), record()).splitlines()[0] == "Staff: no public value"


def test_nobody_is_told_a_probability_where_too_little_is_known():
    for one in ("stall", "horizon", "f003"):
        assert "in 100" not in explain(one, too_little(), record())


def test_an_unknown_id_is_none():
    assert explain("horizn", assessment(), record()) is None
    assert explain_dict("horizn", assessment(), record()) is None


def test_every_known_id_is_explained_in_88_columns():
    ids = known_ids(assessment(), record())
    assert ids[:4] == ("stall", "compounding", "recursive", "horizon")
    assert len(ids) == 3 + 5 + 11
    for one in ids:
        assert max(map(len, explain(one, assessment(), record()).splitlines())) <= 88


def test_json_has_the_same_parts():
    document = json.loads(json.dumps(explain_dict("horizon", assessment(), record()), allow_nan=False))
    assert list(document) == ["id", "kind", "headline", "below", "parts", "as_of"]
    assert list(document["parts"]) == ["means", "source", "revised", "verdict", "cannot"]
    assert document["parts"]["cannot"] == ["Software tasks alone."]


def test_a_note_that_holds_an_escape_sequence_is_spelt_out():
    hostile = facts(
        (*FACTS, fact("use", "2026-07-31", 0.2, note="\x1b[31mred\nnext line", citation_url="javascript:x"))
    )
    assert "note: \\x1b[31mred next line" in explain("f011", assessment(), record(facts=hostile))


def test_an_address_is_never_broken_in_two():
    address = "https://example.org/" + "long/" * 20
    told = facts((*FACTS, fact("use", "2026-07-31", 0.2, citation_url=address)))
    assert address in explain("f011", assessment(), record(facts=told))
