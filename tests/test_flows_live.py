"""What becomes of publishers' files: one is kept once, dated by its server, held back when it cannot be right."""

import io
import zipfile
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from live_samples import MODELS, archive, copy_of, empty_home, index, results
from live_servers import LIMITS, answer, ingest, serving

from flows.configuration import Network, load_configuration
from flows.ingest import ingest_each
from flows.live import Live, accept, due, fetch_named, ingest_downloads, limits, publishers
from flows.rebuild import rebuild
from metrics import load_indicators
from metrics.errors import UsageError
from metrics.forming import form_series
from metrics.source import sources
from warehouse import facts
from warehouse.connection import live, writer
from warehouse.fetched import last_seen
from warehouse.held import Held, held_files, hold
from warehouse.landing import land, landed

AT = datetime(2026, 11, 20, 6, tzinfo=UTC)

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"

METR, HUB = "metr_results", "epoch_hub"


@pytest.fixture(scope="module")
def server():
    with serving() as running:
        yield running


@pytest.fixture(scope="module")
def empty(tmp_path_factory):
    return empty_home(tmp_path_factory.mktemp("empty") / "data")


@pytest.fixture
def home(tmp_path, empty):
    folder = copy_of(empty, tmp_path / "data")
    with writer(folder, command="test", wait_seconds=1):
        yield folder


def dated(body, day, *more):
    return answer(body, "200 OK", f"Last-Modified: {day:%a, %d %b %Y} 12:00:00 GMT", *more)


def said(home):
    with live(home) as connection:
        return facts.said(connection)


def seen_at(home, url):
    return last_seen(home, METR, url, at=AT + timedelta(days=7))


def on_disk(home):
    return sorted(path.name for path in home.landing.rglob("*") if path.is_file())


def test_a_file_that_is_still_there_is_neither_sent_nor_kept_again(home, server):
    url = server.says("/same", answer(results(), "200 OK", 'ETag: "1"'), answer(b"", "304 Not Modified"))
    ingest(home, sources()[METR], url, AT)
    before, files = said(home), on_disk(home)
    done = ingest(home, sources()[METR], url, AT + timedelta(days=7), seen=seen_at(home, url))
    assert (done.unchanged, done.files, done.new_files, done.read, done.error) == (1, 1, 0, 0, "")
    assert 'if-none-match: "1"' in server.asked("/same")[1].lower()
    assert said(home).equals(before)
    assert on_disk(home) == files
    assert seen_at(home, url).seen_at == AT + timedelta(days=7)


def test_the_same_bytes_under_another_date_are_the_same_file(home, server):
    url = server.says("/bytes", dated(results(), date(2026, 3, 3)), dated(results(), date(2026, 3, 9)))
    ingest(home, sources()[METR], url, AT)
    assert ingest(home, sources()[METR], url, AT + timedelta(days=7)).unchanged == 1
    assert set(said(home)["known_since"].astype(str)) == {"2026-03-03"}


def test_values_are_known_since_their_server_dates_them_or_else_since_they_were_fetched(home, server):
    ingest(home, sources()[METR], server.says("/dated", dated(results(), date(2026, 3, 3))), AT)
    ingest(home, sources()[HUB], server.says("/undated", answer(archive({"a.csv": index(1, 2, 3)}))), AT)
    days = said(home).groupby("source")["known_since"].unique().map(lambda found: [str(day)[:10] for day in found])
    assert days.to_dict() == {METR: ["2026-03-03"], HUB: ["2026-11-20"]}


def test_a_server_that_dates_a_file_before_what_is_in_it_is_not_believed(home, server):
    done = ingest(home, sources()[METR], server.says("/disk", dated(results(), date(1980, 1, 1))), AT)
    assert (done.new, done.quarantined, done.error) == (10, 0, "")
    assert set(said(home)["known_since"].astype(str)) == {"2026-11-20"}


