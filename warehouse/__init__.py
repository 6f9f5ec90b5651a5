"""Where it is kept: landing files, the live DuckDB file, and what is published of it. The only importer of duckdb.

Start with schema.sql. What a number means, and which future it resembles, is decided elsewhere.
"""
