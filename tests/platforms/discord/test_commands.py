"""What Discord is told of the commands, and the settings."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from adapters.discord import make
from adapters.discord.commands import command_payload, fingerprint, without_global_fields
from adapters.discord.permissions import ALL_NEEDED, invite_url, missing_permissions, permission_names
from adapters.discord.settings import read_settings
from bot.chat.adapter import Setup
from bot.clock import FixedClock
from bot.commands.buttons import MENU
from bot.errors import ConfigError
from bot.store.sql import Store
from tests.fakes.discord.command_limits import check_commands
from tests.fakes.invites import COMMANDS


def told() -> list[dict[str, Any]]:
    return command_payload([command.help for command in COMMANDS], MENU)


def test_discord_takes_the_commands_of_the_real_core() -> None:
    check_commands(told())
    assert [command["name"] for command in told()][:2] == ["papers", "papers-schedule"]


def test_every_one_is_said_in_other_languages_too() -> None:
    for command in told():
        said = command.get("description_localizations") or command.get("name_localizations")
        assert set(said or ()) <= {"de", "fr", "es-ES", "es-419", "pt-BR", "zh-CN", "ja", "ko"}, command["name"]


def test_setting_schedules_needs_a_right_by_default_and_searching_none() -> None:
    rights = {command["name"]: command.get("default_member_permissions") for command in told()}
    assert (rights["papers"], rights["papers-schedule"]) == (None, "32")


def test_commands_of_one_server_have_no_fields_of_global_ones() -> None:
    assert {name for command in told() for name in command} >= {"contexts", "integration_types"}
    assert not {name for command in told() for name in without_global_fields(command)} & {
        "contexts",
        "integration_types",
    }


def test_the_fingerprint_follows_the_commands() -> None:
    assert fingerprint(told()) == fingerprint(told())
    assert fingerprint(told()) != fingerprint(told()[1:])


def test_the_invite_link_in_the_documentation_is_the_real_one() -> None:
    document = (Path(__file__).parents[3] / "docs" / "discord.md").read_text("utf-8")
    assert invite_url("YOUR_APPLICATION_ID") in document
    assert all(f"| {name} |" in document for name in permission_names(ALL_NEEDED))


class TestPermissions:
    def lacking(self, *overwrites: dict[str, Any], role: int = 0, kind: int = 0) -> int:
        guild = {
            "id": "1",
            "roles": [{"id": "1", "permissions": str(ALL_NEEDED)}, {"id": "2", "permissions": str(role)}],
        }
        return missing_permissions(
            guild, {"roles": ["2"]}, {"permission_overwrites": list(overwrites), "type": kind}, "9"
        )

    def test_the_nearer_overwrite_decides(self) -> None:
        deny, allow = {"deny": str(1 << 11), "allow": "0"}, {"deny": "0", "allow": str(1 << 11)}
        assert self.lacking() == 0
        assert self.lacking({"id": "1", **deny}) == 1 << 11
        assert self.lacking({"id": "1", **deny}, {"id": "2", **allow}) == 0
        assert self.lacking({"id": "2", **allow}, {"id": "9", **deny}) == 1 << 11
        assert self.lacking({"id": "7", **deny}) == 0

    def test_a_forum_needs_no_right_to_create_threads(self) -> None:
        without = {"id": "1", "deny": str(1 << 35), "allow": "0"}
        assert (self.lacking(without), self.lacking(without, kind=15)) == (1 << 35, 0)

    def test_an_administrator_lacks_nothing(self) -> None:
        assert self.lacking({"id": "9", "deny": str(ALL_NEEDED), "allow": "0"}, role=1 << 3) == 0


class TestSettings:
    def test_without_a_token_there_is_no_adapter(self, store: Store, clock: FixedClock, tmp_path: Path) -> None:
        for options in ({}, {"token": ""}, {"token": "x", "enabled": "false"}):
            setup = Setup(options=options, storage=store.key_value("discord"), home=tmp_path, clock=clock)
            assert make(setup) is None

    @pytest.mark.parametrize(
        "options", [{"nonsense": 1}, {"guilds": "abc"}, {"shards": "-1"}, {"api_url": "x"}, {"crosspost": "perhaps"}]
    )
    def test_a_wrong_one_is_answered_with_what_is_right(self, options: dict[str, object]) -> None:
        with pytest.raises(ConfigError) as caught:
            read_settings({"token": "x", **options})
        assert caught.value.hint

    def test_values_may_be_texts(self) -> None:
        found = read_settings({"token": "Bot abc", "guilds": "1, 2", "shards": "3", "crosspost": "yes"})
        assert found is not None
        assert (found.token, found.guilds, found.shards, found.crosspost) == ("abc", ("1", "2"), 3, True)
        assert "abc" not in repr(found)


def test_an_adapter_that_is_not_configured_loads_no_library() -> None:
    look = "import sys, adapters.discord; sys.exit('discord' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", look], cwd=Path(__file__).parents[3], check=False).returncode == 0
