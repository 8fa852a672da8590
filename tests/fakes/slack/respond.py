"""response_url: answers to a command or an interaction, five within half an hour."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from tests.fakes.slack.log import Request, Shown
from tests.fakes.slack.methods.chat import build, judge, keep, numbered
from tests.fakes.slack.state import Channel, Hook, Json, Message
from tests.fakes.slack.trouble import Trouble
from tests.fakes.slack.world import World

USES = 5


class Respond:
    """Handles POST of /actions/TEAM/NUMBER/SECRET."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def handle(self, request: web.Request) -> web.Response:
        world = self._world
        hook = world.hooks.get(request.match_info["hook"])
        body: Any = await request.json()
        seen = Request(at=world.now(), method="response_url", team=hook.team if hook else "", args=body)
        world.log.requests.append(seen)
        trouble = Trouble(world, "response_url", request)
        seen.fault = trouble.kind
        answer = trouble.before("")
        if answer is None:
            seen.error = self._wrong(hook, body)
            said = self._done(hook, body, seen.error)
            answer = (None if seen.error else await trouble.after()) or said
        seen.status = answer.status
        return answer

    def _done(self, hook: Hook | None, body: Json, wrong: str) -> web.Response:
        if wrong or hook is None:
            status = 404 if wrong in {"used_url", "expired_url"} else 400
            return web.json_response({"ok": False, "error": wrong}, status=status)
        hook.uses += 1
        answer(self._world, hook, body, via="response_url")
        return web.Response(text="ok")

    def _wrong(self, hook: Hook | None, body: Json) -> str:
        if hook is None or hook.until < self._world.now():
            return "expired_url"
        if hook.uses >= USES:
            return "used_url"
        if body.get("delete_original"):
            return ""
        if fail := judge(self._world, "response_url", hook.team, body):
            return fail.error
        return "" if body.get("text") or body.get("blocks") or body.get("attachments") else "no_text"


def answer(world: World, hook: Hook, body: Json, *, via: str) -> None:
    """Show an answer where the command was given or the button stands."""
    channel = world.channels[hook.channel]
    original = channel.messages.get(hook.original) or channel.ephemerals.get(hook.original)
    if body.get("delete_original") and original:
        _remove(channel, original)
        world.show(Shown(kind="delete", at=world.now(), message=original, trigger=hook.trigger))
    elif body.get("replace_original") and original:
        _replace(world, original, body, hook)
    else:
        _add(world, channel, hook, body, via)


def _add(world: World, channel: Channel, hook: Hook, body: Json, via: str) -> None:
    public = body.get("response_type") == "in_channel"
    thread = str(body.get("thread_ts") or (hook.thread if not public else ""))
    made = build(world, channel, body, thread=thread, via=via, seen_by="" if public else hook.user)
    if public:
        keep(world, made, trigger=hook.trigger, response_type="in_channel")
        return
    channel.ephemerals[made.ts] = made
    shown = Shown(kind="ephemeral", at=world.now(), message=made, trigger=hook.trigger, response_type="ephemeral")
    world.show(shown)


def _replace(world: World, original: Message, body: Json, hook: Hook) -> None:
    original.text = body.get("text") or ""
    original.blocks = numbered(world, body.get("blocks"))
    original.edited = world.ts()
    world.show(Shown(kind="update", at=world.now(), message=original, trigger=hook.trigger))


def _remove(channel: Channel, original: Message) -> None:
    (channel.ephemerals if original.seen_by else channel.messages).pop(original.ts, None)
    channel.deleted.append(original)
