"""The manifest, the documents and the code ask for the same."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from adapters.slack.inbound.assistant import PROMPTS
from adapters.slack.inbound.bolt_app import EVENT_HANDLERS
from adapters.slack.inbound.events import MENU
from adapters.slack.inbound.workflow_step import CALLBACK
from adapters.slack.install.scopes import OPTIONAL_SCOPES, SCOPES
from adapters.slack.settings import Settings
from bot.chat.message import Action
from bot.commands.buttons import MENU as ENTRIES

yaml = pytest.importorskip("yaml", reason="PyYAML, which reads the manifest, is not installed")

ROOT = Path(__file__).parents[3]


TEXT = (ROOT / "config" / "slack-manifest.yml").read_text("utf-8")
OLDER = {"assistant_thread_context_changed", "assistant_thread_started"}  # of apps made before `agent_view`
FEATURES = ("assistant", "objects", "pictures", "workflow")


def with_features(*names: str) -> Any:
    """The manifest, with the lines of some optional features."""
    return yaml.safe_load(re.sub(rf"#({'|'.join(names)}) ", "", TEXT) if names else TEXT)


@pytest.fixture
def manifest() -> Any:
    """With everything."""
    return with_features(*FEATURES)


@pytest.fixture
def document() -> str:
    return (ROOT / "docs" / "slack.md").read_text("utf-8")


def test_the_manifest_asks_for_the_scopes_that_are_used(manifest: Any) -> None:
    assert with_features()["oauth_config"]["scopes"]["bot"] == sorted(SCOPES)
    assert manifest["oauth_config"]["scopes"]["bot"] == sorted(SCOPES | OPTIONAL_SCOPES)


def test_the_manifest_subscribes_to_what_is_heard(manifest: Any) -> None:
    wanted = manifest["settings"]["event_subscriptions"]["bot_events"]
    heard = {"message.im" if name == "message" else name for name in EVENT_HANDLERS} - OLDER
    assert wanted == sorted(heard)


def test_the_manifest_has_the_entries_of_the_menu(manifest: Any) -> None:
    shortcuts = manifest["features"]["shortcuts"]
    assert {(s["name"], Action.parse(s["callback_id"].removeprefix(MENU))) for s in shortcuts} == {
        (entry.label, entry.action) for entry in ENTRIES
    }
    assert all(s["type"] == "message" and len(s["name"]) <= 24 for s in shortcuts)


def test_the_document_gives_each_scope_its_reason(document: str) -> None:
    rows = re.findall(r"^\| `([\w.]+:\w+|commands)` \| (.+?) \| <(\S+)> \|$", document, re.M)
    assert {name: why for name, why, _ in rows} == {n: scope.why for n, scope in (SCOPES | OPTIONAL_SCOPES).items()}
    home = "https://docs.slack.dev/reference/scopes"
    assert all(source == f"{home}/{name.replace(':', '.')}" for name, _, source in rows)


def test_the_document_lists_every_setting(document: str) -> None:
    listed = set(re.findall(r"`(\w+)`", document.partition("## Settings")[2].partition("\n## ")[0]))
    assert set(Settings.__struct_fields__) <= listed


def test_the_document_says_what_each_event_is_for_and_which_scope_it_needs(manifest: Any, document: str) -> None:
    rows = re.findall(r"^\| `([a-z_.]+)` \| .+? \| (.+?) \| <(https://\S+?)> \|$", document, re.M)
    assert [name for name, _, _ in rows] == manifest["settings"]["event_subscriptions"]["bot_events"]
    granted = set(manifest["oauth_config"]["scopes"]["bot"])
    for name, needed, source in rows:
        assert set(re.findall(r"`(\S+?)`", needed)) <= granted, name
        assert source == f"https://docs.slack.dev/reference/events/{name}"


def test_the_workflow_step_is_the_one_that_is_run(manifest: Any) -> None:
    assert list(manifest["functions"]) == [CALLBACK]
    assert set(manifest["functions"][CALLBACK]["input_parameters"]) == {"channel", "topic"}


@pytest.mark.parametrize("features", [(), ("assistant",), ("pictures",), ("workflow",), FEATURES])
def test_slack_would_take_the_manifest(features: tuple[str, ...]) -> None:
    """The rules of Slack's own schema (slackapi/manifest-schema, version 1) for every part that is used."""
    assert list(problems(with_features(*features), ALLOWED)) == []


