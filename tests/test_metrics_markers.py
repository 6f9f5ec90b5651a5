"""The pattern table is whole and says what is wrong with one that is not; its patterns are those of the compilation."""

import csv
import hashlib
import json
import re

import pytest

from metrics.errors import DataError
from metrics.estimators.authorship import Classifier, author_key
from metrics.estimators.markers import COLUMNS, EMBEDDED, embedded_markers, read_markers

COMPILATION = "34a2af478857085814673194abf91ff4ddc428e428ac868b9f941053a714b677"

GOOD = {
    "id": "x1",
    "tool": "Rob",
    "field": "author",
    "regex": "<rob@tools[.]example>$",
    "level": "authored",
    "account": "agent",
}


def table(*rows, columns=COLUMNS):
    lines = [columns, *([str(row.get(column, "")) for column in columns] for row in rows)]
    return "\n".join(",".join(line) for line in lines).encode()


def test_the_embedded_table_has_a_hundred_patterns_and_one_of_each_kind_of_level():
    markers = embedded_markers().markers
    assert len(markers) == 100
    assert {one.level for one in markers} == {"authored", "co-authored", "assisted", "bot", "none"}


def test_the_embedded_patterns_are_those_of_the_compilation():
    # Of id, field, regex and level of the compilation's rows that are patterns of commits.
    with EMBEDDED.open(newline="") as file:
        ours = [[row[name] for name in ("id", "field", "regex", "level")] for row in csv.DictReader(file)]
    assert hashlib.sha256(json.dumps(ours).encode()).hexdigest() == COMPILATION


def test_every_pattern_is_documented_observed_or_says_that_it_is_not():
    with EMBEDDED.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["evidence"] for row in rows} == {"documented", "observed", "reported", "unverified"}
    assert all(row["source_url"].startswith("https://") for row in rows if row["evidence"] == "documented")
    assert not [row["id"] for row in rows if row["evidence"] != "documented" and row["source_url"]]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"field": "body"},
            "'x2' has an unknown field|'body'|known: author, committer, subject, body_line, trailer:<key>",
        ),
        ({"level": "wrote"}, "'x2' has an unknown level|'wrote'|known: authored, co-authored, assisted, bot, none"),
        ({"account": ""}, "'x2' has an unknown account|''|known: agent, person, bot"),
        (
            {"regex": "<(rob"},
            "'x2' has no regular expression|<(rob (missing ), unterminated subpattern at position 1)|mend it",
        ),
        (
            {"field": "body_line", "account": "", "regex": "by Rob"},
            "'x2' may match inside of a line|by Rob|begin it with ^",
        ),
        ({"id": "x1", "regex": "y"}, "'x1' is there twice|<rob@tools[.]example>$|keep one"),
        ({"regex": GOOD["regex"]}, "'x1' has the pattern of another one|<rob@tools[.]example>$|keep one"),
    ],
)
def test_a_faulty_row_is_named_with_what_is_wrong(change, message):
    culprit = GOOD | {"id": "x2", "regex": "<rob2@tools[.]example>"} | change
    with pytest.raises(DataError) as error:
        read_markers(table(GOOD, culprit, GOOD | {"id": "x3", "regex": "z"}), name="t.csv")
    what, found, next_step = message.split("|")
    assert str(error.value) == f"t.csv: marker {what}\n  found  {found}\n  next   {next_step}"


def test_a_table_without_a_column_is_refused():
    with pytest.raises(DataError) as error:
        read_markers(table(GOOD, columns=COLUMNS[1:]), name="t.csv")
    assert str(error.value) == (
        f"t.csv: column 'id' is missing\n  found  {', '.join(COLUMNS[1:])}\n  next   needed: {', '.join(COLUMNS)}"
    )


def test_patterns_match_without_regard_to_case():
    classifier = Classifier(read_markers(table(GOOD), name="t.csv"))
    assert classifier.classify("Rob <ROB@Tools.example>", "", "").kind == "authored"


def test_the_key_of_an_author_is_a_keyed_hash_of_the_plain_address():
    # From: printf ada@example.com | openssl dgst -sha256 -hmac key
    assert author_key("ada@example.com", b"key") == "20caa94149b865c2"
    assert author_key("  Ada@Example.COM ", b"key") == author_key("ada@example.com", b"key")
    assert author_key("12+ada@users.noreply.github.com", b"key") == author_key("ada@users.noreply.github.com", b"key")
    assert author_key("12+ada@example.com", b"key") != author_key("ada@example.com", b"key")


def test_no_pattern_of_an_author_is_a_bare_word():
    words = [one for one in embedded_markers().markers if one.field == "author" and one.level != "bot"]
    assert not [one.id for one in words if not re.search(r"@|<$", one.regex.pattern)]
