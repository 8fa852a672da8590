"""The control API: reading what this Slack holds, and making things happen in it.

GET  /_control/read/WHAT?filter=value   channels, messages, views, requests, … (see `Control.READS`)
POST /_control/do/DEED                  a JSON object of arguments; the answer is JSON (see `Control.DEEDS`)
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

import msgspec
from aiohttp import web

from tests.fakes.slack import events
from tests.fakes.slack.acts import People
from tests.fakes.slack.settings import SCOPES, Settings
from tests.fakes.slack.state import Channel, Json
from tests.fakes.slack.world import World

if TYPE_CHECKING:
    from tests.fakes.slack.server import Server

Deed = Callable[..., Awaitable[object]]


class Control:
    def __init__(self, server: Server, people: People) -> None:
        self._server = server
        self._world: World = server.world
        deeds: tuple[Deed, ...] = (
            *(people.command, people.press, people.press_in_view, people.submit, people.close),
            *(people.shortcut, people.say, people.compose, people.open_home),
            *(self.workspace, self.enterprise, self.user, self.channel, self.conversation, self.token),
            *(
                self.react,
                self.archive,
                self.rename,
                self.change_id,
                self.delete_channel,
                self.kick,
                self.invite,
                self.forget,
            ),
            *(self.uninstall, self.revoke, self.change_access, self.settings, self.fail_next),
            *(
                self.open_pane,
                self.move_pane,
                self.open_messages,
                self.run_step,
                self.open_details,
                self.disconnect,
                self.drop,
            ),
            *(self.verify_url, self.clear_log, self.send_event),
        )
        self._deeds = {deed.__name__: deed for deed in deeds}

    async def read(self, request: web.Request) -> web.Response:
        """Records of one kind, those whose fields equal the query."""
        try:
            found = self._reads(request.match_info["what"])
        except LookupError as unknown:
            return _answer({"error": str(unknown)}, 404)
        if isinstance(found, list):
            wanted = dict(request.query)
            found = [one for one in found if all(str(_field(one, k)) == v for k, v in wanted.items())]
        return _answer(found)

    async def do(self, request: web.Request) -> web.Response:
        """One deed."""
        name = request.match_info["deed"]
        if name not in self._deeds:
            return _answer({"error": f"no deed {name}; there are {sorted(self._deeds)}"}, 404)
        args = await request.json() if request.can_read_body else {}
        try:
            return _answer(await self._deeds[name](**args))
        except (LookupError, ValueError, TypeError) as wrong:
            return _answer({"error": f"{type(wrong).__name__}: {wrong}"}, 400)

    def _reads(self, what: str) -> object:
        world, log = self._world, self._world.log
        reads: dict[str, Callable[[], object]] = {
            "app": lambda: world.app,
            "settings": lambda: world.settings,
            "teams": lambda: list(world.teams.values()),
            "users": lambda: list(world.users.values()),
            "channels": lambda: [_bare(c) for c in world.channels.values()],
            "messages": lambda: [m for c in world.channels.values() for m in c.messages.values()],
            "ephemerals": lambda: [m for c in world.channels.values() for m in c.ephemerals.values()],
            "deleted": lambda: [m for c in world.channels.values() for m in c.deleted],
            "views": lambda: list(world.views.values()),
            "homes": lambda: list(world.homes.values()),
            "tokens": lambda: list(world.tokens.values()),
            "entities": lambda: world.entities,
            "presented": lambda: world.presented,
            "panes": lambda: list(world.panes.values()),
            "streams": lambda: list(world.streams),
            "steps": lambda: world.steps,
            "unfurls": lambda: log.unfurls,
            "requests": lambda: list(log.requests),
            "deliveries": lambda: list(log.deliveries),
            "refused": lambda: log.refused,
            "markup": lambda: log.markup,
            "mentions": lambda: log.mentions,
            "advice": lambda: log.advice,
            "counts": self._counts,
        }
        if what not in reads:
            raise LookupError(f"no {what} here; there are {sorted(reads)}")
        return reads[what]()

    def _counts(self) -> Json:
        """Calls by method, errors by word, and how often which limit and fault struck."""
        requests = self._world.log.requests
        return {
            "requests": Counter(r.method for r in requests),
            "errors": Counter(r.error for r in requests if r.error),
            "statuses": Counter(str(r.status) for r in requests),
            "limited": self._world.log.limited,
            "faults": self._world.log.faults,
            "connections": self._server.socket.connections,
            "connected": self._server.socket.connected,
        }

    # making

    async def workspace(self, *, name: str, enterprise: str = "", installed: bool = True) -> Json:
        team = self._world.add_team(name, enterprise=enterprise)
        scopes = tuple(self._world.settings.scopes)
        token = self._world.add_token(team=team.id, scopes=scopes).value if installed else ""
        return {"id": team.id, "bot": team.bot, "bot_id": team.bot_id, "token": token, "name": name}

    async def enterprise(self, *, name: str, installed: bool = True) -> Json:
        org = self._world.add_enterprise(name)
        token = self._world.add_token(enterprise=org.id, scopes=SCOPES).value if installed else ""
        return {"id": org.id, "token": token}

    async def user(
        self, *, team: str, name: str, admin: bool = False, owner: bool = False, locale: str = "en-US"
    ) -> Json:
        made = self._world.add_user(team, name, admin=admin, owner=owner)
        made.locale = locale
        return {"id": made.id}

    async def channel(
        self, *, team: str, name: str, private: bool = False, member: bool = True, shared_with: tuple[str, ...] = ()
    ) -> Json:
        made = self._world.add_channel(team, name, private=private, member=member, shared_with=tuple(shared_with))
        return {"id": made.id}

    async def conversation(self, *, user: str) -> Json:
        return {"id": self._world.conversation(user).id}

    async def token(self, *, team: str, scopes: list[str]) -> Json:
        """Another token of a workspace, with other scopes."""
        return {"token": self._world.add_token(team=team, scopes=tuple(scopes)).value}

    # happening

    async def react(self, *, user: str, channel: str, ts: str, name: str, added: bool = True) -> None:
        held = self._world.channels[channel].messages[ts]
        events.reacted(self._world, held, user, name, added=added)

    async def archive(self, *, channel: str, user: str = "", gone: bool = True) -> None:
        events.archived(self._world, self._world.channels[channel], user, gone=gone)

    async def rename(self, *, channel: str, name: str) -> None:
        events.renamed(self._world, self._world.channels[channel], name)

    async def change_id(self, *, channel: str) -> Json:
        return {"id": events.id_changed(self._world, self._world.channels[channel])}

    async def delete_channel(self, *, channel: str, user: str = "") -> None:
        events.deleted(self._world, self._world.channels[channel], user)

    async def kick(self, *, channel: str, user: str = "") -> None:
        events.bot_left(self._world, self._world.channels[channel], user)

    async def invite(self, *, channel: str, user: str = "") -> None:
        events.bot_joined(self._world, self._world.channels[channel], user)

    async def forget(self, *, channel: str, ts: str) -> None:
        """Somebody deletes a message."""
        held = self._world.channels[channel]
        held.deleted.append(held.messages.pop(ts))

    async def uninstall(self, *, team: str) -> None:
        """Remove the app from a workspace, or from a whole organisation by its id."""
        events.uninstalled(self._world, team)

    async def revoke(self, *, team: str) -> None:
        events.tokens_revoked(self._world, team)

    async def change_access(self, *, enterprise: str, teams: list[str], granted: bool = True) -> None:
        """An admin adds an organisation's app to workspaces, or takes it away from them."""
        events.access_changed(self._world, enterprise, teams, granted=granted)

    async def open_pane(self, *, user: str, beside: str = "") -> Json:
        """Open the assistant beside a channel; the thread that begins."""
        home = events.pane_opened(self._world, user, beside)
        return {"channel": home.id, "ts": next(reversed(home.messages))}

    async def move_pane(self, *, user: str, beside: str, ts: str = "") -> None:
        """Another channel beside it; without `ts` in an app with `agent_view`."""
        if ts:
            events.pane_moved(self._world, user, ts, beside)
        else:
            events.context_changed(self._world, user, beside)

    async def open_messages(self, *, user: str, beside: str = "") -> Json:
        return {"channel": events.messages_opened(self._world, user, beside).id}

    async def run_step(self, *, team: str, callback: str, inputs: Json, run: str = "") -> Json:
        """`run`: a step that was sent before is sent again."""
        return {"run": events.step_run(self._world, team, callback, inputs, run)}

    async def open_details(self, *, user: str, channel: str, id: str) -> None:
        """Somebody clicks on a Work Object below a link."""
        entity = next(one for one in self._world.entities if one["external_ref"]["id"] == id)
        events.details_requested(self._world, user, self._world.channels[channel], entity)

    async def send_event(self, *, team: str, event: Json) -> None:
        """Any event at all."""
        events.emit(self._world, team, event)

    # behaving

    async def settings(self, **changes: Any) -> Settings:
        """Change settings; `limits` and `faults` may be given in part."""
        held = msgspec.to_builtins(self._world.settings)
        for key, value in changes.items():
            held[key] = held[key] | value if isinstance(held.get(key), dict) else value
        changed = msgspec.convert(held, Settings, strict=False)
        if "faults" in changes:
            self._world.chance.seed(changed.faults.seed)
        self._world.settings = changed
        return changed

    async def fail_next(self, *, method: str, fault: str, times: int = 1) -> None:
        """The next calls of a method go wrong in this way: a name of a rate in `Faults`."""
        self._world.planned.extend([(method, fault)] * times)

    async def disconnect(self, *, reason: str = "refresh_requested") -> None:
        await self._server.socket.disconnect(reason)

    async def drop(self) -> None:
        await self._server.socket.drop()

    async def verify_url(self) -> Json:
        return {"answer": await self._server.http.verify()}

    async def clear_log(self) -> None:
        self._world.log = type(self._world.log)()


def _bare(channel: Channel) -> Json:
    body: Json = {key: getattr(channel, key) for key in ("id", "team", "name", "private", "archived", "partner")}
    return body | {"members": sorted(channel.members), "messages": len(channel.messages)}


def _field(one: object, key: str) -> object:
    return one.get(key) if isinstance(one, dict) else getattr(one, key, None)


def _answer(body: object, status: int = 200) -> web.Response:
    return web.Response(body=msgspec.json.encode(body), status=status, content_type="application/json")
