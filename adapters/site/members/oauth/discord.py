"""Sign in with Discord: OAuth2, for the members of one server."""

from typing import Any

import msgspec
from msgspec import Struct

from adapters.site.members.oauth.provider import MAX_NAME_CHARS, Attempt, OAuthProvider, request_json
from adapters.site.settings import Settings
from bot.chat.event import Person
from bot.chat.message import clean
from bot.errors import AskError, ConfigError, Unsure
from bot.refusals import RefusalLimit

SCOPES = "identify guilds.members.read"  # not `guilds`: other servers are none of our business


class User(Struct, frozen=True):
    id: str
    username: str = ""
    global_name: str | None = None


class Member(Struct, frozen=True):
    """The part of a membership that we use."""

    user: User
    nick: str | None = None
    pending: bool = False  # has not accepted the server's rules, so can't react there either


class DiscordProvider(OAuthProvider):
    """Discord."""

    name, label, authorize_path = "discord", "Discord", "/oauth2/authorize"

    def __init__(self, settings: Settings, refusals: RefusalLimit) -> None:
        super().__init__(settings, settings.discord_guild)
        self._refusals = refusals

    def authorize_query(self, attempt: Attempt) -> dict[str, str]:
        challenge = {"code_challenge": attempt.challenge, "code_challenge_method": "S256"}
        return {"scope": SCOPES, "prompt": "none"} | challenge  # people who agreed before are not asked again

    async def fetch_person(self, attempt: Attempt, return_url: str, code: str) -> Person:
        member = await self._member(await self._token(attempt, return_url, code))
        if member.pending:
            raise AskError("You haven't accepted the server's rules yet.", "Accept them in Discord, then start again.")
        name = member.nick or member.user.global_name or member.user.username
        return Person(platform="discord", space=self.space, id=member.user.id, name=clean(name, MAX_NAME_CHARS))

    async def _token(self, attempt: Attempt, return_url: str, code: str) -> str:
        form = self.token_form(return_url, code) | {"code_verifier": attempt.verifier}
        status, answer = await self._request("POST", "/oauth2/token", form=form)
        match answer:
            case {"access_token": str(token)} if status == 200:
                return token
            case {"error": "invalid_grant"}:
                raise AskError("Discord says: invalid_grant.", "Start again.")
            case {"error": "invalid_client" | "unauthorized_client"}:
                raise ConfigError("Discord doesn't know this client id and secret.", "See docs/sign-in.md.")
        raise Unsure(f"Discord gave no token ({status}).")

    async def _member(self, token: str) -> Member:
        status, answer = await self._request("GET", f"/users/@me/guilds/{self.space}/member", token=token)
        if status == 404:
            raise AskError("You aren't a member of this site's Discord server.", "Join it, then start again.")
        return _parse_member(status, answer)

    async def _request(self, method: str, path: str, **options: Any) -> tuple[int, dict[str, Any]]:
        return await request_json(method, f"{self._url}/api/v10{path}", refusals=self._refusals, **options)


def _parse_member(status: int, answer: dict[str, Any]) -> Member:
    try:
        if status == 200:
            return msgspec.convert(answer, Member)
    except msgspec.ValidationError:
        pass
    raise Unsure(f"Discord's answer about the membership can't be read ({status}).")
