"""The tables, and the steps that changed them since the first release; `tables.sql` says what each holds."""

from importlib.resources import files

TABLES = files("bot.store.sql").joinpath("tables.sql").read_text("utf-8")
STEP_SQL = {  # what both engines run
    "heard_reactions": """
CREATE TABLE heard_reactions (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  tenant TEXT NOT NULL, person TEXT NOT NULL, origin TEXT NOT NULL, emoji TEXT NOT NULL
);
""",
    "attempt_times": "ALTER TABLE outbox ADD COLUMN tried TEXT NOT NULL DEFAULT '';",
}
STEP_SQL |= {
    name: files("bot.store.sql").joinpath(f"{name}.sql").read_text("utf-8") for name in ("reading_lists", "our_people")
}
CHANGES = "CREATE TABLE paper_changes (seq INTEGER PRIMARY KEY AUTOINCREMENT, paper TEXT NOT NULL UNIQUE);"