def test_a_server_that_recovers_in_time_gives_the_whole_file(home, server):
    url = server.says("/recovers", answer(b"", "503 Service Unavailable"), answer(results()))
    assert ingest(home, sources()[METR], url, AT).new == 10


def test_an_older_file_with_its_date_is_what_was_known_then(home, server):
    ingest(home, sources()[METR], server.says("/new", dated(results((2, 4, 8, 16, 32)), date(2026, 3, 3))), AT)
    done = ingest(home, sources()[METR], server.says("/old", dated(results(), date(2026, 2, 1))), AT)
    assert (done.new, done.error) == (10, "")
    p50 = said(home).query("indicator == 'task_horizon_p50' and subject == 'alpha'")
    assert dict(zip(p50["known_since"].astype(str), p50["value"], strict=True)) == {
        "2026-02-01": 1.5,
        "2026-03-03": 2.0,
    }


def metr(day):
    path = DATA / "metr" / f"benchmark_results_1_1__{day}.yaml"
    if not path.exists():
        pytest.skip("METR's files are not on this machine")
    return METR, path.read_bytes(), date.fromisoformat(day)


def epoch(day):
    """The hub of April, or as it would have been in July: with the index of that month."""
    april, july = (
        DATA / "epoch" / "benchmark_data__2026-04.zip",
        DATA / "epoch" / "epoch_capabilities_index__2026-07.csv",
    )
    if not april.exists():
        pytest.skip("Epoch's files are not on this machine")
    if day == "2026-04-19":
        return HUB, april.read_bytes(), date.fromisoformat(day)
    with zipfile.ZipFile(io.BytesIO(april.read_bytes())) as packed:
        tables = {name: packed.read(name) for name in ("gdpval_external.csv", "posttrainbench_external.csv")}
    newer = archive(tables | {"epoch_capabilities_index/eci_scores.csv": july.read_bytes()})
    return HUB, newer, date.fromisoformat(day)


VINTAGES = {
    # Claude Opus 4.6 went from 870 to 719 minutes when METR corrected its fit.
    "METR": (metr, ("2026-02-22", "2026-03-03"), ("task_horizon_p50", "claude_opus_4_6"), [870.03, 718.81]),
    # The index is estimated anew with every publication.
    "Epoch": (epoch, ("2026-04-19", "2026-07-01"), ("eci_score", "claude-opus-4-6"), [155.03, 155.55]),
}


@pytest.mark.parametrize("publisher", VINTAGES)
def test_two_real_publications_give_the_same_facts_and_revisions_in_either_order(tmp_path, empty, server, publisher):
    read, days, (indicator, subject), values = VINTAGES[publisher]
    found = []
    for order in (days, days[::-1]):
        home = copy_of(empty, tmp_path / order[0])
        for day in order:
            source, body, published = read(day)
            done = ingest(home, sources()[source], server.says(f"/{publisher}/{day}", dated(body, published)), AT)
            assert done.error == ""
        with live(home) as connection:
            told = connection.execute(
                "SELECT known_since::VARCHAR, value FROM fact WHERE indicator = ? AND subject = ? ORDER BY 1",
                [indicator, subject],
            ).fetchall()
            found.append(facts.sha256_of(facts.said(connection)))
        assert [day for day, _ in told] == list(days)
        assert [value for _, value in told] == pytest.approx(values, abs=0.005)
    assert found[0] == found[1]


HELD = dated(results((1.5, 3.5), models=MODELS[-2:]), date(2026, 11, 19), 'ETag: "2"')


@pytest.fixture
def holding(home, server):
    """A file of March is kept, and one of November with too few rows is held back."""
    ingest(home, sources()[METR], server.says("/held", dated(results(), date(2026, 3, 3))), AT - timedelta(days=7))
    return home, ingest(home, sources()[METR], server.says("/held", HELD, answer(b"", "304 Not Modified")), AT)


