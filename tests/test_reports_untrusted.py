"""Text that others wrote is shown and acts on nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.errors import DataError
from metrics.untrusted import cut, plain
from reports.untrusted import Markdown, ascii_only, code, escaped, link, three_lines, web_address


def test_an_escape_sequence_is_spelt_out():
    assert plain("\x1b[31mred\x1b[0m") == "\\x1b[31mred\\x1b[0m"


def test_a_direction_mark_that_would_turn_a_line_around_is_spelt_out():
    assert plain("a\u202egnp.exe") == "a\\u202egnp.exe"


def test_newlines_and_tabs_become_one_space():
    assert plain(" two\r\n\tlines\u2028here ") == "two lines here"


def test_letters_of_any_language_stay():
    assert plain("Zürich 模型 ½ −3 %") == "Zürich 模型 ½ −3 %"


@given(st.text())
def test_no_text_reaches_a_terminal_with_a_control_character(text):
    assert plain(text).isprintable() or " " in plain(text)
    assert not any(ord(char) < 32 or 127 <= ord(char) < 160 for char in plain(text))


def test_long_text_is_cut_to_the_length_asked_for():
    assert cut("abcdefgh", 6) == "abcde…"
    assert cut("abcdefgh", 6, unicode=False) == "abc..."
    assert cut("abcdef", 6) == "abcdef"


def test_a_fault_has_three_lines_whatever_a_file_says():
    fault = DataError("a\x1b[2J\nb: is missing", found="c\r\nd\u202e", next="e\x9b")
    assert three_lines(fault) == "a\\x1b[2J b: is missing\n  found  c d\\u202e\n  next   e\\x9b"


def test_a_megabyte_in_a_fault_is_cut_and_the_verb_stays():
    lines = three_lines(DataError(f"{'x' * 10**6}: is missing", found="y" * 10**6)).splitlines()
    assert [len(line) for line in lines] == [200, 209]
    assert lines[0].endswith("x: is missing")


def test_ascii_has_a_word_or_a_number_for_every_sign():
    assert ascii_only("−3.2 · Zürich…") == "-3.2 - Z\\xfcrich..."


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
        ("a | b", "a \\| b"),
        ("`rm -rf`", "\\`rm -rf\\`"),
        ("=cmd|'/c calc'!A1", "\\=cmd\\|'/c calc'!A1"),
        ("[win](javascript:alert(1))", "\\[win\\](javascript:alert(1))"),
        ("**bold** _it_ ~~no~~", "\\*\\*bold\\*\\* \\_it\\_ \\~\\~no\\~\\~"),
        ("# heading", "\\# heading"),
        ("- item", "\\- item"),
        ("1. item", "1\\. item"),
        ("1.2 times", "1.2 times"),
        ("&lt;b&gt;", "&amp;lt;b&amp;gt;"),
        ("two\nlines", "two lines"),
    ],
)
def test_markup_in_a_cell_is_text(text, shown):
    assert escaped(text) == shown


def test_markdown_of_ours_is_not_escaped_twice():
    assert escaped(Markdown("**bold**")) == "**bold**"
    assert escaped(escaped("a|b")) == "a\\|b"


def test_a_code_span_cannot_be_ended_from_inside():
    assert code("a`b|c") == "`a'b¦c`"


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "//example.org/x",
        "https://",
        "mailto:a@example.org",
        "",
        "https://[broken",
    ],
)
def test_no_address_but_one_of_the_web_becomes_a_link(url):
    assert link("paper", url) == "paper"


def test_a_link_cannot_be_ended_by_its_address():
    assert link("a [b]", "https://example.org/x)<y>|") == "[a \\[b\\]](https://example.org/x%29%3Cy%3E%7C)"


def test_a_remark_behind_an_address_is_no_part_of_it():
    assert web_address("https://example.org/data (table 3)") == "https://example.org/data"


def test_the_address_of_a_publisher_stays_as_it_is():
    assert web_address("https://metr.org/assets/a_b.yaml?v=1#top") == "https://metr.org/assets/a_b.yaml?v=1#top"
