"""Backing up, restoring, and bringing an older store up to date, as those who run Paperboy do it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot.errors import StoreError
from bot.store import open_store
from tests.fakes.world import paperboy

KEPT = Path(__file__).parent / "stores"
SCHEMAS = sorted(KEPT.glob("*.sql"))


def make_home(home: Path, schema: Path) -> Path:
    """A data folder with a kept store: posts under way to the browser chat."""
    home.mkdir(mode=0o700)
    with closing(sqlite3.connect(home / "paperboy.db")) as db:
        db.executescript(schema.read_text("utf-8"))
    (home / "site.key").write_text("secret\n", "ascii")
    return home


def make_older(home: Path) -> None:
    """Take the store back to what it was before its last step."""
    with closing(sqlite3.connect(home / "paperboy.db")) as db, db:
        db.execute("DELETE FROM _sqlite_migrations WHERE name = 'attempt_times'")
        db.execute("ALTER TABLE outbox DROP COLUMN tried")


def rows(home: Path, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(home / "paperboy.db")) as db:
        return db.execute(query).fetchall()


@pytest.mark.slow
@pytest.mark.parametrize("schema", SCHEMAS, ids=lambda file: str(file.stem))
async def test_a_kept_store_is_upgraded_and_its_posts_arrive(tmp_path: Path, schema: Path) -> None:
    home = make_home(tmp_path / "home", schema)
    if schema.stem == "attempt_times":
        make_older(home)
    kept = rows(home, "SELECT paper, person, value FROM ballots") + rows(home, "SELECT id FROM subscriptions")
    under_way = dict(rows(home, "SELECT key, state FROM outbox"))
    assert set(under_way.values()) == {"planned", "claimed", "unsure"}
    off = {"PAPERBOY_SOURCES_HUGGINGFACE_ENABLED": "false", "PAPERBOY_SEARCH_SEMANTIC": "false"}
    ran = await paperboy(home, "run", "--until-idle", **off)
    assert ran.code == 0, ran.err
    assert rows(home, "SELECT paper, person, value FROM ballots") + rows(home, "SELECT id FROM subscriptions") == kept
    sent = dict(rows(home, "SELECT key, state FROM outbox"))
    assert {sent[key] for key in under_way} == {"sent"}


async def test_an_older_store_is_copied_before_it_is_changed_and_the_copy_can_go_back(tmp_path: Path) -> None:
    home = make_home(tmp_path / "home", SCHEMAS[-1])
    make_older(home)
    told = await paperboy(home, "migrate", "--check")
    assert (told.code, "to do: attempt_times" in told.err) == (1, True), told.err
    assert not (home / "backups").exists()
    for old in range(3):
        (home / "backups").mkdir(exist_ok=True)
        (home / "backups" / f"before-{old}.db").touch()
    assert "done: attempt_times" in (await paperboy(home, "migrate")).err
    copy = home / "backups" / "before-attempt_times.db"
    assert copy.stat().st_mode & 0o077 == 0
    assert len(list((home / "backups").iterdir())) == 3
    assert "Up to date." in (await paperboy(home, "migrate", "--check")).err
    assert (await paperboy(tmp_path / "again", "restore", str(copy))).code == 0
    assert (await paperboy(tmp_path / "again", "migrate", "--check")).code == 1


async def test_a_failed_copy_leaves_the_store_as_it_was(tmp_path: Path) -> None:
    home = make_home(tmp_path / "home", SCHEMAS[-1])
    make_older(home)
    (home / "backups").write_text("a file, where the folder should be")
    with pytest.raises(StoreError, match="can't be opened"):
        await open_store(home / "paperboy.db")
    assert rows(home, "SELECT count(*) FROM _sqlite_migrations WHERE name = 'attempt_times'") == [(0,)]


async def test_a_backup_is_restored_into_an_empty_folder_with_its_keys(tmp_path: Path) -> None:
    home, copy = make_home(tmp_path / "home", SCHEMAS[-1]), tmp_path / "copy.db"
    made = await paperboy(home, "backup", str(copy))
    assert "It holds secrets." in made.err
    assert "keys: site.key" in made.err
    assert copy.stat().st_mode & 0o077 == 0
    restored = await paperboy(tmp_path / "new", "restore", str(copy))
    assert restored.code == 0, restored.err
    assert "not sent" in restored.err
    new = tmp_path / "new"
    assert sorted(file.name for file in new.iterdir()) == ["paperboy.db", "site.key"]
    assert all(file.stat().st_mode & 0o077 == 0 for file in new.iterdir())
    assert rows(new, "SELECT key, state FROM outbox ORDER BY key") == rows(
        home, "SELECT key, state FROM outbox ORDER BY key"
    )
    assert list(tmp_path.glob("copy.db-*")) == []


async def test_keys_can_be_stored_apart(tmp_path: Path) -> None:
    home = make_home(tmp_path / "home", SCHEMAS[-1])
    assert "keys: none" in (await paperboy(home, "backup", str(tmp_path / "copy.db"), "--without-keys")).err
    assert (await paperboy(tmp_path / "new", "restore", str(tmp_path / "copy.db"))).code == 0
    assert [file.name for file in (tmp_path / "new").iterdir()] == ["paperboy.db"]


def damage(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def make_newer(file: Path) -> None:
    with closing(sqlite3.connect(file)) as db, db:
        db.execute("INSERT INTO _sqlite_migrations(migration_set, name, applied_at) VALUES ('paperboy', 'm999', 'x')")


def add_other_file(file: Path) -> None:
    with closing(sqlite3.connect(file)) as db, db:
        db.execute("INSERT INTO backup_files VALUES ('../outside.key', 'x')")


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [(damage, "isn't a whole backup"), (make_newer, "newer Paperboy"), (lambda file: file.write_text("x"), "isn't")],
    ids=["cut off", "of a newer version", "no database"],
)
async def test_a_backup_that_is_not_whole_is_refused_and_leaves_nothing(
    tmp_path: Path, spoil: object, reason: str
) -> None:
    home, copy = make_home(tmp_path / "home", SCHEMAS[-1]), tmp_path / "copy.db"
    await paperboy(home, "backup", str(copy))
    spoil(copy)  # type: ignore[operator]
    ran = await paperboy(tmp_path / "new", "restore", str(copy))
    assert ran.code == 1
    assert reason in " ".join(ran.err.split())
    assert "Traceback" not in ran.err
    assert list((tmp_path / "new").iterdir()) == []


async def test_a_folder_in_use_and_a_live_database_are_refused_and_only_keys_come_back(tmp_path: Path) -> None:
    home, copy = make_home(tmp_path / "home", SCHEMAS[-1]), tmp_path / "copy.db"
    await paperboy(home, "backup", str(copy))
    assert "isn't empty" in " ".join((await paperboy(home, "restore", str(copy))).err.split())
    (tmp_path / "copy.db-wal").touch()
    assert "running Paperboy" in " ".join((await paperboy(tmp_path / "new", "restore", str(copy))).err.split())
    (tmp_path / "copy.db-wal").unlink()
    add_other_file(copy)
    assert (await paperboy(tmp_path / "new", "restore", str(copy))).code == 0
    assert not (tmp_path / "outside.key").exists()


async def test_a_postgresql_database_has_its_own_tools(tmp_path: Path) -> None:
    url = {"DATABASE_URL": "postgresql://127.0.0.1:9/none"}
    for arguments in (("restore", str(SCHEMAS[0])), ("migrate", "--check")):
        ran = await paperboy(tmp_path / "home", *arguments, **url)
        assert (ran.code, "pg_dump" in ran.err) == (1, True), ran.err