SCHEMA = ROOT.parent / "shared" / "specs" / "slack" / "manifest.schema.1.0.0.json"


@pytest.mark.skipif(not SCHEMA.exists(), reason="Slack's manifest schema (../shared/specs) is not here")
@pytest.mark.parametrize("features", [(), FEATURES])
def test_the_manifest_is_valid_by_slacks_own_schema(features: tuple[str, ...]) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    jsonschema.validate(with_features(*features), json.loads(SCHEMA.read_text("utf-8")))


# What Slack's schema allows: a string's least and most characters, a list's most items and what they are, an object's
# keys (`*`: any, as of a map).
FLAG, WORD = bool, (1, 50)
ALLOWED: Any = {
    "_metadata": {"major_version": int, "minor_version": int},
    "display_information": {"name": (1, 35), "description": (1, 140), "background_color": (4, 7)},
    "features": {
        "app_home": {
            "home_tab_enabled": FLAG,
            "messages_tab_enabled": FLAG,
            "messages_tab_read_only_enabled": FLAG,
        },
        "bot_user": {"display_name": (1, 80), "always_online": FLAG},
        "slash_commands": [
            50,
            {"command": (2, 32), "description": (1, 2000), "usage_hint": (1, 1000), "should_escape": FLAG},
        ],
        "shortcuts": [10, {"name": (1, 24), "type": (6, 7), "callback_id": (1, 255), "description": (1, 150)}],
        "unfurl_domains": [5, (1, 255)],
        "agent_view": {
            "agent_description": (1, 300),
            "suggested_prompts": [4, {"title": (1, 300), "message": (1, 300)}],
        },
    },
    "oauth_config": {"scopes": {"bot": [255, WORD]}},
    "functions": {
        "*": {
            "title": (1, 255),
            "description": (1, 255),
            "input_parameters": {
                "*": {
                    "name": WORD,
                    "type": WORD,
                    "title": (1, 255),
                    "description": (1, 255),
                    "is_required": FLAG,
                }
            },
            "output_parameters": {"*": {}},
        }
    },
    "settings": {
        "event_subscriptions": {"bot_events": [100, WORD]},
        "interactivity": {"is_enabled": FLAG},
        "org_deploy_enabled": FLAG,
        "socket_mode_enabled": FLAG,
        "token_rotation_enabled": FLAG,
        "function_runtime": (1, 50),
    },
}


def problems(part: Any, rule: Any, at: str = "") -> Iterator[str]:
    match rule:
        case dict() if isinstance(part, dict):
            for name, value in part.items():
                if name in rule or "*" in rule:
                    yield from problems(value, rule.get(name, rule.get("*")), f"{at}/{name}")
                else:
                    yield f"{at}/{name} is unknown"
        case [most, item] if isinstance(part, list):
            if len(part) > most or len({str(one) for one in part}) < len(part):
                yield f"{at} has too many items, or one twice"
            for i, one in enumerate(part):
                yield from problems(one, item, f"{at}/{i}")
        case (least, most) if isinstance(part, str):
            if not least <= len(part) <= most:
                yield f"{at} has {len(part)} characters"
        case type() if isinstance(part, rule):
            return
        case _:
            yield f"{at} is a {type(part).__name__}"


def test_the_assistants_prompts_are_the_ones_that_are_offered(manifest: Any) -> None:
    prompts = manifest["features"]["agent_view"]["suggested_prompts"]
    assert tuple((prompt["title"], prompt["message"]) for prompt in prompts) == PROMPTS
