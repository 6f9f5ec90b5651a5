"""What a CSV file may do wrong as a whole, and what must survive."""

import json

import pytest

from metrics.errors import DataError
from metrics.indicator import Indicator
from metrics.own_table import parse_own
from metrics.table import read_table

SHARE = {"code": Indicator(id="code", title="Code", unit="percent", scale="logit")}


def read(text, *, required=("indicator", "value"), optional=("note",)):
    content = text if isinstance(text, bytes) else text.encode()
    return read_table(content, name="ours.csv", required=required, optional=optional)


def refusal(text):
    with pytest.raises(DataError) as caught:
        read(text)
    return str(caught.value)


def own(text):
    return parse_own(text.encode(), name="ours.csv", catalogue=SHARE)


def test_every_cell_is_text_exactly_as_it_came():
    frame = read("indicator,value,note\na, 01.50 ,=cmd|' /C calc'!A0\n")
    assert frame.loc[0, ["indicator", "value", "note"]].tolist() == ["a", " 01.50 ", "=cmd|' /C calc'!A0"]


def test_an_absent_optional_column_is_empty_text():
    assert read("indicator,value\na,1\n")["note"].tolist() == [""]


def test_columns_come_back_in_the_order_asked_for():
    assert read("note,value,indicator\nx,1,a\n").columns.tolist() == ["indicator", "value", "note", "line", "row"]


def test_the_line_is_right_below_a_quoted_newline_and_a_blank_line():
    frame = read('indicator,value,note\na,1,"two\nlines"\n\nb,2,\nc,3,\n')
    assert frame["line"].tolist() == [2, 5, 6]


def test_the_row_is_kept_as_json_with_the_columns_of_the_file():
    frame = read('value,indicator,note\n1,a,"she said ""no""\n\tand \\ left ü"\n')
    assert json.loads(frame.loc[0, "row"]) == {
        "value": "1",
        "indicator": "a",
        "note": 'she said "no"\n\tand \\ left ü',
    }


def test_a_plain_row_reads_as_json_dumps_writes_it():
    assert read("indicator,value\na,1\n").loc[0, "row"] == '{"indicator": "a", "value": "1"}'


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_either_line_ending_is_read(newline):
    frame = read(newline.join(["indicator,value", "a,1", "b,2", ""]))
    assert frame["value"].tolist() == ["1", "2"]
    assert frame["line"].tolist() == [2, 3]


def test_a_byte_order_mark_is_no_part_of_the_first_column():
    assert read(b"\xef\xbb\xbfindicator,value\na,1\n")["indicator"].tolist() == ["a"]


def test_a_cell_of_a_megabyte_is_read():
    assert len(read(f"indicator,value\na,{'9' * 2**20}\n").loc[0, "value"]) == 2**20


def test_rows_beyond_one_batch_keep_their_order_and_lines():
    frame = read("indicator,value\n" + "".join(f"a,{number}\n" for number in range(40_001)))
    assert frame["value"].tolist() == [str(number) for number in range(40_001)]
    assert frame["line"].tolist() == list(range(2, 40_003))


def test_an_empty_file_is_refused():
    assert refusal(" \n") == "ours.csv: the table is empty\n  found  2 bytes\n  next   give a CSV file with a header"


def test_a_header_without_rows_is_refused():
    assert refusal("indicator,value\n") == (
        "ours.csv: the table has no rows\n"
        "  found  a header and nothing below it\n"
        "  next   write one line an observation"
    )


def test_another_encoding_is_refused_with_its_line():
    assert refusal("indicator,value\na,1\nb,é\n".encode("latin-1")) == (
        "ours.csv: the table is not UTF-8 text\n  found  byte 0xe9 on line 3\n  next   save it as UTF-8"
    )


def test_a_nul_byte_is_refused_with_its_line():
    assert refusal("indicator,value\na,1\nb,\0\n") == (
        "ours.csv: the table is not text\n  found  a NUL byte on line 3\n  next   save it as UTF-8 CSV"
    )


def test_a_web_page_is_refused():
    assert refusal("\n<!DOCTYPE html>\n<html>not found</html>") == (
        "ours.csv: the table is a web page or XML, not CSV\n"
        "  found  <!DOCTYPE html>\n"
        "  next   download the CSV file itself"
    )