def test_a_file_that_is_held_back_says_why_and_how_it_is_taken(holding):
    home, done = holding
    (held,) = held_files(home)
    assert done.error == (
        "metr_results: its newest file is held back: too few rows\n  found  4 rows, after 10 before\n"
        f"  next   look at landing/metr_results/{held.sha256}; "
        f"threefutures ingest metr_results --accept {held.sha256[:12]} takes it"
    )
    assert (held.source, held.rule, held.reason, held.held_at) == (METR, "too few rows", "4 rows, after 10 before", AT)
    assert set(said(home)["known_since"].astype(str)) == {"2026-03-03"}


def test_a_file_stays_held_back_while_its_server_says_that_nothing_has_changed(holding, server):
    home, first = holding
    url = server.url("/held")
    again = ingest(home, sources()[METR], url, AT + timedelta(days=7), seen=seen_at(home, url))
    assert (again.error, again.unchanged) == (first.error, 0)
    assert len(held_files(home)) == 1


def test_a_file_is_taken_after_somebody_has_looked_and_a_rebuild_finds_the_same(holding):
    home, _ = holding
    (held,) = held_files(home)
    before = said(home)
    rebuild(home, at=AT)
    assert said(home).equals(before)
    done = accept(home, sources()[METR], held.sha256[:8], at=AT + timedelta(days=3))
    assert (done.new, done.read, held_files(home)) == (4, 4, [])
    assert sorted(set(said(home)["known_since"].astype(str))) == ["2026-03-03", "2026-11-19"]
    before = said(home)
    rebuild(home, at=AT + timedelta(days=3))
    assert said(home).equals(before)


def test_a_hash_that_names_no_held_file_is_refused(holding):
    home, _ = holding
    (held,) = held_files(home)
    with pytest.raises(UsageError) as refusal:
        accept(home, sources()[METR], "abcdef", at=AT)
    assert str(refusal.value) == (
        f"metr_results has no file 'abcdef' that is held back\n  found  {held.sha256[:12]}\n"
        "  next   threefutures quarantine lists them; 6 digits are enough where no other begins with them"
    )


def test_a_good_file_after_a_held_one_is_kept_and_the_other_waits(holding, server):
    home, _ = holding
    done = ingest(
        home,
        sources()[METR],
        server.says("/held", dated(results((2, 4, 8, 16, 32)), date(2026, 11, 21))),
        AT + timedelta(days=7),
    )
    assert (done.new + done.revised, done.error) == (10, "")
    assert len(held_files(home)) == 1


def test_a_process_killed_between_landing_and_keeping_loses_nothing(home, server):
    land(home, METR, results(), name="x.yaml", fetched_at=AT, known_since=date(2026, 3, 3))
    url = server.says("/killed", dated(results(), date(2026, 3, 3)))
    assert seen_at(home, url) is None
    assert ingest(home, sources()[METR], url, AT).new == 10


def test_a_file_that_landed_yesterday_and_was_never_kept_is_known_since_yesterday(home, server):
    yesterday = AT - timedelta(days=1)
    land(home, METR, results(), name="x.yaml", fetched_at=yesterday, known_since=yesterday.date())
    assert ingest(home, sources()[METR], server.says("/yesterday", answer(results())), AT).new == 10
    assert set(said(home)["known_since"].astype(str)) == {"2026-11-19"}


def test_a_mark_whose_file_never_landed_holds_nothing_back(home, server):
    name = sha256(results()).hexdigest()
    hold(home, Held(METR, name, "too few rows", "killed here", AT))
    assert held_files(home) == []
    assert ingest(home, sources()[METR], server.says("/mark", answer(results())), AT).new == 10
    assert [file.sha256 for file in landed(home)] == [name]


