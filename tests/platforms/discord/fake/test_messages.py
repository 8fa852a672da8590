"""Messages: what may be said, where, by whom; what is kept of it."""

from __future__ import annotations

from typing import Any

import discord
import pytest

from tests.fakes.discord import FakeDiscord
from tests.platforms.discord.fake.bot import running
from tests.platforms.discord.fake.conftest import Ask, Home


def button(id: str, **more: Any) -> dict[str, Any]:
    return {"type": 2, "style": 2, "label": "x", "custom_id": id} | more


def row(*items: dict[str, Any]) -> dict[str, Any]:
    return {"type": 1, "components": list(items)}


def words(count: int, **more: Any) -> dict[str, Any]:
    """Components v2 with this many characters."""
    return {"flags": 1 << 15, "components": [{"type": 10, "content": "x" * count}]} | more


FITS: list[dict[str, Any]] = [
    {"content": "x" * 2000},
    {"embeds": [{"title": "t" * 256, "description": "d" * 4096, "url": "https://example.org"}]},
    {"embeds": [{"description": "d" * 600} for _ in range(10)]},
    {"embeds": [{"fields": [{"name": "n" * 256, "value": "v"} for _ in range(20)]}]},
    {"content": "x", "components": [row(*[button(f"{r}{b}") for b in range(5)]) for r in range(5)]},
    {"content": "x", "components": [row(button("c" * 100, label="l" * 80))]},
    {"content": "x", "components": [row({"type": 2, "style": 5, "label": "x", "url": "https://e.org/" + "u" * 498})]},
    words(4000),
    words(1, components=[{"type": 17, "components": [{"type": 10, "content": "x"} for _ in range(39)]}]),
]

DOES_NOT: list[tuple[str, dict[str, Any]]] = [
    ("content", {"content": "x" * 2001}),
    ("embeds", {"embeds": [{"description": "x"} for _ in range(11)]}),
    ("embeds", {"embeds": [{"description": "d" * 601} for _ in range(10)]}),
    ("embeds.0.title", {"embeds": [{"title": "t" * 257}]}),
    ("embeds.0.description", {"embeds": [{"description": "d" * 4097}]}),
    ("embeds.0.footer.text", {"embeds": [{"title": "t", "footer": {"text": "x" * 2049}}]}),
    ("embeds.0.author.name", {"embeds": [{"title": "t", "author": {"name": "x" * 257}}]}),
    ("embeds.0.fields", {"embeds": [{"fields": [{"name": "n", "value": "v"}] * 26}]}),
    ("embeds.0.fields.0.value", {"embeds": [{"fields": [{"name": "n", "value": "v" * 1025}]}]}),
    ("embeds.0.url", {"embeds": [{"title": "t", "url": "javascript:alert(1)"}]}),
    ("components", {"content": "x", "components": [row(button(str(n))) for n in range(6)]}),
    ("components.0.components", {"content": "x", "components": [row(*[button(str(n)) for n in range(6)])]}),
    ("components.0.type", {"content": "x", "components": [button("a")]}),
    ("components.0.components.0.custom_id", {"content": "x", "components": [row(button("c" * 101))]}),
    ("components.0.components.1.custom_id", {"content": "x", "components": [row(button("same"), button("same"))]}),
    ("components.0.components.0.label", {"content": "x", "components": [row(button("a", label="l" * 81))]}),
    (
        "components.0.components.0.url",
        {
            "content": "x",
            "components": [row({"type": 2, "style": 5, "label": "x", "url": "https://e.org/" + "u" * 499})],
        },
    ),
    (
        "components.0.components.0.options",
        {
            "content": "x",
            "components": [
                row({"type": 3, "custom_id": "s", "options": [{"label": str(n), "value": str(n)} for n in range(26)]})
            ],
        },
    ),
    ("components", words(4001)),
    ("components", words(1, components=[{"type": 10, "content": "x"} for _ in range(41)])),
    ("content", words(1, content="both")),
    ("embeds", words(1, embeds=[{"title": "both"}])),
    ("nonce", {"content": "x", "nonce": "n" * 26}),
]


@pytest.mark.parametrize("body", FITS, ids=range(len(FITS)))
async def test_what_just_fits_is_taken(home: Home, ask: Ask, body: dict[str, Any]) -> None:
    status, answer = await ask("POST", f"/channels/{home.papers}/messages", body)
    assert status == 200, answer


