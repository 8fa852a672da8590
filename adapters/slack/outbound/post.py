"""Posts and edits messages. A post carries its delivery key as metadata, by which it is found after a crash.

https://docs.slack.dev/messaging/message-metadata
"""

from __future__ import annotations

from adapters.slack.client import Workspaces, answer_text
from adapters.slack.outbound import render
from bot.chat.event import Place, Ref
from bot.chat.message import Message

METADATA_TYPE = "paperboy_post"


async def post(workspaces: Workspaces, place: Place, message: Message, key: str) -> Ref:
    """Raises `PostError`."""
    answer = await workspaces.call(
        place.space,
        "chat_postMessage",
        channel=place.channel,
        thread_ts=place.thread or None,
        metadata={"event_type": METADATA_TYPE, "event_payload": {"key": key}},
        mrkdwn=False,
        unfurl_links=False,
        unfurl_media=False,
        **render.payload(message),
    )
    return Ref(place, answer_text(answer, "ts"))


async def edit_post(workspaces: Workspaces, ref: Ref, message: Message) -> None:
    """Raises `PostError`. Without `metadata` in the call, Slack keeps the message's metadata."""
    await workspaces.call(
        ref.place.space, "chat_update", channel=ref.place.channel, ts=ref.id, **render.payload(message)
    )