def test_a_file_is_asked_for_once_in_its_period_and_again_after_it(home, server):
    url = server.says("/due", answer(results()))
    weekly = Live(sources()[METR], url, "weekly")
    assert len(due(home, [weekly], at=AT)) == 1
    ingest(home, sources()[METR], url, AT)
    # A schedule comes some seconds early or late.
    asked = {hours: len(due(home, [weekly], at=AT + timedelta(hours=hours))) for hours in (1, 24 * 6, 24 * 7 - 1)}
    assert asked == {1: 0, 24 * 6: 0, 24 * 7 - 1: 1}
    assert len(due(home, [weekly._replace(every="always")], at=AT)) == 1
    # A clock that was a year ahead silences nobody until then.
    assert len(due(home, [weekly], at=AT - timedelta(days=365))) == 1


CONFIGURED = """
[sources.metr]
url = "https://mirror.example/metr/benchmark_results_1_1.yaml"

[sources.epoch]
every = "daily"

[network]
timeout = 5
max_mb = 1
"""


def test_the_configuration_says_whom_to_ask_and_without_one_nobody_is(tmp_path):
    assert publishers(load_configuration(tmp_path, environment={}).sources) == []
    (tmp_path / "threefutures.toml").write_text(CONFIGURED)
    said = load_configuration(tmp_path, environment={})
    assert [(one.source.id, one.url, one.every) for one in publishers(said.sources)] == [
        ("metr_results", "https://mirror.example/metr/benchmark_results_1_1.yaml", "weekly"),
        ("metr_task_counts", "https://mirror.example/metr/task_results_1_1.yaml", "weekly"),
        ("epoch_hub", "https://epoch.ai/data/benchmark_data.zip", "daily"),
    ]
    asked = limits(said.network)
    assert (asked.read_seconds, asked.connect_seconds, asked.largest, asked.allow_private) == (5.0, 5.0, 2**20, False)
    assert limits(Network()).largest == 200 * 2**20
    assert LIMITS.allow_private


def test_without_names_those_that_are_due_are_asked_and_with_names_those_alone_at_once(home, server, tmp_path):
    url = server.says("/m/benchmark_results_1_1.yaml", answer(results()))
    server.says("/m/task_results_1_1.yaml", answer(b"", "404 Not Found"))
    (tmp_path / "threefutures.toml").write_text(f'[sources.metr]\nurl = "{url}"\n[network]\nallow_private = true\n')
    said = load_configuration(tmp_path, environment={})

    def asked(*names, hours=0):
        at = AT + timedelta(hours=hours)
        downloads = fetch_named(home, said, names, at=at)
        ingest_downloads(home, downloads, at=at)
        return [(one.due.live.source.id, one.error is None) for one in downloads]

    assert asked() == [("metr_results", True), ("metr_task_counts", False)]
    # What did not come is due again at once; what came is not.
    assert asked(hours=1) == [("metr_task_counts", False)]
    assert asked("metr_results", hours=1) == [("metr_results", True)]


def test_epochs_newest_publication_takes_the_place_of_the_embedded_ones_and_never_votes_beside_them(home, server):
    _, body, _ = epoch("2026-07-01")
    ingest_each(home, ("published_facts",), at=AT)
    catalogue = {"eci_score": load_indicators()["eci_score"]}

    def index_of(known):
        (series,) = form_series(known, catalogue, as_of=AT.date()).series
        return series

    offline = index_of(said(home))
    # Older than the newest embedded publication, of September: it is kept, and the verdict is as it was.
    ingest(home, sources()[HUB], server.says("/july", dated(body, date(2026, 7, 1))), AT)
    assert index_of(said(home)).value.tolist() == offline.value.tolist()
    # Newer: it alone is read.
    newer = archive({"index.csv": index(100, 120, 140, 160)})
    done = ingest(home, sources()[HUB], server.says("/november", dated(newer, date(2026, 11, 19))), AT)
    (held,) = held_files(home)
    assert (done.new, held.rule) == (0, "an indicator is gone")
    accept(home, sources()[HUB], held.sha256, at=AT)
    assert index_of(said(home)).value.tolist() == [100.0, 120.0, 140.0, 160.0]