@pytest.mark.parametrize(("path", "body"), DOES_NOT, ids=[f"{n} {path}" for n, (path, _) in enumerate(DOES_NOT)])
async def test_what_just_does_not_fit_is_refused_where_it_does_not(
    fake: FakeDiscord, home: Home, ask: Ask, path: str, body: dict[str, Any]
) -> None:
    fake.configure(validate=0)  # the bodies are wrong on purpose
    status, answer = await ask("POST", f"/channels/{home.papers}/messages", body)
    assert (status, answer["code"]) == (400, 50035)
    found = answer["errors"]
    for step in path.split("."):
        found = found[step]
    assert found["_errors"][0]["message"]
    assert fake.messages(home.papers) == []


async def test_an_empty_message_is_none(home: Home, ask: Ask) -> None:
    assert (await ask("POST", f"/channels/{home.papers}/messages", {"content": ""}))[1]["code"] == 50006


async def test_a_nonce_holds_for_its_window(fake: FakeDiscord, home: Home, ask: Ask) -> None:
    body = {"content": "one", "nonce": "key-1", "enforce_nonce": True}
    _, first = await ask("POST", f"/channels/{home.papers}/messages", body)
    _, again = await ask("POST", f"/channels/{home.papers}/messages", body | {"content": "two"})
    assert first["id"] == again["id"] and again["content"] == "one"
    fake.configure(nonce_window=0)
    _, later = await ask("POST", f"/channels/{home.papers}/messages", body)
    assert later["id"] != first["id"]
    assert fake.state()["nonce_hits"] == 1


async def test_a_nonce_is_not_kept_with_the_message(fake: FakeDiscord, home: Home, ask: Ask) -> None:
    _, made = await ask("POST", f"/channels/{home.papers}/messages", {"content": "one", "nonce": "key-1"})
    assert made["nonce"] == "key-1"
    _, found = await ask("GET", f"/channels/{home.papers}/messages")
    assert "nonce" not in found[0]
    assert fake.messages(home.papers)[0]["nonce"] == "key-1"


async def test_history_is_read_in_pages(fake: FakeDiscord, home: Home) -> None:
    ids = [fake.say(home.ada, home.papers, str(n)) for n in range(7)]
    async with running(fake) as bot:
        papers = bot.get_channel(int(home.papers))
        assert isinstance(papers, discord.TextChannel)
        assert [str(m.id) async for m in papers.history(limit=None)] == ids[::-1]
        after = [str(m.id) async for m in papers.history(after=discord.Object(int(ids[3])))]
        assert after == ids[4:]
        before = [str(m.id) async for m in papers.history(before=discord.Object(int(ids[3])), limit=2)]
        assert before == [ids[2], ids[1]]


async def test_a_message_is_changed_and_deleted(fake: FakeDiscord, home: Home) -> None:
    async with running(fake) as bot:
        papers = bot.get_channel(int(home.papers))
        assert isinstance(papers, discord.TextChannel)
        message = await papers.send("one")
        await message.edit(content="two", embed=discord.Embed(title="more"))
        held = fake.messages(home.papers)[0]
        assert (held["content"], held["embeds"][0]["title"]) == ("two", "more")
        await message.delete()
        await bot.until("raw_message_delete")
        assert fake.messages(home.papers) == []
        with pytest.raises(discord.NotFound) as gone:
            await message.edit(content="three")
        assert gone.value.code == 10008


async def test_a_file_comes_with_its_words(fake: FakeDiscord, home: Home) -> None:
    fake.allow(home.papers, "attach_files")
    async with running(fake) as bot:
        papers = bot.get_channel(int(home.papers))
        assert isinstance(papers, discord.TextChannel)
        await papers.send("with a file", file=discord.File(__file__, "one.py"))
    held = fake.messages(home.papers)[0]
    assert (held["content"], held["attachments"][0]["filename"]) == ("with a file", "one.py")


LACKS = [
    ("view_channel", {"content": "x"}, 50001),
    ("send_messages", {"content": "x"}, 50013),
    ("embed_links", {"embeds": [{"title": "x"}]}, 50013),
]


