"""The schema of the database, and its version. `schema.sql` says what each table holds."""

import sqlite3
from importlib.resources import files

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from bot.errors import StoreError
from bot.store.sqlite import outbox_queue

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

migrations = Migrations("paperboy")


@migrations()
def initial(db: Database) -> None:
    """Every table as of the first release."""
    tables = files("bot.store.sqlite").joinpath("schema.sql").read_text("utf-8")
    _run(db, tables + _CHANGES + outbox_queue.TRIGGERS + ";")


@migrations()
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


@migrations()
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


@migrations()
def attempt_times(db: Database) -> None:
    """When the attempt at a post began that may have reached the platform."""
    _run(db, "ALTER TABLE outbox ADD COLUMN tried TEXT NOT NULL DEFAULT '';")


STEPS = frozenset({"initial", "heard_reactions", "search_index", "attempt_times"})  # those this version knows


def bring_up_to_date(connection: sqlite3.Connection, name: str) -> None:
    """Run the steps that a database lacks, within a transaction of the caller. `name` is the file's, for errors.

    Raises `StoreError` for a database that this version can't read.
    """
    db = Database(connection)
    if not db.table("_sqlite_migrations").exists() and db.table_names():
        raise StoreError(
            f"{name} isn't a database of a released Paperboy.", "Move it away; a new one is made at the next start."
        )
    if newer := {step.name for step in migrations.applied(db)} - STEPS:
        raise StoreError(
            f"{name} was written by a newer Paperboy (steps unknown here: {', '.join(sorted(newer))}).",
            "Start that version, or restore a backup from before the update.",
        )
    migrations.apply(db)


def _run(db: Database, script: str) -> None:
    """Statement by statement: `executescript` would commit the transaction."""
    statement = ""
    for part in script.split(";"):
        statement += part + ";"
        if statement.count("BEGIN") == statement.count("END"):
            db.execute(statement)
            statement = ""
