"""Repositories of the configuration become facts, once a day, and a rebuild makes the same ones."""

import shutil
from datetime import UTC, datetime, timedelta

import pytest
from git_histories import CO_CLAUDE, DAY, DEPENDABOT, Writer

from flows.configuration import GitSource
from flows.git_source import batches, ingest_readings, read_repositories, require_repositories
from flows.rebuild import rebuild
from metrics.errors import UsageError
from metrics.source import sources
from warehouse.connection import live
from warehouse.home import Home

AT = datetime(2026, 11, 20, 9, tzinfo=UTC)


@pytest.fixture
def home(tmp_path):
    home = Home(tmp_path / "data")
    home.prepare()
    return home


JANUARY = 1_767_398_400  # 2026-01-03T00:00:00Z


@pytest.fixture
def history(tmp_path):
    """Writes a repository: a person in January, Claude in February, a bot in April; with `more` a person in March."""

    def write(name, *, more=False):
        writer = Writer()
        writer.commit(at=JANUARY, files={"a.py": writer.lines(1)})
        writer.commit(at=JANUARY + 31 * DAY, message=f"m\n\n{CO_CLAUDE}", files={"b.py": writer.lines(1)})
        if more:
            writer.commit(at=JANUARY + 62 * DAY, files={"c.py": writer.lines(1)})
        writer.commit(at=JANUARY + 90 * DAY, author=DEPENDABOT, files={"d.py": writer.lines(1)})
        shutil.rmtree(tmp_path / name, ignore_errors=True)
        writer.write(tmp_path / name)
        return tmp_path / name

    return write


def measured(home, at, *repositories, **options):
    git = GitSource(repositories=tuple(map(str, repositories)), **options)
    return ingest_readings(home, read_repositories(home, git, on=at.date()), at=at)


def asked(home, query):
    with live(home) as connection:
        return connection.execute(query).fetchall()


SHARES = """SELECT observed_on::VARCHAR, known_since::VARCHAR, value FROM fact
    WHERE indicator = 'git_ai_commit_share' ORDER BY ALL"""


def test_what_a_history_says_is_known_since_the_day_it_was_measured(home, tmp_path, history):
    done = measured(home, AT, history("service"))
    assert (done.files, done.new_files, done.quarantined, done.error) == (1, 1, 0, "")
    assert asked(home, SHARES) == [("2026-01-31", "2026-11-20", 0.0), ("2026-02-28", "2026-11-20", 1.0)]


def test_the_same_history_lands_once(home, history):
    path = history("service")
    measured(home, AT, path)
    again = measured(home, AT + timedelta(days=7), path)
    assert (again.files, again.new_files, again.unchanged) == (1, 0, 1)
    assert len(asked(home, "FROM landing")) == 1


def test_a_longer_history_lands_the_next_day_and_not_the_same(home, history):
    path = history("service")
    measured(home, AT, path)
    history("service", more=True)
    same_day = measured(home, AT + timedelta(hours=3), path)
    next_day = measured(home, AT + timedelta(days=1), path)
    assert (same_day.new_files, next_day.new_files) == (0, 1)
    assert asked(home, SHARES) == [
        ("2026-01-31", "2026-11-20", 0.0),
        ("2026-02-28", "2026-11-20", 1.0),
        ("2026-03-31", "2026-11-21", 0.0),
    ]


def test_only_the_newest_commits_of_a_repository_are_kept_and_no_address(home, history):
    path = history("service")
    assert measured(home, AT, path, history("other")).error == ""
    history("service", more=True)
    measured(home, AT + timedelta(days=1), path)
    counted = "SELECT repo, count(*), count(DISTINCT sha256) FROM commit_change GROUP BY repo ORDER BY repo"
    assert asked(home, counted) == [("other", 3, 1), ("service", 4, 1)]
    rows = asked(home, "FROM commit_change")
    assert not [cell for row in rows for cell in row if "@" in str(cell) or "Jo" in str(cell)]
    kinds = "SELECT month::VARCHAR, kind, added_source FROM commit_change WHERE repo = 'other' ORDER BY month"
    assert asked(home, kinds) == [
        ("2026-01-01", "human", 1),
        ("2026-02-01", "co-authored", 1),
        ("2026-04-01", "bot", 1),
    ]


def test_a_repository_that_fails_is_named_and_stops_no_other(home, tmp_path, history):
    done = measured(home, AT, tmp_path / "nowhere", history("service"))
    assert done.new_files == 1
    assert done.error == (
        "git: nowhere could not be measured\n"
        f"  found  {tmp_path}/nowhere is not a git repository: no such folder\n"
        "  next   name the folder that holds .git, or a URL"
    )


def test_a_repository_without_a_month_that_is_over_is_no_fault_and_lands_nothing(home, tmp_path):
    writer = Writer()
    writer.commit(files={"a.py": writer.lines(1)})
    writer.write(tmp_path / "young")
    done = measured(home, AT, tmp_path / "young")
    assert (done.files, done.new_files, done.read, done.error) == (1, 0, 0, "")
    assert list(home.landing.iterdir()) == []


def test_a_rebuild_makes_the_same_facts_and_commits(home, history):
    path = history("service")
    measured(home, AT, path)
    history("service", more=True)
    measured(home, AT + timedelta(days=1), path)
    everything = ("SELECT * EXCLUDE fact_id FROM fact ORDER BY ALL", "FROM commit_change ORDER BY ALL")
    before = [asked(home, query) for query in everything]
    rebuild(home, at=AT + timedelta(days=2))
    assert [asked(home, query) for query in everything] == before


def test_a_measurement_that_landed_and_was_not_kept_is_kept_later(home, history):
    path = history("service")
    measured(home, AT, path)
    before = asked(home, SHARES)
    with live(home) as connection:
        for table in ("fact_observation", "commit_change", "landing"):
            connection.execute(f"DELETE FROM {table}")
    measured(home, AT + timedelta(days=1), path)
    assert asked(home, SHARES) == before


def test_many_repositories_are_read_in_batches_and_offline_those_at_hand_alone():
    many = GitSource(repositories=tuple(f"/repos/{number:03d}" for number in range(200)), jobs=2)
    few = GitSource(repositories=("/repos/a", "https://example.org/b.git", "/repos/a"), jobs=2)
    assert sorted({len(batch) for batch in batches(many)}) == [8]
    assert sum(map(len, batches(many))) == 200
    assert batches(few) == [(("/repos/a", "a"),), (("https://example.org/b.git", "b"),)]
    assert batches(few, offline=True) == [(("/repos/a", "a"),)]
    assert batches(few.model_copy(update={"enabled": False})) == []


def test_git_needs_a_repository_only_where_it_is_named():
    git, embedded = sources()["git"], sources()["metr_horizons"]
    with pytest.raises(UsageError) as raised:
        require_repositories([git], None, named=True)
    assert str(raised.value) == (
        "git: no repository is named\n"
        "  found  no [sources.git] that is enabled in threefutures.toml\n"
        '  next   write repositories = ["../service"] under [sources.git], or measure one with threefutures git'
    )
    assert require_repositories([embedded], GitSource(repositories=("a",)), named=True) is False
    assert require_repositories([embedded], GitSource(repositories=("a",)), named=False) is True
