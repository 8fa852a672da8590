"""Application commands: registered, kept under their ids, held to their limits."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fakes.discord import FakeDiscord
from tests.platforms.discord.fake.conftest import Ask, Home


@pytest.fixture
async def path(ask: Ask) -> str:
    _, application = await ask("GET", "/oauth2/applications/@me")
    return f"/applications/{application['id']}/commands"


def command(name: str = "papers", **more: Any) -> dict[str, Any]:
    return {"name": name, "description": "Find papers", "type": 1} | more


def option(name: str = "query", **more: Any) -> dict[str, Any]:
    return {"name": name, "description": "What about", "type": 3} | more


async def test_a_bulk_overwrite_replaces_all_and_keeps_the_ids_of_the_same_names(
    fake: FakeDiscord, ask: Ask, path: str
) -> None:
    _, first = await ask("PUT", path, [command("papers"), command("gone")])
    _, second = await ask("PUT", path, [command("papers", description="Find more"), command("new")])
    assert first[0]["id"] == second[0]["id"]
    _, listed = await ask("GET", path)
    assert [(one["name"], one["description"]) for one in listed] == [("papers", "Find more"), ("new", "Find papers")]
    assert fake.state()["syncs"] == ["", ""]


async def test_a_guild_has_commands_of_its_own(fake: FakeDiscord, home: Home, ask: Ask, path: str) -> None:
    own = path.replace("/commands", f"/guilds/{home.guild}/commands")
    await ask("PUT", own, [command(default_member_permissions="32")])
    assert (await ask("GET", path))[1] == []
    _, listed = await ask("GET", own)
    assert (listed[0]["guild_id"], listed[0]["default_member_permissions"]) == (home.guild, "32")
    assert fake.state()["syncs"] == [home.guild]


async def test_one_command_is_made_changed_and_deleted(ask: Ask, path: str) -> None:
    status, made = await ask("POST", path, command())
    assert status == 201
    assert (await ask("POST", path, command()))[0] == 200  # the same name: that command
    _, changed = await ask("PATCH", f"{path}/{made['id']}", {"description": "Other"})
    assert (changed["id"], changed["name"], changed["description"]) == (made["id"], "papers", "Other")
    assert (await ask("DELETE", f"{path}/{made['id']}"))[0] == 204
    assert (await ask("GET", f"{path}/{made['id']}"))[1]["code"] == 10063


WRONG = [
    command("Papers"),
    command("two words"),
    command("n" * 33),
    command(description="d" * 101),
    command(description=""),
    command(options=[option(f"o{n}") for n in range(26)]),
    command(options=[option(), option()]),
    command(options=[option("a"), option("b", required=True)]),
    command(options=[option(choices=[{"name": f"{n}", "value": f"{n}"} for n in range(26)])]),
    command(options=[option(choices=[{"name": "a", "value": "a"}], autocomplete=True)]),
    command(options=[option(f"o{n}", choices=[{"name": "n" * 100, "value": "v" * 100}] * 5) for n in range(9)]),
    command("Similar papers", type=3),
]


@pytest.mark.parametrize("body", WRONG, ids=range(len(WRONG)))
async def test_a_command_that_can_not_be(fake: FakeDiscord, ask: Ask, path: str, body: dict[str, Any]) -> None:
    fake.configure(validate=0)  # the bodies are wrong on purpose
    for method, sent in (("PUT", [body]), ("POST", body)):
        status, answer = await ask(method, path, sent)
        assert (status, answer["code"]) == (400, 50035)
    assert fake.state()["syncs"] == []


async def test_a_menu_entry_has_a_name_with_spaces_and_no_description(ask: Ask, path: str) -> None:
    assert (await ask("PUT", path, [{"name": "Similar papers", "type": 3}, command()]))[0] == 200


async def test_names_are_not_used_twice_in_one_set(ask: Ask, path: str) -> None:
    assert (await ask("PUT", path, [command(), command()]))[1]["code"] == 50035