@pytest.mark.parametrize(("delimiter", "words", "shown"), [(";", "semicolons", ";"), ("\t", "tabs", "\\t")])
def test_another_delimiter_is_named(delimiter, words, shown):
    assert refusal(f"indicator{delimiter}value\na{delimiter}1\n") == (
        f"ours.csv: the table is separated by {words}\n  found  'indicator{shown}value'\n  next   separate by commas"
    )


def test_a_missing_column_is_named():
    assert refusal("indicator,note\na,1\n") == (
        "ours.csv: column 'value' is missing\n  found  indicator, note\n  next   needed: indicator, value"
    )


def test_an_unknown_column_is_answered_with_the_nearest():
    assert refusal("indicator,Notes,value\na,x,1\n") == (
        "ours.csv: column 'Notes' is not known\n  found  indicator, Notes, value\n  next   did you mean 'note'?"
    )


def test_an_unknown_column_like_no_other_is_answered_with_all():
    assert refusal("indicator,zzz,value\na,x,1\n") == (
        "ours.csv: column 'zzz' is not known\n  found  indicator, zzz, value\n  next   known: indicator, value, note"
    )


def test_a_doubled_column_is_refused():
    assert refusal("indicator,value,value\na,1,2\n") == (
        "ours.csv: column 'value' is there twice\n  found  indicator, value, value\n  next   keep one of them"
    )


def test_a_nameless_column_is_refused():
    assert refusal("indicator,,value\na,1,2\n") == (
        "ours.csv: column 2 has no name\n  found  indicator, , value\n  next   name it, or take it out"
    )


def test_a_ragged_row_is_refused_with_its_line():
    assert refusal("indicator,value\na,1\nb,1,5\nc,2\n") == (
        "ours.csv: the row on line 3 has 3 cells\n"
        "  found  3 cells where the header has 2\n"
        "  next   put a cell with a comma in quotes, and write every empty cell"
    )


def test_an_open_quote_is_refused_with_the_line_it_opens_on():
    assert refusal('indicator,value\na,1\nb,"2\nc,3\n') == (
        "ours.csv: the row on line 3 cannot be read\n"
        "  found  unexpected end of data\n"
        '  next   write a cell with a quote in it "like ""this"""'
    )


def test_an_own_table_needs_three_columns_and_fills_the_rest():
    row = own("indicator,observed_on,value\nspeed,2026-01-31,2\n").iloc[0]
    assert (row["source"], row["subject"], row["known_since"], row["citation"]) == ("data", "", "2026-01-31", "")


def test_an_empty_known_since_is_the_day_of_observation():
    frame = own("indicator,observed_on,known_since,value\nspeed,2026-01-31,2026-02-10,2\nspeed,2026-02-28,,3\n")
    assert frame["known_since"].tolist() == ["2026-02-10", "2026-02-28"]


def test_the_source_column_of_an_own_table_is_a_citation():
    frame = own("indicator,observed_on,value,source\nspeed,2026-01-31,2,our telemetry\n")
    assert frame.loc[0, ["source", "citation"]].tolist() == ["data", "our telemetry"]


def test_per_cent_become_fractions_without_noise():
    frame = own(
        "indicator,observed_on,value,value_low,value_high\ncode,2026-01-31,12.26,7,58\nspeed,2026-01-31,12.26,7,58\n"
    )
    assert frame.loc[0, ["value", "value_low", "value_high"]].tolist() == ["0.1226", "0.07", "0.58"]
    assert frame.loc[1, ["value", "value_low", "value_high"]].tolist() == ["12.26", "7", "58"]


@pytest.mark.parametrize("text", ["1,5", "12 %", "1e400", "nan", "1_000", "", "٣", "1e99999999999999999999"])
def test_what_is_no_number_is_left_to_the_judge(text):
    assert own(f'indicator,observed_on,value\ncode,2026-01-31,"{text}"\n').loc[0, "value"] == text


def test_the_row_of_an_own_table_shows_per_cent_as_they_came():
    frame = own("indicator,observed_on,value\ncode,2026-01-31,12.26\n")
    assert json.loads(frame.loc[0, "row"])["value"] == "12.26"
