"""What is published as a data package (datapackage.org, version 2): tables, meanings of columns, licences, citations.

A package says everything about itself: it is read without this project.
"""

# ruff: noqa: S608 -- statements are composed of this project's own names.

import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import duckdb

from metrics.errors import UsageError, WarehouseError
from warehouse.answer import FORMULA
from warehouse.connection import quoted, snapshot
from warehouse.export import sha256_of_file
from warehouse.files import being_written, put_folder_in_place
from warehouse.home import Home
from warehouse.vocabulary import Column, Relation, relations


class Table(NamedTuple):
    """A table of the package."""

    title: str
    query: str
    """In an order of its own: the same snapshot gives the same bytes."""
    refers: tuple[str, ...] = ()
    """Columns that are keys of the table of that name."""


KEYS = {"indicator": "indicator", "source": "source", "assessment": "assessment_id"}
"""Column that is the key of a table."""

TABLES = {
    "fact": Table(
        "Every value that was news when it was published, with its citation and both its dates",
        "SELECT * EXCLUDE (key_id, previous_known_since, previous_value, previous_interval) FROM fact",
        ("indicator", "source"),
    ),
    "indicator": Table("What each indicator is", "FROM indicator ORDER BY indicator"),
    "source": Table("Where facts come from, and under which licence", "FROM source ORDER BY source"),
    "citation": Table(
        "Every publication that is cited",
        """SELECT citation, citation_url, count(*) AS facts, min(known_since) AS known_since
        FROM fact GROUP BY ALL ORDER BY ALL""",
    ),
    "task_attempt": Table(
        "How often each agent passed each task", "FROM task_attempt ORDER BY source, sha256, agent, task", ("source",)
    ),
    "landing": Table(
        "Files that facts were read from", "FROM landing ORDER BY fetched_at, sha256, source", ("source",)
    ),
    "quarantine": Table(
        "Rows that were refused", "FROM quarantine ORDER BY source, sha256, line NULLS LAST, rule, row"
    ),
    "assessment": Table("Which future the facts of a day resembled", "FROM assessment ORDER BY as_of, assessment_id"),
    "evidence": Table(
        "What each series says for each future", "FROM evidence ORDER BY assessment_id, position", ("assessment",)
    ),
    "sensitivity_check": Table(
        "The same sum with one choice changed",
        "FROM sensitivity_check ORDER BY assessment_id, position",
        ("assessment",),
    ),
    "replay": Table("What would have been said on many dates", "FROM replay ORDER BY clock, replay_id, as_of"),
    "marker": Table(
        "The signatures of each future, reached or not", "FROM marker ORDER BY assessment_id, position", ("assessment",)
    ),
}
"""Runs are not among them: they tell of this machine, not of the world."""

BY_SOURCE = ("fact", "source", "task_attempt", "landing", "quarantine")
"""Tables whose rows are of one source each."""

LEFT_OUT = "Private sources are left out ({n}). No verdict was reached with their facts."

OWN_COLUMNS = {
    ("citation", "facts"): "Facts that stand in this publication.",
    ("citation", "known_since"): "First day on which it was cited for something.",
}

TYPES = {
    "VARCHAR": "string", "VARCHAR[]": "array", "JSON": "object", "DATE": "date", "TIMESTAMP": "datetime",
    "DOUBLE": "number", "BIGINT": "integer", "INTEGER": "integer", "BOOLEAN": "boolean",
}  # fmt: skip
"""DuckDB's type -> the standard's."""

MEDIA_TYPES = {
    "csv": "text/csv", "parquet": "application/vnd.apache.parquet", "duckdb": "application/vnd.duckdb",
}  # fmt: skip

LICENCE = {"name": "MIT", "title": "MIT License", "path": "https://opensource.org/license/mit"}
"""Of the compilation; each source's own stands in `sources`."""

DESCRIPTION = """\
Published figures on AI's part in AI research and development: every value with its citation, the day it describes and \
the first day the public could know it, and which of three futures they resembled. Values of two definitions are never \
to be joined. A share is a fraction in [0, 1]. Empty text and an absent value are both empty in CSV, where text that a \
spreadsheet would run as a formula stands behind a single quote."""


class Package(NamedTuple):
    """What was written."""

    folder: str
    resources: int
    rows: int
    size: int
    """Bytes of all files."""
    left_out: str = ""
    """What is not in it, and why; empty where all is."""


