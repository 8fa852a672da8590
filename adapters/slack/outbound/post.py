"""Posts and edits messages. A post carries its delivery key as metadata, by which it is found after a crash.

https://docs.slack.dev/messaging/message-metadata
"""

import asyncio
from collections.abc import Iterator, Sequence
from typing import Any

from slack_sdk.web.async_slack_response import AsyncSlackResponse

from adapters.slack.client import Workspaces, answer_text
from adapters.slack.errors import is_about_blocks
from adapters.slack.outbound import elements, render
from bot.chat.event import Place, Ref
from bot.chat.fit import fit
from bot.chat.message import Message, with_pictures
from bot.errors import Refused

METADATA_TYPE = "paperboy_post"
UPLOAD_PAUSES_S = (0.5, 1.0, 0.0)  # after each refusal; Slack needs about a second for an uploaded picture
MAX_JSON_CHARS = 13_000  # of one message's blocks: `msg_blocks_too_long` comes at about 13,200 (bolt-js #2509)
BLOCK_ID_CHARS = 20  # `"block_id":"aBc1X",` which Slack adds to each block


async def post(workspaces: Workspaces, place: Place, message: Message, key: str) -> Ref:
    """Raises `PostError`."""
    answer = await _call(workspaces, place.space, "chat_postMessage", message, **_to(place, key))
    return Ref(place, answer_text(answer, "ts"))


async def post_payload(workspaces: Workspaces, place: Place, payload: elements.Json, key: str) -> None:
    """Post one part of an answer, to be found by `key`. Raises `PostError`."""
    await workspaces.call(place.space, "chat_postMessage", **_to(place, key), **payload)


async def edit_post(workspaces: Workspaces, ref: Ref, message: Message) -> None:
    """Raises `PostError`. Without `metadata` in the call, Slack keeps the message's metadata."""
    await _call(workspaces, ref.place.space, "chat_update", message, channel=ref.place.channel, ts=ref.id)


def answer_payloads(message: Message) -> list[elements.Json]:
    """An answer in as many messages as it needs. Unlike `fit`, this counts the buttons."""
    return [render.payload(part) for page in fit(message, render.LIMITS, elements.width) for part in _split(page)]


def json_size(blocks: Sequence[elements.Json]) -> int:
    """What blocks count towards Slack's limit: their JSON, with the id that Slack gives each."""
    return len(elements.compact_json(blocks)) + BLOCK_ID_CHARS * len(blocks)


def _split(page: Message) -> Iterator[Message]:
    middle = len(page.blocks) // 2
    if not middle or json_size(render.blocks(page.blocks)) <= MAX_JSON_CHARS:
        yield page
        return
    for half in (page.blocks[:middle], page.blocks[middle:]):
        yield from _split(Message(plain=page.plain, blocks=half))


def _to(place: Place, key: str) -> elements.Json:
    metadata = {"event_type": METADATA_TYPE, "event_payload": {"key": key}}
    thread = {"channel": place.channel, "thread_ts": place.thread or None}
    return thread | {"metadata": metadata, "mrkdwn": False, "unfurl_links": False, "unfurl_media": False}


async def _call(workspaces: Workspaces, space: str, method: str, message: Message, **more: Any) -> AsyncSlackResponse:
    """Slack refuses a whole message for a picture that it can't fetch: then it goes without pictures. For some moments
    it also refuses one that was just uploaded: then it is sent again first."""
    are_files = any(not picture.startswith("https:") for picture in message.pictures)
    for pause_s in UPLOAD_PAUSES_S if are_files else (0.0,) * bool(message.pictures):
        try:
            return await workspaces.call(space, method, **more, **render.payload(message))
        except Refused as error:
            if not is_about_blocks(error):
                raise
            await asyncio.sleep(pause_s)
    return await workspaces.call(space, method, **more, **render.payload(with_pictures(message, {})))
