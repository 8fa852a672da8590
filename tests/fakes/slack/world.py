"""Everything that happens in this Slack goes through here: it makes things, finds things and keeps the log."""

from __future__ import annotations

import asyncio
import random
import time
from collections import deque
from collections.abc import Callable, Coroutine, Iterator

from tests.fakes.slack.limits import Limiter
from tests.fakes.slack.log import Log, Shown, Wrong
from tests.fakes.slack.look import Problem
from tests.fakes.slack.settings import Settings
from tests.fakes.slack.state import (
    App,
    Channel,
    Enterprise,
    File,
    Grant,
    Hook,
    Json,
    Message,
    SignIn,
    Team,
    Token,
    Trigger,
    User,
    View,
)


class World:
    """The state, the clock and the log."""

    def __init__(self, settings: Settings | None = None) -> None:
        self.settings = settings or Settings()
        self.app = App()
        self.base = ""  # http://127.0.0.1:PORT
        self.enterprises: dict[str, Enterprise] = {}
        self.teams: dict[str, Team] = {}
        self.users: dict[str, User] = {}
        self.channels: dict[str, Channel] = {}
        self.tokens: dict[str, Token] = {}
        self.files: dict[str, File] = {}
        self.views: dict[str, View] = {}
        self.homes: dict[str, View] = {}  # by user
        self.triggers: dict[str, Trigger] = {}
        self.hooks: dict[str, Hook] = {}
        self.unfurling: dict[str, tuple[str, str, str]] = {}  # unfurl id → channel, ts, text while it is written
        self.codes: dict[str, Grant] = {}
        self.sign_ins: dict[str, SignIn] = {}
        self.refreshes: dict[str, Grant] = {}
        self.panes: dict[tuple[str, str], Json] = {}  # threads of the assistant, by channel and ts
        self.streams: dict[str, Message] = {}  # messages that are still being written, by ts
        self.steps: dict[str, str] = {}  # runs of workflow steps: `running`, `ok` or the error
        self.entities: list[Json] = []  # Work Objects below links
        self.presented: list[Json] = []  # Work Objects in an open pane
        self.details: dict[str, str] = {}  # the entity that a trigger asks details of
        self.withheld: set[str] = set()  # workspaces that their organisation's app was not added to
        self.log = Log()
        self.chance = random.Random(self.settings.faults.seed)
        self.limiter = Limiter(lambda: self.settings.limits)
        self.planned: deque[tuple[str, str]] = deque()  # (method, fault) for the next calls
        self.ticket: Callable[[], str] = str  # an address for Socket Mode; the server knows it
        self.send_event: Callable[[str, Json], Coroutine[object, object, None]]
        self.watchers: set[Callable[[Shown], None]] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._last_ts = 0
        self._count = 0

    def now(self) -> float:
        return time.time() + self.settings.shift

    def ts(self) -> str:
        """A message's id: the time in microseconds, never the same twice."""
        self._last_ts = max(self._last_ts + 1, int(self.now() * 1e6))
        return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}"

    def id(self, prefix: str) -> str:
        self._count += 1
        return f"{prefix}0FAKE{self._count:06d}"

    def number(self) -> int:
        self._count += 1
        return self._count

    # making

    def add_enterprise(self, name: str) -> Enterprise:
        made = Enterprise(id=self.id("E"), name=name)
        self.enterprises[made.id] = made
        return made

    def add_team(self, name: str, *, enterprise: str = "") -> Team:
        domain = "".join(c for c in name.lower() if c.isalnum()) or "team"
        team = Team(id=self.id("T"), name=name, domain=domain, bot="", bot_id=self.id("B"), enterprise=enterprise)
        self.teams[team.id] = team
        team.bot = self.add_user(team.id, "paperboy", bot=True).id
        return team

    def add_user(self, team: str, name: str, *, admin: bool = False, owner: bool = False, bot: bool = False) -> User:
        user = User(id=self.id("U"), team=team, name=name, admin=admin, owner=owner, bot=bot)
        self.users[user.id] = user
        return user

    def add_channel(
        self, team: str, name: str, *, private: bool = False, member: bool = True, shared_with: tuple[str, ...] = ()
    ) -> Channel:
        members = {self.teams[team].bot} if member else set()
        channel = Channel(
            id=self.id("C"), team=team, name=name, private=private, members=members, shared_with=set(shared_with)
        )
        self.channels[channel.id] = channel
        return channel

    def conversation(self, user: str) -> Channel:
        """The direct conversation between the bot and a user, opened if need be."""
        for channel in self.channels.values():
            if channel.partner == user:
                return channel
        team = self.teams[self.users[user].team]
        made = Channel(id=self.id("D"), team=team.id, name="directmessage", partner=user, members={user, team.bot})
        self.channels[made.id] = made
        return made

    def add_token(self, *, team: str = "", enterprise: str = "", scopes: tuple[str, ...], value: str = "") -> Token:
        token = Token(
            value=value or f"xoxb-{self.number()}-fake-{self.chance.randbytes(12).hex()}",
            team=team,
            enterprise=enterprise,
            scopes=scopes,
        )
        self.tokens[token.value] = token
        return token

    def add_trigger(self, team: str, user: str, view: str = "") -> Trigger:
        until = self.now() + self.settings.trigger_seconds
        id = f"{self.number()}.{self.number()}.{self.chance.randbytes(16).hex()}"
        self.triggers[id] = Trigger(id=id, team=team, user=user, until=until, view=view)
        return self.triggers[id]

    def add_hook(self, channel: Channel, user: str, trigger: str, *, original: str = "", thread: str = "") -> str:
        """A new response_url."""
        id = f"{channel.team}/{self.number()}/{self.chance.randbytes(12).hex()}"
        self.hooks[id] = Hook(
            id=id,
            team=channel.team,
            channel=channel.id,
            user=user,
            until=self.now() + 1800,
            trigger=trigger,
            original=original,
            thread=thread,
        )
        return f"{self.base}/actions/{id}"

    # finding

    def bot_token(self, team: str) -> Token | None:
        """A token of the workspace that still works."""
        alive = (t for t in self.tokens.values() if t.team == team and not t.dead)
        return next((t for t in alive if not t.expires or t.expires > self.now()), None)

    def token_of(self, team: str) -> Token | None:
        """The token that stands for a workspace: its own, or its organisation's."""
        home = self.teams[team]
        org = (t for t in self.tokens.values() if t.enterprise and t.enterprise == home.enterprise and not t.dead)
        return self.bot_token(team) or next(org, None)

    def installed(self, team: str) -> bool:
        """Is the app in a workspace, by an install of its own or of its organisation?"""
        homes = {team, self.teams[team].enterprise} - {""}
        return any(not token.dead and homes & {token.team, token.enterprise} for token in self.tokens.values())

    def is_org(self, team: str) -> bool:
        """Is the app installed for the whole organisation rather than for this workspace?"""
        token = self.token_of(team)
        return bool(token and token.enterprise)

    def teams_of(self, token: Token) -> Iterator[Team]:
        for team in self.teams.values():
            mine = token.enterprise and team.enterprise == token.enterprise and team.id not in self.withheld
            if team.id == token.team or mine:
                yield team

    def can_see(self, token: Token, user: User) -> bool:
        """Is this person in a workspace of the token, or in a channel that one of them shares with theirs?"""
        teams = {team.id for team in self.teams_of(token)}
        shared = (channel.shared_with for channel in self.channels.values() if channel.team in teams)
        return user.team in teams or any(user.team in others for others in shared)

    # telling

    def show(self, shown: Shown) -> None:
        for watcher in tuple(self.watchers):
            watcher(shown)

    def note(self, where: str, team: str, problems: list[Problem], error: str = "") -> None:
        """Log what a checker found, by kind."""
        homes = {
            "limit": self.log.refused,
            "markup": self.log.markup,
            "mention": self.log.mentions,
            "advice": self.log.advice,
        }
        for kind, home in homes.items():
            if found := [p for p in problems if p.kind == kind]:
                home.append(Wrong(where=where, team=team, problems=found, error=error if kind == "limit" else ""))

    def spawn(self, work: Coroutine[object, object, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def aclose(self) -> None:
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