@pytest.mark.parametrize(("right", "body", "code"), LACKS, ids=[right for right, *_ in LACKS])
async def test_a_missing_right_is_named_by_its_code(
    fake: FakeDiscord, home: Home, ask: Ask, right: str, body: dict[str, Any], code: int
) -> None:
    assert (await ask("POST", f"/channels/{home.papers}/messages", body))[0] == 200
    fake.deny(home.papers, right)
    status, answer = await ask("POST", f"/channels/{home.papers}/messages", body)
    assert (status, answer["code"]) == (403, code)
    assert fake.state()["invalid"] == 1


async def test_history_without_its_right_is_empty(fake: FakeDiscord, home: Home, ask: Ask) -> None:
    message = fake.say(home.ada, home.papers, "hello")
    fake.deny(home.papers, "read_message_history")
    assert await ask("GET", f"/channels/{home.papers}/messages") == (200, [])
    assert (await ask("GET", f"/channels/{home.papers}/messages/{message}"))[1]["code"] == 50013


@pytest.mark.parametrize(
    ("method", "path", "code"),
    [
        ("GET", "/channels/1", 10003),
        ("POST", "/channels/1/messages", 10003),
        ("GET", "/channels/{papers}/messages/1", 10008),
        ("PATCH", "/channels/{papers}/messages/1", 10008),
        ("GET", "/guilds/1", 10004),
        ("GET", "/users/1", 10013),
        ("GET", "/guilds/{guild}/members/1", 10007),
    ],
)
async def test_what_is_not_there_has_a_code(home: Home, ask: Ask, method: str, path: str, code: int) -> None:
    body = {"content": "x"} if method != "GET" else None
    status, answer = await ask(method, path.format(papers=home.papers, guild=home.guild), body)
    assert (status, answer["code"]) == (404, code)


async def test_a_removed_bot_finds_nothing(fake: FakeDiscord, home: Home, ask: Ask) -> None:
    fake.remove_bot(home.guild)
    assert (await ask("POST", f"/channels/{home.papers}/messages", {"content": "x"}))[0] == 404
    assert (await ask("GET", f"/guilds/{home.guild}"))[0] == 404


@pytest.mark.parametrize(
    ("body", "woken"),
    [
        ({"content": "@everyone <@5> <@&6>"}, ["everyone", "@5", "&6"]),
        ({"content": "@everyone <@5> <@&6>", "allowed_mentions": {"parse": []}}, []),
        ({"content": "<@5> <@7>", "allowed_mentions": {"users": ["5"]}}, ["@5"]),
        ({"embeds": [{"description": "@everyone"}]}, []),
        ({"flags": 1 << 15, "components": [{"type": 10, "content": "@here"}]}, ["here"]),
    ],
    ids=["nothing said", "nobody", "one", "embed", "text display"],
)
async def test_whom_a_message_wakes_is_kept(
    fake: FakeDiscord, home: Home, ask: Ask, body: dict[str, Any], woken: list[str]
) -> None:
    assert (await ask("POST", f"/channels/{home.papers}/messages", body))[0] == 200
    assert fake.messages(home.papers)[0]["pings"] == woken
    assert len(fake.state()["pinging"]) == bool(woken)


async def test_direct_messages_need_an_open_door(fake: FakeDiscord, home: Home, ask: Ask) -> None:
    _, channel = await ask("POST", "/users/@me/channels", {"recipient_id": home.ada})
    assert (await ask("POST", f"/channels/{channel['id']}/messages", {"content": "hello"}))[0] == 200
    fake.takes_direct(home.ada, False)
    status, answer = await ask("POST", f"/channels/{channel['id']}/messages", {"content": "hello"})
    assert (status, answer["code"]) == (403, 50007)
    assert [m["content"] for m in fake.messages(fake.direct(home.ada))] == ["hello"]


async def test_only_announcements_are_crossposted_and_only_once(fake: FakeDiscord, home: Home, ask: Ask) -> None:
    news = fake.announcement(home.guild)
    _, said = await ask("POST", f"/channels/{news}/messages", {"content": "x"})
    assert (await ask("POST", f"/channels/{news}/messages/{said['id']}/crosspost"))[1]["flags"] & 1
    assert (await ask("POST", f"/channels/{news}/messages/{said['id']}/crosspost"))[1]["code"] == 40033
    _, here = await ask("POST", f"/channels/{home.papers}/messages", {"content": "x"})
    assert (await ask("POST", f"/channels/{home.papers}/messages/{here['id']}/crosspost"))[1]["code"] == 50024
