"""The data folder is its owner's alone, whatever the umask."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from bot.app.home import make_home
from bot.errors import ConfigError
from tests.fakes.prefork import ROOT


@pytest.mark.parametrize("umask", ["000", "022", "077"])
def test_a_new_home_and_all_that_is_in_it_is_private(tmp_path: Path, umask: str) -> None:
    home = tmp_path / "new" / "home"
    environ = {"PATH": os.environ["PATH"], "PAPERBOY_HOME": str(home), "PAPERBOY_SEARCH_SEMANTIC": "false"}
    command = f"umask {umask}; exec {sys.executable} -m bot search birds"
    ran = subprocess.run(
        ["/bin/sh", "-c", command], cwd=ROOT, env=environ, capture_output=True, timeout=60, check=False
    )
    assert ran.returncode == 0, ran.stderr
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in [home, *home.rglob("*")]}
    assert modes["home"] == 0o700
    inside = {path.name for path in home.glob("search-index/*/*")}  # made by a library, in a folder that is private
    assert not [name for name, mode in modes.items() if mode & 0o077 and name not in inside], modes


def test_an_empty_folder_becomes_private_and_one_in_use_stays_as_it_is(tmp_path: Path) -> None:
    empty, used = tmp_path / "empty", tmp_path / "used"
    for folder in (empty, used):
        folder.mkdir()
        folder.chmod(0o750)
    (used / "notes.txt").write_text("mine")
    make_home(empty)
    make_home(used)
    assert stat.S_IMODE(empty.stat().st_mode) == 0o700
    assert stat.S_IMODE(used.stat().st_mode) == 0o750


def test_a_home_that_can_not_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="can't be created"):
        make_home(tmp_path / "file" / "home")
