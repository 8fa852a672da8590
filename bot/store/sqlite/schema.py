"""The schema of the database, and its version. `tables.sql` says what each table holds.

sqlite-utils is imported only where a step is run: it takes as long to import as all else of the store.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from functools import partial
from importlib.resources import files
from typing import TYPE_CHECKING

from bot.errors import StoreError
from bot.store.sql.tables import CHANGES, STEP_SQL, TABLES

if TYPE_CHECKING:
    from sqlite_utils import Database

_EMPTY = "NOT EXISTS (SELECT 1 FROM queued_channels WHERE tenant = new.tenant AND channel = new.channel)"
_QUEUE_TRIGGERS = (  # the fair turns of `outbox_queue.py`: name, occasion, what it does, for which row
    ("queued_channels_in", f"AFTER INSERT ON outbox WHEN {_EMPTY}", "queue_channel", "new"),  # a new post is the last
    ("queued_channels_over", "AFTER UPDATE OF state, next_attempt, lease ON outbox", "queue_channel", "new"),
    ("queued_channels_out", "AFTER DELETE ON outbox", "queue_channel", "old"),
    ("queued_tenants_in", "AFTER INSERT ON queued_channels", "queue_tenant", "new"),
    ("queued_tenants_over", "AFTER UPDATE ON queued_channels", "queue_tenant", "new"),
    ("queued_tenants_out", "AFTER DELETE ON queued_channels", "queue_tenant", "old"),
)


def _script(name: str) -> str:
    return files("bot.store.sqlite").joinpath(f"{name}.sql").read_text("utf-8")


def _queue_triggers() -> str:
    return "".join(
        f"CREATE TRIGGER {name} {occasion} BEGIN\n{_script(work).format(row=row)}END;\n"
        for name, occasion, work, row in _QUEUE_TRIGGERS
    )


def _run(script: str, db: Database) -> None:
    """Statement by statement: `executescript` would commit the transaction."""
    statement = ""
    for part in script.split(";"):
        statement += part + ";"
        if statement.count("BEGIN") == statement.count("END"):
            db.execute(statement)
            statement = ""


def _search_index(db: Database) -> None:
    """For databases in which the keyword search was part of the store."""
    if not db.table("papers_fts").exists():
        return
    for name in ("papers_fts_in", "papers_fts_out", "papers_fts_over"):
        db.execute(f"DROP TRIGGER {name}")
    for name in ("papers_terms", "papers_fts", "paper_facets"):
        db.execute(f"DROP TABLE {name}")
    for name in ("title", "abstract", "authors", "keywords"):
        db.execute(f"ALTER TABLE papers DROP COLUMN {name}")
    _run(CHANGES + _script("paper_triggers"), db)
    db.execute("INSERT INTO paper_changes(paper) SELECT id FROM papers ORDER BY seq")


_STEPS: dict[str, Callable[[Database], None]] = {  # in their order
    "initial": partial(_run, TABLES + CHANGES + _script("paper_triggers") + _queue_triggers()),
    "search_index": _search_index,
    **{name: partial(_run, sql) for name, sql in STEP_SQL.items()},
}


def missing_steps(connection: sqlite3.Connection, name: str) -> list[str]:
    """The steps that a database lacks, in their order. `name` is the file's, for errors.

    Raises `StoreError` for a database that this version can't read.
    """
    tables = {table for (table,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    known = "_sqlite_migrations" in tables
    applied = {step for (step,) in connection.execute("SELECT name FROM _sqlite_migrations")} if known else set()
    if tables and not known:
        raise StoreError(
            f"{name} isn't a database of a released Paperboy.", "Move it away; a new one is made at the next start."
        )
    if newer := applied - set(_STEPS):
        raise StoreError(
            f"{name} was written by a newer Paperboy (steps unknown here: {', '.join(sorted(newer))}).",
            "Start that version, or restore a backup from before the update (docs/upgrading.md).",
        )
    return [step for step in _STEPS if step not in applied]


def bring_up_to_date(connection: sqlite3.Connection, name: str, before: Callable[[str], None]) -> None:
    """Run the steps that a database lacks, within a transaction of the caller; raises like `missing_steps`.

    `before` is called with the first step that changes an existing database. `name` is the file's, for errors.
    """
    if steps := missing_steps(connection, name):
        if steps[0] != "initial":
            before(steps[0])
        _apply(connection)


def _apply(connection: sqlite3.Connection) -> None:
    from sqlite_utils import Database  # noqa: PLC0415
    from sqlite_utils.migrations import Migrations  # noqa: PLC0415

    migrations = Migrations("paperboy")
    for name, step in _STEPS.items():
        migrations(name=name)(step)
    migrations.apply(Database(connection))
