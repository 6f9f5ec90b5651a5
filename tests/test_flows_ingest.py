"""A source that fails stops itself alone, and everybody is told."""

from datetime import UTC, date, datetime

import pytest

from flows.assess import assess, known
from flows.ingest import failed, ingest_each
from flows.progress import report_ingested
from flows.recorded import recorded, require_all
from flows.report import record
from metrics import source as registry
from metrics.errors import DataError
from metrics.observation import COLUMNS
from reports.status import status_markdown
from warehouse.connection import live, writer
from warehouse.home import Home
from warehouse.publish import publish
from warehouse.runs import failing

AT = datetime(2026, 10, 8, 6, tzinfo=UTC)

HTML = "broken.csv: the file is a web page, not a table\n  found  <!DOCTYPE html>\n  next   fetch it again"


@pytest.fixture
def broken_source():
    """A source of which no file can be read, registered as any other is."""

    def parse(content):
        message, found, following = (part.strip() for part in HTML.split("\n"))
        raise DataError(message, found=found.removeprefix("found  "), next=following.removeprefix("next   "))

    registry.sources()
    registry.source(id="broken", title="Broken", publisher="Nobody", licence="none", url="", files=("facts.csv",))(
        parse
    )
    registry.sources.cache_clear()
    yield
    del registry._registered["broken"]
    registry.sources.cache_clear()


@pytest.fixture
def ingested(tmp_path, broken_source):
    home = Home(tmp_path / "data")
    home.prepare()
    with writer(home, command="ingest", wait_seconds=1), recorded(home, command="ingest", at=AT) as recording:
        done = ingest_each(home, (), at=AT)
        recording.add([one._asdict() for one in done])
        recording.finish("done")
        publish(home)
    return home, done


def test_the_other_sources_are_ingested_and_the_failed_one_is_told(ingested):
    _, done = ingested
    assert {one.source: one.error for one in done} == {"broken": HTML, "metr_horizons": "", "published_facts": ""}
    assert all(one.read > 100 for one in done if not one.error)


def test_a_command_with_a_failed_source_ends_in_an_error_that_names_it(ingested):
    with pytest.raises(DataError) as refusal:
        require_all(ingested[1])
    assert str(refusal.value) == (
        "broken: not ingested\n  found  broken.csv: the file is a web page, not a table\n"
        "  next   mend it and run again; what was known from it before stays, and the rest is done"
    )


def test_the_report_says_since_when_a_source_cannot_be_read(ingested):
    home, _ = ingested
    kept = known(home, AT.date())
    assessment = assess(kept, as_of=AT.date(), sensitivity=False)
    text = status_markdown(assessment, record=record(kept, assessment))
    assert "Broken: cannot be read since 2026-10-08: broken.csv: the file is a web page, not a table." in text


def test_before_the_first_run_one_unreadable_file_leaves_the_rest(tmp_path, broken_source):
    kept = known(Home(tmp_path / "data"), date(2026, 10, 8))
    assert kept.failing["broken"].error == HTML
    assert set(kept.facts["source"]) == {"metr_horizons", "published_facts"}
    assert list(kept.facts.columns[: len(COLUMNS)]) == list(COLUMNS)


def stop_early(home):
    with recorded(home, command="run", at=AT) as recording:
        recording.add([{"source": "metr_horizons", "error": "m.csv: the file is empty"}])
        raise DataError("there is no fact to assess")


def test_a_run_that_stops_is_recorded_as_failed_with_what_it_had_done(tmp_path):
    home = Home(tmp_path / "data")
    home.prepare()
    with pytest.raises(DataError, match="there is no fact"):
        stop_early(home)
    with live(home) as connection:
        assert connection.execute("SELECT status, json_array_length(steps) FROM run").fetchall() == [("failed", 2)]
        assert failing(connection)["metr_horizons"].error == "m.csv: the file is empty"


def test_a_fault_of_a_source_keeps_its_three_lines_and_steers_no_terminal(caplog):
    report_ingested([failed("broken", DataError("b.csv: \x1b[31m red", found="two  spaces", next="look"))])
    assert caplog.messages[-1] == "b.csv: \\x1b[31m red\n  found  two spaces\n  next   look"
