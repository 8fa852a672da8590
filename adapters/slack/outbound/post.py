"""Posts and edits messages. A post carries its delivery key as metadata, by which it is found after a crash.

https://docs.slack.dev/messaging/message-metadata
"""

import asyncio
from typing import Any

from slack_sdk.web.async_slack_response import AsyncSlackResponse

from adapters.slack.client import Workspaces, answer_text
from adapters.slack.errors import is_about_blocks
from adapters.slack.outbound import render
from bot.chat.event import Place, Ref
from bot.chat.message import Message, with_pictures
from bot.errors import Refused

METADATA_TYPE = "paperboy_post"
UPLOAD_PAUSES_S = (0.5, 1.0, 0.0)  # after each refusal; Slack needs about a second for an uploaded picture


async def post(workspaces: Workspaces, place: Place, message: Message, key: str) -> Ref:
    """Raises `PostError`."""
    answer = await _call(
        workspaces,
        place.space,
        "chat_postMessage",
        message,
        **_to(place, key),
    )
    return Ref(place, answer_text(answer, "ts"))


async def post_payload(workspaces: Workspaces, place: Place, payload: render.Json, key: str) -> None:
    """Post one part of an answer, to be found by `key`. Raises `PostError`."""
    await workspaces.call(place.space, "chat_postMessage", **_to(place, key), **payload)


async def edit_post(workspaces: Workspaces, ref: Ref, message: Message) -> None:
    """Raises `PostError`. Without `metadata` in the call, Slack keeps the message's metadata."""
    await _call(workspaces, ref.place.space, "chat_update", message, channel=ref.place.channel, ts=ref.id)


def _to(place: Place, key: str) -> render.Json:
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