def write_package(home: Home, folder: Path, form: str, *, version: str) -> Package:
    """Write the package to a new or empty folder, whole or not at all.

    Args:
        home: whose snapshot.
        folder: where.
        form: parquet, csv or duckdb.
        version: of the project.

    What is of a private source is left out.

    Raises:
        UsageError: there is something in the folder; the form is duckdb, and there is a private source.
        WarehouseError: nothing is published yet, or the folder cannot be written to.
    """
    _require_empty(folder)
    try:
        with being_written(folder.absolute()) as partial:
            (partial / "data").mkdir(parents=True)
            rows, descriptor = _write(home, partial, form, version)
            _write_texts(partial, descriptor)
            size = sum(file.stat().st_size for file in partial.rglob("*") if file.is_file())
            put_folder_in_place(partial, folder.absolute())
    except OSError as error:
        raise WarehouseError(
            f"{folder}: the package cannot be written",
            found=error.strerror or str(error),
            next="give another folder, or free some space; nothing was left behind",
        ) from error
    return Package(str(folder), len(descriptor["resources"]), rows, size, descriptor.get("leftOut", ""))


def _require_empty(folder: Path) -> None:
    if folder.exists() and not (folder.is_dir() and not any(folder.iterdir())):
        raise UsageError(
            f"{folder}: a package is written to a new or empty folder",
            found="a file" if folder.is_file() else "something in it",
            next=f"give another name, such as {folder.name}-2; nothing was written",
        )


def _write(home: Home, partial: Path, form: str, version: str) -> tuple[int, dict[str, Any]]:
    """Write the tables; returns their rows, and the descriptor of the package."""
    with snapshot(home, folder=partial) as connection:
        known = {relation.name: relation for relation in relations(connection)}
        private = _private(connection)
        if form == "duckdb":
            _require_public(private)
            rows, resources = _copy_database(connection, home, partial)
        else:
            rows, resources = _copy_tables(connection, known, partial, form, private)
        sources = connection.execute("SELECT source, source_title, publisher, licence, home_url FROM source ORDER BY 1")
        created = datetime.fromtimestamp(home.snapshot.stat().st_mtime, UTC)
        return rows, {
            "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
            "name": "threefutures",
            "title": "threefutures: AI's part in AI research and development, and which of three futures it resembles",
            "description": DESCRIPTION,
            "version": version,
            "created": f"{created:%Y-%m-%dT%H:%M:%SZ}",
            "licenses": [LICENCE],
            "sources": [_source(*row) for row in sources.fetchall() if row[0] not in private],
            "resources": resources,
        } | ({"leftOut": LEFT_OUT.format(n=len(private))} if private else {})


