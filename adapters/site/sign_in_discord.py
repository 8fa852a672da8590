"""Sign in with Discord: OAuth2, for the members of one server."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import msgspec
from msgspec import Struct

from adapters.site.settings import Settings
from adapters.site.sign_in_way import NAME_CHARS, Attempt, ask
from bot.chat.event import Person
from bot.chat.message import clean
from bot.errors import AskError, ConfigError, Unsure

SCOPES = "identify guilds.members.read"  # not `guilds`: which other servers somebody is in is not our business


class User(Struct, frozen=True):
    id: str
    username: str = ""
    global_name: str | None = None


class Member(Struct, frozen=True):
    """The part of a membership that is used."""

    user: User
    nick: str | None = None
    pending: bool = False  # has not agreed to the server's rules yet, so can't react there either


class DiscordWay:
    """Implements `sign_in_way.Way`."""

    name, label = "discord", "Discord"

    def __init__(self, settings: Settings) -> None:
        self.space = settings.discord_guild
        self._id, self._secret = settings.discord_client_id, settings.discord_client_secret
        self._url = settings.discord_url.rstrip("/")
        self._api = f"{self._url}/api/v10"

    def authorize(self, attempt: Attempt, back: str) -> str:
        query = {
            "response_type": "code",
            "scope": SCOPES,
            "client_id": self._id,
            "redirect_uri": back,
            "state": attempt.state,
            "code_challenge": attempt.challenge,
            "code_challenge_method": "S256",
            "prompt": "none",  # who agreed before is not asked again
        }
        return f"{self._url}/oauth2/authorize?{urlencode(query)}"

    async def person(self, attempt: Attempt, back: str, code: str) -> Person:
        member = await self._member(await self._token(attempt, back, code))
        if member.pending:
            raise AskError("You have not accepted that server's rules yet.", "Do so in Discord, then start again.")
        name = member.nick or member.user.global_name or member.user.username
        return Person(platform="discord", space=self.space, id=member.user.id, name=clean(name, NAME_CHARS))

    async def _token(self, attempt: Attempt, back: str, code: str) -> str:
        given = {
            "grant_type": "authorization_code",
            "client_id": self._id,
            "client_secret": self._secret,
            "code": code,
            "code_verifier": attempt.verifier,
            "redirect_uri": back,
        }
        status, answer = await ask("POST", f"{self._api}/oauth2/token", form=given)
        match answer:
            case {"access_token": str(token)} if status == 200:
                return token
            case {"error": "invalid_grant"}:
                raise AskError("Discord says: invalid_grant.", "Start again.")
            case {"error": "invalid_client" | "unauthorized_client"}:
                raise ConfigError("Discord does not know this app and secret.", "docs/sign-in.md says what to set.")
        raise Unsure(f"Discord gave no token ({status}).")

    async def _member(self, token: str) -> Member:
        status, answer = await ask("GET", f"{self._api}/users/@me/guilds/{self.space}/member", token=token)
        if status == 404:
            raise AskError("You are not a member of the Discord server that votes here.", "Join it, then start again.")
        return _read(status, answer)


def _read(status: int, answer: dict[str, Any]) -> Member:
    try:
        if status == 200:
            return msgspec.convert(answer, Member)
    except msgspec.ValidationError:
        pass
    raise Unsure(f"Discord's word on the membership can't be read ({status}).")
