"""The schema on PostgreSQL: the tables of SQLite, with functions and triggers of its own."""

from importlib.resources import files
from typing import Any

import psycopg

from bot.errors import StoreError
from bot.store.postgres import dialect
from bot.store.sql.tables import CHANGES, STEP_SQL, TABLES

_FUNCTIONS = files("bot.store.postgres").joinpath("functions.sql").read_text("utf-8")
_LOCK = 9  # an advisory lock: of two processes that start, one waits while the other changes the schema
_COLUMNS = """
SELECT c.relname, array_agg(a.attname ORDER BY a.attnum),
       (SELECT array_agg(attname) FROM pg_index i JOIN pg_attribute k ON k.attrelid = c.oid AND k.attnum = ANY(i.indkey)
        WHERE i.indrelid = c.oid AND i.indisprimary)
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relkind = 'r' AND c.relnamespace = current_schema::regnamespace GROUP BY c.oid, c.relname
"""


def bring_up_to_date(connection: psycopg.Connection[Any]) -> dialect.Keys:
    """Run the steps that the database lacks, within a transaction of the caller; returns the tables' keys.

    Raises `StoreError` for a database that this version can't read.
    """
    connection.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
    connection.execute('CREATE TABLE IF NOT EXISTS schema_steps (name text COLLATE "C" PRIMARY KEY)')
    done = {name for (name,) in connection.execute("SELECT name FROM schema_steps").fetchall()}
    tables = {"initial": TABLES + CHANGES, **STEP_SQL}
    steps = {name: dialect.create_statements(sql) for name, sql in tables.items()} | {"functions": _FUNCTIONS}
    if newer := done - set(steps):
        raise StoreError(
            f"The database was written by a newer Paperboy (steps unknown here: {', '.join(sorted(newer))}).",
            "Start that version, or restore a backup from before the update.",
        )
    for name, sql in steps.items():
        if name not in done:
            connection.execute(sql.encode())
            connection.execute("INSERT INTO schema_steps VALUES (%s)", (name,))
    return {
        table: (primary or (), [name for name in columns if name not in (primary or ())])
        for table, columns, primary in connection.execute(_COLUMNS).fetchall()
    }