def _private(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """The private sources of which anything is kept."""
    query = "SELECT source FROM source SEMI JOIN landing USING (source) WHERE private ORDER BY 1"
    return [source for (source,) in connection.execute(query).fetchall()]


def _require_public(private: Sequence[str]) -> None:
    if private:
        raise UsageError(
            "the whole database cannot be given away",
            found=f"private sources: {', '.join(private)}",
            next="--format parquet or csv leaves them out",
        )


def _public(name: str, query: str, private: Sequence[str]) -> str:
    """The rows of a table that are of no private source; the query itself where there is none."""
    if not private:
        return query
    hidden = ", ".join(f"'{source}'" for source in private)  # ids of a-z, 0-9 and _
    if name == "citation":
        return query.replace("FROM fact", f"FROM fact WHERE source NOT IN ({hidden})")
    if name not in BY_SOURCE:
        return query
    kept, _, order = query.partition(" ORDER BY ")
    return f"SELECT * FROM ({kept}) WHERE source NOT IN ({hidden})" + (f" ORDER BY {order}" if order else "")


def _source(name: str, title: str, publisher: str, licence: str, url: str) -> dict[str, str]:
    described = {"name": name, "title": title, "publisher": publisher, "licence": licence}
    return described | ({"path": url} if url else {})


def _copy_database(
    connection: duckdb.DuckDBPyConnection, home: Home, partial: Path
) -> tuple[int, list[dict[str, Any]]]:
    ((rows,),) = connection.execute("SELECT count(*) FROM fact").fetchall()
    shutil.copyfile(home.snapshot, partial / "data" / home.snapshot.name)
    title = "Everything as one DuckDB file, with views, macros and comments"
    return int(rows), [_resource("threefutures", partial / "data" / home.snapshot.name, title)]


def _copy_tables(
    connection: duckdb.DuckDBPyConnection,
    known: Mapping[str, Relation],
    partial: Path,
    form: str,
    private: Sequence[str],
) -> tuple[int, list[dict[str, Any]]]:
    rows, resources = 0, []
    for name, table in TABLES.items():
        columns = _columns(connection, known, name, table.query)
        path = partial / "data" / f"{name}.{form}"
        rows += _copy_table(connection, _public(name, table.query, private), columns, path)
        schema = {"schema": _schema(name, table, columns)}
        dialect = {"encoding": "utf-8"} if form == "csv" else {}
        resources.append(_resource(name, path, table.title) | dialect | {"type": "table"} | schema)
    return rows, resources


def _columns(
    connection: duckdb.DuckDBPyConnection, known: Mapping[str, Relation], name: str, query: str
) -> list[Column]:
    meanings = {column.name: column.comment for column in known["fact"].columns}
    meanings |= {column.name: column.comment for column in known[name].columns} if name in known else {}
    described = connection.execute(f"DESCRIBE {query}").fetchall()
    return [Column(column, kind, OWN_COLUMNS.get((name, column)) or meanings[column]) for column, kind, *_ in described]


def _copy_table(connection: duckdb.DuckDBPyConnection, query: str, columns: Sequence[Column], path: Path) -> int:
    options = "FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 122880"
    if path.suffix == ".csv":
        query = f"SELECT {', '.join(map(_harmless, columns))} FROM ({query})"
        options = "FORMAT csv, HEADER, TIMESTAMPFORMAT '%Y-%m-%dT%H:%M:%SZ'"
    ((rows,),) = connection.execute(f"COPY ({query}) TO '{quoted(path)}' ({options})").fetchall()
    return int(rows)


def _harmless(column: Column) -> str:
    """The column as CSV has it: lists as JSON, and no text that is a formula."""
    name = f'"{column.name}"'
    if column.type == "VARCHAR":
        return f"if(regexp_matches({name}, '{FORMULA}'), '''' || {name}, {name}) AS {name}"
    return f"to_json({name})::VARCHAR AS {name}" if column.type.endswith("]") else name


def _schema(name: str, table: Table, columns: Sequence[Column]) -> dict[str, Any]:
    fields = [{"name": column.name, "type": TYPES[column.type], "description": column.comment} for column in columns]
    key = {"primaryKey": [KEYS[name]]} if name in KEYS else {}
    foreign = [_reference(other) for other in table.refers]
    return {"fields": fields, "missingValues": [""]} | key | ({"foreignKeys": foreign} if foreign else {})


def _reference(other: str) -> dict[str, Any]:
    return {"fields": [KEYS[other]], "reference": {"resource": other, "fields": [KEYS[other]]}}


def _resource(name: str, path: Path, title: str) -> dict[str, Any]:
    form = path.suffix[1:]
    return {
        "name": name,
        "title": title,
        "path": f"data/{path.name}",
        "format": form,
        "mediatype": MEDIA_TYPES[form],
        "bytes": path.stat().st_size,
        "hash": f"sha256:{sha256_of_file(path)}",
    }


def _write_texts(partial: Path, descriptor: Mapping[str, Any]) -> None:
    (partial / "datapackage.json").write_text(json.dumps(descriptor, indent=2, ensure_ascii=False) + "\n", "utf-8")
    (partial / "README.md").write_text("\n".join(_readme(descriptor)) + "\n", "utf-8")


def _readme(descriptor: Mapping[str, Any]) -> Iterator[str]:
    yield from (f"# {descriptor['title']}", "", descriptor["description"], "")
    yield from (f"Version {descriptor['version']}, snapshot of {descriptor['created']}.", "", "## Tables", "")
    yield from (f"- `{one['path']}`: {one['title']}" for one in descriptor["resources"])
    if "leftOut" in descriptor:
        yield from ("", descriptor["leftOut"])
    yield from ("", "## Licences and citation", "")
    yield "The compilation is under the MIT licence. A figure is a fact of the publication beside it: cite it."
    yield from ("", *(f"- {one['title']} ({one['publisher']}): {one['licence']}" for one in descriptor["sources"]))
    yield from (
        "",
        "Cite the compilation as: the threefutures authors, threefutures, with its version, the day of the",
        "snapshot and the hashes in `datapackage.json`.",
    )
