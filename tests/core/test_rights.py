"""Who may do what, where: the tables of SECURITY.md, run through the core for every platform and place."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from bot.chat.event import Answer, Person, Place
from bot.chat.message import Action
from bot.commands.registry import commands
from tests.builders import listing, paper
from tests.core.conftest import Channel, buttons
from tests.fakes.invites import FakeInvites

SECURITY = (Path(__file__).parents[2] / "SECURITY.md").read_text()
REFUSED = "Only an admin can use"
SPACES = {"slack": "T1", "discord": "77", "web": "home", "email": "mail", "site": "T1"}


class Cell(NamedTuple):
    """One person in one place."""

    platform: str
    place: str
    admin: bool


def table(heading: str) -> Iterator[list[str]]:
    """The rows of the table with this first column."""
    found = re.search(rf"\| {heading} \|.*\n\|[-|]+\n((?:\|.*\n)+)", SECURITY)
    assert found, heading
    for row in found[1].splitlines():
        yield [cell.strip() for cell in row.strip("|").split("|")]


def cells() -> Iterator[Cell]:
    """A member and an admin in each place; no admin where the table knows none."""
    for platform, places, who in table("platform"):
        for place in places.split(", "):
            yield Cell(platform, place, admin=False)
            if who != "no one":
                yield Cell(platform, place, admin=True)


RIGHTS = {name: (member, admin) for names, member, admin in table("command") for name in names.split(", ")}
CELLS = list(cells())


def person(cell: Cell, id: str) -> Person:
    platform = "slack" if cell.platform == "site" else cell.platform
    return Person(platform=platform, space=SPACES[cell.platform], id=id, admin=cell.admin)


def where(cell: Cell) -> Place:
    platform = "slack" if cell.platform == "site" else cell.platform
    channel = {"mailbox": "reader", "channel": "C1", "thread": "C1"}.get(cell.place, "D1")
    return Place(platform, SPACES[cell.platform], channel, "77.7" if cell.place == "thread" else "")


def test_the_table_names_every_command() -> None:
    assert set(RIGHTS) == {command.name for command in commands(feeds=True, invites=FakeInvites())}
    assert {command.name for command in commands(feeds=True) if command.help.admin} == {
        name for name, (member, _) in RIGHTS.items() if member == "no"
    }


async def every_way(channel: Channel, name: str, who: Person, place: Place) -> list[Answer]:
    """What comes of a command typed, pressed, and sent as a form."""
    answers = [await channel.says(f"{name} daily 09:00", who=who, place=place)]
    for action in (Action("page", ("0", name)), Action("share", ("0", name))):
        answers.append(await channel.presses(action, who=who, place=place))
    typo = await channel.says(f"{name}{name[-1]} daily 09:00", who=who, place=place)
    if button := buttons(typo.message).get(f"Did you mean /papers {name}?"):
        answers.append(await channel.presses(button, who=who, place=place))
    return answers


@pytest.mark.parametrize("cell", CELLS, ids=lambda cell: f"{cell.platform}-{cell.place}-{cell.admin}")
async def test_a_command_is_refused_exactly_where_the_table_says_so(channel: Channel, cell: Cell) -> None:
    who, place = person(cell, "eve"), where(cell)
    for command in channel.core.commands:
        member, admin = RIGHTS[command.name]
        allowed = (admin if cell.admin else member) != "no"
        before = await channel.store.ownership.export(who.tenant)
        for answer in await every_way(channel, command.name, who, place):
            assert "Something went wrong" not in answer.message.plain, command.name
            assert allowed or REFUSED in answer.message.plain or "can't change" in answer.message.plain, command.name
            assert not (allowed and REFUSED in answer.message.plain), command.name
        if not allowed:
            assert await channel.store.ownership.export(who.tenant) == before


@pytest.mark.parametrize("cell", CELLS, ids=lambda cell: f"{cell.platform}-{cell.place}-{cell.admin}")
async def test_a_submission_is_removed_by_its_submitter_or_an_admin_of_the_place(channel: Channel, cell: Cell) -> None:
    owls = paper(77, "Owls")
    await channel.store.papers.add_listings([listing(owls, source="arxiv-asked")], channel.clock.now())
    author, eve, place = person(cell._replace(admin=False), "author"), person(cell, "eve"), where(cell)
    for who, may in ((eve, cell.admin), (author, True)):
        await channel.says("submit 2503.00077", who=author, place=place)
        answer = await channel.says("unsubmit 2503.00077", who=who, place=place)
        if button := buttons(answer.message).get("Remove it"):
            await channel.presses(button, who=who, place=place)
        left = await channel.store.submissions.for_papers(who.tenant, [owls.id])
        assert (owls.id not in left) == may


@pytest.mark.parametrize("cell", CELLS, ids=lambda cell: f"{cell.platform}-{cell.place}-{cell.admin}")
async def test_only_an_admin_sees_the_schedules_of_the_tenant_at_home(channel: Channel, cell: Cell) -> None:
    admin, eve, place = person(cell._replace(admin=True), "admin"), person(cell, "eve"), where(cell)
    await channel.says("schedule daily 03:33", who=admin, place=place)
    assert ("03:33" in str((await channel.says("home", who=eve, place=place)).message)) == cell.admin


async def test_no_one_sees_or_changes_anything_of_another_tenant(channel: Channel) -> None:
    for one, other in itertools.permutations((Cell("slack", "channel", True), Cell("discord", "channel", True)), 2):
        mine, yours = person(one, "zq-one"), person(other, "mallory")
        await channel.says("save 2503.00001", who=mine, place=where(one))
        await channel.says("schedule daily 03:33", who=mine, place=where(one))
        before = await channel.store.ownership.export(mine.tenant)
        for command in channel.core.commands:
            for answer in await every_way(channel, command.name, yours, where(other)):
                assert "zq-one" not in str(answer.message)
        assert await channel.store.ownership.export(mine.tenant) == before
