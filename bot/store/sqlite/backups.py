"""Copies of the database: on request, before a change of its schema, and back into an empty data folder."""

import os
import re
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from bot.errors import StoreError
from bot.store.sqlite.schema import missing_steps

MAX_MIGRATION_BACKUPS = 3  # each is as large as the database
_KEY_FILE = re.compile(r"[\w-]+\.key")  # the only files that a backup may bring back
_FILES = "CREATE TABLE backup_files (name TEXT PRIMARY KEY, content BLOB NOT NULL)"
_COUNTS = """
SELECT (SELECT count(*) FROM papers), (SELECT count(*) FROM subscriptions), (SELECT count(*) FROM outbox),
  (SELECT count(*) FROM outbox WHERE state IN ('planned', 'claimed', 'unsure'))
"""


def copy_database(source: sqlite3.Connection, target: Path, files: Mapping[str, bytes]) -> None:
    """Copy all of `source` and the `files` into one new file, for its owner alone, on the disk when this returns.

    It is written beside the target first: a backup that was cut off must not look like one. Raises `sqlite3.Error`.
    """
    part = target.with_name(target.name + ".part")
    part.unlink(missing_ok=True)
    os.close(os.open(part, os.O_RDWR | os.O_CREAT, 0o600))
    try:
        with closing(sqlite3.connect(part)) as copy:
            source.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")  # one file, also on a disk that is read-only
            if files:
                copy.execute(_FILES)
                copy.executemany("INSERT INTO backup_files VALUES (?, ?)", files.items())
                copy.commit()
    except sqlite3.Error:
        part.unlink(missing_ok=True)
        raise
    with part.open("rb") as written:
        os.fsync(written.fileno())
    part.rename(target)


def back_up_before(step: str, path: Path) -> None:
    """Copy the database before `step` changes its schema, into the folder `backups` beside it; delete older copies."""
    folder = path.parent / "backups"
    folder.mkdir(mode=0o700, exist_ok=True)
    with closing(_open(path)) as source:
        copy_database(source, folder / f"before-{step}.db", {})
    for old in sorted(folder.glob("before-*.db"), key=lambda file: file.stat().st_mtime)[:-MAX_MIGRATION_BACKUPS]:
        old.unlink()


def pending_steps(path: Path) -> list[str]:
    """The steps by which this version would change the schema of a database. Raises `StoreError`."""
    try:
        with closing(_open(path)) as db:
            return missing_steps(db, path.name)
    except sqlite3.Error as error:
        raise StoreError(f"{path} can't be read: {error}.", "Set PAPERBOY_HOME to the data folder.") from None


def examine_backup(file: Path) -> str:
    """Read every page of a backup; returns what it holds, counted, for people.

    Raises `StoreError` for one that is damaged or of a newer version.
    """
    try:
        with closing(_open(file, "&immutable=1")) as db:
            missing_steps(db, file.name)
            if (found := db.execute("PRAGMA integrity_check(1)").fetchone()[0]) != "ok":
                raise sqlite3.DatabaseError(found)
            papers, schedules, posts, unsent = db.execute(_COUNTS).fetchone()
            keys = ", ".join(sorted(_files_in(db))) or "none, so sealed tokens and addresses can't be read without them"
            return f"papers: {papers:,}; schedules: {schedules:,}; posts: {posts:,} ({unsent:,} not sent); keys: {keys}"
    except sqlite3.Error as error:
        raise StoreError(f"{file} isn't a whole backup: {error}.", "Restore another one.") from None


def restore_backup(file: Path, path: Path) -> str:
    """Put a backup's database at `path` and its keys beside it; the folder must be empty.

    Returns what it held, for people. Raises `StoreError`; then the folder is empty again.
    """
    if any(path.parent.iterdir()):
        raise StoreError(f"The data folder {path.parent} isn't empty.", "Stop Paperboy and move what is in it away.")
    if file.with_name(f"{file.name}-wal").exists():
        raise StoreError(f"{file} is the database of a running Paperboy.", "Copy it with `paperboy backup` first.")
    contents, keys = examine_backup(file), dict[str, bytes]()
    try:
        with closing(_open(file, "&immutable=1")) as source:
            keys = _files_in(source)
            for name, content in keys.items():
                with os.fdopen(os.open(path.parent / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
                    out.write(content)
            copy_database(source, path, {})
        if examine_backup(path) != contents:
            raise sqlite3.DatabaseError("what was written differs from the backup")
        with closing(sqlite3.connect(path)) as db, db:
            db.execute("DROP TABLE IF EXISTS backup_files")
    except (OSError, sqlite3.Error, StoreError) as error:
        for name in (*keys, path.name):
            path.with_name(name).unlink(missing_ok=True)
        raise StoreError(f"{file} couldn't be restored: {error}.", "Free some space, or check the folder.") from error
    return contents


def _open(file: Path, options: str = "") -> sqlite3.Connection:
    return sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro{options}", uri=True)


def _files_in(db: sqlite3.Connection) -> dict[str, bytes]:
    if not db.execute("SELECT 1 FROM sqlite_master WHERE name = 'backup_files'").fetchone():
        return {}
    return {name: content for name, content in db.execute("SELECT * FROM backup_files") if _KEY_FILE.fullmatch(name)}
