"""Signing in with Discord, by a browser over HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from urllib.parse import parse_qs, urlsplit

import pytest

from adapters.site.adapter import SiteAdapter
from adapters.site.members.oauth.discord import DiscordProvider
from adapters.site.members.oauth.provider import Attempt
from adapters.site.settings import Settings
from bot.errors import Busy, ConfigError
from bot.refusals import RefusalLimit
from tests.fakes.discord import FakeDiscord
from tests.platforms.site.members.conftest import Opens
from tests.platforms.site.members.site import Browser


@pytest.fixture
def guild(discord: FakeDiscord) -> str:
    return discord.guild()


@pytest.fixture
async def adapter(opens: Opens, discord: FakeDiscord, guild: str) -> AsyncIterator[SiteAdapter]:
    app = {f"discord_{name}": value for name, value in discord.app.items()}
    async with opens(**app, discord_guild=guild, discord_url=discord.url) as found:
        yield found


async def test_a_member_signs_in_under_the_name_they_have_there(
    adapter: SiteAdapter, discord: FakeDiscord, guild: str, ada: Browser
) -> None:
    user = discord.member(guild, "Ada")
    discord.configure(sign_in_as=user)
    assert "Sign in to vote: Discord" in (await ada.get(f"{adapter.url}/archive")).words
    page = await ada.get(f"{adapter.url}/sign-in/discord?next=/archive")
    assert page.url == f"{adapter.url}/archive"
    assert "Ada Saved papers Submit a paper Sign out" in page.words
    discord.change_member(guild, user, nick="Countess")
    assert (
        "Countess Saved papers Submit a paper Sign out"
        in (await ada.get(f"{adapter.url}/sign-in/discord?next=/archive")).words
    )
    state = discord.state()
    assert state["wrong"] == []
    assert state["answers_checked"] or not state["described"]


async def test_discord_is_not_asked_for_a_persons_other_servers(adapter: SiteAdapter, ada: Browser) -> None:
    left = await ada.get(f"{adapter.url}/sign-in/discord", follow=False)
    asked = {name: one for name, (one,) in parse_qs(urlsplit(left.headers["Location"]).query).items()}
    assert asked["scope"] == "identify guilds.members.read"
    assert asked["code_challenge_method"] == "S256"
    assert asked["redirect_uri"] == f"{adapter.url}/sign-in/discord/back"


async def test_people_outside_the_server_cannot_sign_in(
    adapter: SiteAdapter, discord: FakeDiscord, guild: str, ada: Browser
) -> None:
    discord.configure(sign_in_as=discord.member(discord.guild("Elsewhere"), "Mallory"))
    page = await ada.get(f"{adapter.url}/sign-in/discord")
    assert page.status == 403
    assert "aren't a member of this site's Discord server" in page.words


async def test_people_who_have_not_accepted_the_rules_cannot_sign_in(
    adapter: SiteAdapter, discord: FakeDiscord, guild: str, ada: Browser
) -> None:
    user = discord.member(guild, "Ada")
    discord.change_member(guild, user, pending=True)
    discord.configure(sign_in_as=user)
    page = await ada.get(f"{adapter.url}/sign-in/discord")
    assert page.status == 403
    assert "haven't accepted the server's rules" in page.words


async def test_a_person_who_declines_can_still_read(adapter: SiteAdapter, ada: Browser) -> None:
    assert "You chose not to" in (await ada.get(f"{adapter.url}/sign-in/discord")).words


async def test_a_code_put_into_another_browsers_sign_in_is_refused(
    adapter: SiteAdapter, discord: FakeDiscord, guild: str, ada: Browser, eve: Browser
) -> None:
    """PKCE: Discord gives a token only to who asked for the code."""
    discord.configure(sign_in_as=discord.member(guild, "Ada"))
    addresses = []
    for browser in (ada, eve):
        left = await browser.get(f"{adapter.url}/sign-in/discord", follow=False)
        addresses.append((await browser.get(left.headers["Location"], follow=False)).headers["Location"])
    stolen, own = (parse_qs(urlsplit(address).query)["code"][0] for address in addresses)
    page = await eve.get(addresses[1].replace(own, stolen))
    assert page.status == 403
    assert "invalid_grant" in page.words


async def test_a_wrong_secret_is_our_problem_not_the_readers(
    opens: Opens, discord: FakeDiscord, guild: str, ada: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    discord.configure(sign_in_as=discord.member(guild, "Ada"))
    ours = {"discord_client_id": discord.app["client_id"], "discord_client_secret": "not-the-secret"}
    async with opens(**ours, discord_guild=guild, discord_url=discord.url) as adapter:
        page = await ada.get(f"{adapter.url}/sign-in/discord")
    assert page.status == 503
    assert "Discord doesn't know this client id and secret" in caplog.text
    assert "not-the-secret" not in caplog.text + page.text


async def test_refused_sign_ins_and_the_bot_share_discords_limit_of_refusals(discord: FakeDiscord, guild: str) -> None:
    settings = Settings(
        discord_client_id=discord.app["client_id"],
        discord_client_secret="not-the-secret",
        discord_guild=guild,
        discord_url=discord.url,
    )
    refusals = RefusalLimit("Discord", max_refused=3)
    provider, attempt = DiscordProvider(settings, refusals), Attempt.new("discord", "/")
    for expected in (ConfigError, ConfigError, ConfigError, Busy):
        with pytest.raises(expected):
            await provider.fetch_person(attempt, "http://127.0.0.1:9/back", "junk")
    with pytest.raises(Busy):
        refusals.check()  # the bot's requests wait as well
