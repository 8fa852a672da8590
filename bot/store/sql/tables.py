"""The tables, and the steps that changed them since the first release. `tables.sql` says what each holds."""

from importlib.resources import files


def _script(name: str) -> str:
    return files("bot.store.sql").joinpath(f"{name}.sql").read_text("utf-8")


STEPS = ("heard_reactions", "attempt_times", "reading_lists", "our_people")  # in their order
TABLES = _script("tables")
STEP_SQL = {name: _script(name) for name in STEPS}  # what both engines run
CHANGES = "CREATE TABLE paper_changes (seq INTEGER PRIMARY KEY AUTOINCREMENT, paper TEXT NOT NULL UNIQUE);"
