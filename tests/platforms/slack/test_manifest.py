"""The manifest, the documents and the code ask for the same."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from adapters.slack.inbound.bolt_app import EVENT_HANDLERS
from adapters.slack.inbound.events import MENU
from adapters.slack.install.scopes import SCOPES
from adapters.slack.settings import Settings
from bot.chat.message import Action
from bot.commands.buttons import MENU as ENTRIES

yaml = pytest.importorskip("yaml", reason="PyYAML, which reads the manifest, is not installed")

ROOT = Path(__file__).parents[3]


@pytest.fixture
def manifest() -> Any:
    return yaml.safe_load((ROOT / "config" / "slack-manifest.yml").read_text("utf-8"))


@pytest.fixture
def document() -> str:
    return (ROOT / "docs" / "slack.md").read_text("utf-8")


def test_the_manifest_asks_for_the_scopes_that_are_used(manifest: Any) -> None:
    assert manifest["oauth_config"]["scopes"]["bot"] == sorted(SCOPES)


def test_the_manifest_subscribes_to_what_is_heard(manifest: Any) -> None:
    wanted = manifest["settings"]["event_subscriptions"]["bot_events"]
    heard = {"message.im" if name == "message" else name for name in EVENT_HANDLERS}
    assert wanted == sorted(heard)


def test_the_manifest_has_the_entries_of_the_menu(manifest: Any) -> None:
    shortcuts = manifest["features"]["shortcuts"]
    assert {(s["name"], Action.parse(s["callback_id"].removeprefix(MENU))) for s in shortcuts} == {
        (entry.label, entry.action) for entry in ENTRIES
    }
    assert all(s["type"] == "message" and len(s["name"]) <= 24 for s in shortcuts)


def test_the_document_gives_each_scope_its_reason(document: str) -> None:
    told = dict(re.findall(r"^\| `([\w.]+(?::\w+)?)` \| (.+?) \|$", document, re.M))
    assert {name: told.get(name) for name in SCOPES} == {name: scope.why for name, scope in SCOPES.items()}


def test_the_document_lists_every_setting(document: str) -> None:
    listed = set(re.findall(r"`(\w+)`", document.partition("## Settings")[2].partition("\n## ")[0]))
    assert set(Settings.__struct_fields__) <= listed
