"""The schema of the database, and its version. `schema.sql` says what each table holds.

sqlite-utils is imported only where a step is run: it takes as long to import as all else of the store.
"""

from __future__ import annotations

import sqlite3
from importlib.resources import files
from typing import TYPE_CHECKING

from bot.errors import StoreError
from bot.store.sqlite import outbox_queue

if TYPE_CHECKING:
    from sqlite_utils import Database

_CHANGES = """
CREATE TABLE paper_changes (seq INTEGER PRIMARY KEY AUTOINCREMENT, paper TEXT NOT NULL UNIQUE);
CREATE TRIGGER papers_in AFTER INSERT ON papers BEGIN
  INSERT OR REPLACE INTO paper_changes(paper) VALUES (new.id);
END;
CREATE TRIGGER papers_over AFTER UPDATE ON papers BEGIN
  INSERT OR REPLACE INTO paper_changes(paper) VALUES (new.id);
END;
CREATE TRIGGER papers_out AFTER DELETE ON papers BEGIN
  INSERT OR REPLACE INTO paper_changes(paper) VALUES (old.id);
END;
"""


def initial(db: Database) -> None:
    """Every table as of the first release."""
    tables = files("bot.store.sqlite").joinpath("schema.sql").read_text("utf-8")
    _run(db, tables + _CHANGES + outbox_queue.TRIGGERS + ";")


def heard_reactions(db: Database) -> None:
    """The newest changes of reactions, numbered: a recount leaves alone what changed since it asked the platform."""
    _run(
        db,
        """
CREATE TABLE heard_reactions (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  tenant TEXT NOT NULL, person TEXT NOT NULL, origin TEXT NOT NULL, emoji TEXT NOT NULL
);
""",
    )


def search_index(db: Database) -> None:
    """For databases in which the keyword search was part of the store."""
    if not db.table("papers_fts").exists():
        return
    for name in ("papers_fts_in", "papers_fts_out", "papers_fts_over"):
        db.execute(f"DROP TRIGGER {name}")
    for name in ("papers_terms", "papers_fts", "paper_facets"):
        db.execute(f"DROP TABLE {name}")
    for name in ("title", "abstract", "authors", "keywords"):
        db.execute(f"ALTER TABLE papers DROP COLUMN {name}")
    _run(db, _CHANGES)
    db.execute("INSERT INTO paper_changes(paper) SELECT id FROM papers ORDER BY seq")


def attempt_times(db: Database) -> None:
    """When the attempt at a post began that may have reached the platform."""
    _run(db, "ALTER TABLE outbox ADD COLUMN tried TEXT NOT NULL DEFAULT '';")


_STEPS = (initial, heard_reactions, search_index, attempt_times)  # in their order


def bring_up_to_date(connection: sqlite3.Connection, name: str) -> None:
    """Run the steps that a database lacks, within a transaction of the caller. `name` is the file's, for errors.

    Raises `StoreError` for a database that this version can't read.
    """
    tables = {table for (table,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    known = "_sqlite_migrations" in tables
    applied = {step for (step,) in connection.execute("SELECT name FROM _sqlite_migrations")} if known else set()
    if tables and not known:
        raise StoreError(
            f"{name} isn't a database of a released Paperboy.", "Move it away; a new one is made at the next start."
        )
    steps = {step.__name__ for step in _STEPS}
    if newer := applied - steps:
        raise StoreError(
            f"{name} was written by a newer Paperboy (steps unknown here: {', '.join(sorted(newer))}).",
            "Start that version, or restore a backup from before the update.",
        )
    if applied != steps:
        _apply(connection)


def _apply(connection: sqlite3.Connection) -> None:
    from sqlite_utils import Database  # noqa: PLC0415
    from sqlite_utils.migrations import Migrations  # noqa: PLC0415

    migrations = Migrations("paperboy")
    for step in _STEPS:
        migrations()(step)
    migrations.apply(Database(connection))


def _run(db: Database, script: str) -> None:
    """Statement by statement: `executescript` would commit the transaction."""
    statement = ""
    for part in script.split(";"):
        statement += part + ";"
        if statement.count("BEGIN") == statement.count("END"):
            db.execute(statement)
            statement = ""
