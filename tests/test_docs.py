"""What the documents say is so."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import msgspec
import pytest

from bot.app.adapters import installed
from bot.cli import main
from bot.commands.help import EXAMPLES
from bot.config import Settings, _path, load
from tests.fakes.invites import COMMANDS
from tools.reference import pages

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")


def fields(kind: object, path: str = "") -> set[str]:
    found: set[str] = set()
    for field in msgspec.structs.fields(kind):  # type: ignore[arg-type]
        if isinstance(field.type, type) and issubclass(field.type, msgspec.Struct):
            found |= fields(field.type, f"{path}{field.name}.")
        elif field.name not in {"adapters", "prices"}:  # tables with names of their own
            found.add(f"{path}{field.name}")
    return found


def test_every_setting_is_listed_with_its_default() -> None:
    text = re.sub(r"^# (\w+ = )", r"\1", (ROOT / "config" / "paperboy.toml").read_text("utf-8"), flags=re.MULTILINE)
    listed = tomllib.loads(text)
    listed["adapters"] = {}
    secret = {"sources.huggingface.token", "summaries.api_key"}
    assert fields(Settings) - secret == _leaves(listed)
    assert msgspec.convert(listed, Settings) == load(None, {})


def test_secrets_are_named_for_the_environment() -> None:
    example = (ROOT / "config" / "env.example").read_text("utf-8")
    assert "ANTHROPIC_API_KEY" in example
    assert "HF_TOKEN" in example


def test_the_readme_names_commands_that_exist() -> None:
    known = {command.name for command in COMMANDS}
    for name in re.findall(r"`/papers ([a-z]+)", README):
        assert name in known | {"hypernetworks"}, name
    for name in re.findall(r"^\$ paperboy (\w+)", README, flags=re.MULTILINE):
        assert name in main.commands, name


def test_every_command_explains_itself() -> None:
    assert set(EXAMPLES) <= {command.name for command in COMMANDS}
    for command in COMMANDS:
        assert command.help.summary.endswith(".")
        assert command.help.usage.split()[0] in {command.name, "QUERY"}


def test_links_between_documents_lead_somewhere() -> None:
    for document in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))):
        for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", document.read_text("utf-8")):
            assert (document.parent / target).exists(), f"{document.name}: {target}"


@pytest.mark.parametrize("name", ["requirements-build.txt", "requirements.txt", "constraints.txt"])
def test_exact_versions_come_with_hashes_and_without_addresses(name: str) -> None:
    text = (ROOT / name).read_text("utf-8").replace(" \\\n", "")
    hashed = r"[a-z0-9._-]+==[A-Za-z0-9.+!]+(?: ; [\w .'<>=!()]+)?(?: +--hash=sha256:[0-9a-f]{64})+"
    assert [line[:60] for line in text.splitlines() if not re.fullmatch(hashed, line)] == []


def test_what_tests_need_holds_what_running_needs() -> None:
    def pins(name: str) -> set[str]:
        return set(re.findall(r"^([a-z0-9._-]+==[^ ]+)", (ROOT / name).read_text("utf-8"), re.M))

    assert pins("requirements.txt") <= pins("constraints.txt")


def _leaves(tree: dict[str, object], path: str = "") -> set[str]:
    found: set[str] = set()
    for name, value in tree.items():
        if isinstance(value, dict):
            found |= _leaves(value, f"{path}{name}.")
        else:
            found.add(f"{path}{name}")
    return found


def test_the_places_that_contributing_names_exist() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    places = re.findall(r"`((?:bot|adapters|docs|config)/[\w./-]+)`", text)
    assert len(places) >= 20
    assert [place for place in places if not (ROOT / place).exists()] == []


def test_a_how_to_is_one_to_two_screens() -> None:
    for page in (ROOT / "docs" / "howto").glob("*.md"):
        assert len(page.read_text("utf-8").splitlines()) <= 140, page.name


def test_the_references_are_current_and_name_variables_that_work() -> None:
    for file, text in pages().items():
        assert file.read_text("utf-8") == text, f"{file.name} is out of date: run python -m tools.reference"
    assert "PAPERBOY_HOME" in (ROOT / "docs" / "settings.md").read_text("utf-8")
    for section, rows in re.findall(r"^## `\[([\w.]+)\]`\n(.*?)(?=^## |\Z)", "".join(pages().values()), re.M | re.S):
        for setting, variable in re.findall(r"^\| `(\w+)`[^|]*<br>`(\w+)`", rows, re.M):
            assert ".".join(_path(variable, installed()) or ()) == f"{section}.{setting}", variable


@pytest.mark.slow
def test_the_documentation_builds_with_every_link_and_picture(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "mkdocs",
        "build",
        "--config-file",
        "packaging/mkdocs.yml",
        "--site-dir",
        str(tmp_path),
    ]
    environment = os.environ | {"NO_MKDOCS_2_WARNING": "1"}
    built = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    page = (tmp_path / "index.html").read_text("utf-8")
    fetched = re.findall(r"<(?:script|img|iframe)[^>]* src=\"?([^\" >]+)", page) + re.findall(
        r"<link[^>]* rel=\"?(?:stylesheet|preconnect|icon)\"?[^>]* href=\"?([^\" >]+)", page
    )
    assert fetched
    assert [url for url in fetched if url.startswith(("http", "//"))] == []
