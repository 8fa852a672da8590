"""What a Web API method is, and what it gets to work with."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Literal

from msgspec import Struct

from tests.fakes.slack.state import Channel, Json, Team, Token
from tests.fakes.slack.world import World

Auth = Literal["bot", "app", "none"]
Run = Callable[["Call"], Json]


class SlackError(Exception):
    """An answer with `ok: false`, in Slack's words."""

    def __init__(self, error: str, **more: Any) -> None:
        super().__init__(error)
        self.error = error
        self.more = more


class Method(Struct, frozen=True, kw_only=True):
    name: str
    tier: str  # 1 to 4, `special`, or empty for no limit of its own
    scope: str
    auth: Auth
    run: Run


METHODS: dict[str, Method] = {}


def method(name: str, *, tier: str, scope: str = "", auth: Auth = "bot") -> Callable[[Run], Run]:
    """Make a function the Web API method of this name."""

    def register(run: Run) -> Run:
        METHODS[name] = Method(name=name, tier=tier, scope=scope, auth=auth, run=run)
        return run

    return register


class Call:
    """One call: its arguments, and whose token it came with."""

    def __init__(self, world: World, name: str, args: Mapping[str, Any], token: Token | None) -> None:
        self.world = world
        self.name = name
        self.args = args
        self._token = token

    @property
    def token(self) -> Token:
        if self._token is None:
            raise SlackError("not_authed")
        return self._token

    @property
    def team(self) -> Team:
        """The workspace: the token's own, or for an organisation's token the one that `team_id` names."""
        teams = {team.id: team for team in self.world.teams_of(self.token)}
        if self.token.team:
            return teams[self.token.team]
        wanted = self.text("team_id")
        if wanted in teams:
            return teams[wanted]
        raise SlackError("missing_argument" if not wanted else "team_not_found")

    def text(self, key: str) -> str:
        value = self.args.get(key)
        return "" if value is None else str(value)

    def need(self, key: str) -> str:
        """An argument that must be there."""
        if not self.text(key):
            raise SlackError("invalid_arguments", response_metadata={"messages": [f"[ERROR] missing {key}"]})
        return self.text(key)

    def flag(self, key: str) -> bool:
        return self.text(key).lower() in {"1", "true"}

    def number(self, key: str, default: int, most: int) -> int:
        raw = self.text(key)
        if raw and not raw.isdigit():
            raise SlackError("invalid_limit" if key == "limit" else "invalid_arguments")
        return min(int(raw) if raw else default, most)

    def json(self, key: str) -> Any:
        """A structured argument: as it is in a JSON body, as text in a form."""
        value = self.args.get(key)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value) if value else None
        except ValueError:
            raise SlackError(f"invalid_{key}" if key == "blocks" else "invalid_arguments") from None

    def scope(self, needed: str) -> None:
        """Refuse unless the token has this scope."""
        have = self.token.scopes
        if needed and needed not in have:
            raise SlackError("missing_scope", needed=needed, provided=",".join(have))

    def channel(self, key: str = "channel", *, person: bool = False) -> Channel:
        """The conversation that an argument names; with `person` a user's id opens theirs."""
        wanted = self.need(key)
        ours = {team.id for team in self.world.teams_of(self.token)}
        user = self.world.users.get(wanted)
        if person and user and user.team in ours:
            return self.world.conversation(wanted)
        found = self.world.channels.get(wanted) or self._named(wanted.removeprefix("#"), ours)
        if found is None or found.team not in ours:
            raise SlackError("channel_not_found")
        if found.private and self.bot_of(found) not in found.members:
            raise SlackError("channel_not_found")
        return found

    def bot_of(self, channel: Channel) -> str:
        return self.world.teams[channel.team].bot

    def member(self, channel: Channel) -> bool:
        return self.bot_of(channel) in channel.members

    def _named(self, name: str, teams: set[str]) -> Channel | None:
        return next((c for c in self.world.channels.values() if c.name == name and c.team in teams), None)
