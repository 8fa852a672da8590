"""Shows an answer block by block, as Slack shows what an assistant says.

The answer is complete and checked before its first block is sent. The pieces are blocks and not `markdown_text`, in
which Slack would read markup. https://docs.slack.dev/reference/methods/chat.startStream
"""

from __future__ import annotations

from adapters.slack.client import Workspaces, answer_text
from adapters.slack.outbound.render import Json, answer_payloads
from bot.chat.event import Place
from bot.chat.message import Message
from bot.errors import Busy, PostError, Refused

MAX_PIECES = 12  # Slack takes about 100 a minute in a workspace; a longer answer has several blocks in the last piece


async def stream_message(workspaces: Workspaces, message: Message, place: Place, person: str) -> bool:
    """Stream a message into a thread. False when it has to be posted: it is too long for one message, or Slack refused
    before anything was shown. Raises `PostError`."""
    payloads = answer_payloads(message)
    if len(payloads) > 1:
        return False
    said = [block for block in payloads[0]["blocks"] if block["type"] != "actions"]
    buttons = [block for block in payloads[0]["blocks"] if block["type"] == "actions"]
    first, *rest = [*([block] for block in said[:MAX_PIECES]), *([said[MAX_PIECES:]] if said[MAX_PIECES:] else [])]
    reader = {"recipient_team_id": place.space, "recipient_user_id": person}
    try:
        begun = await workspaces.call(
            place.space,
            "chat_startStream",
            channel=place.channel,
            thread_ts=place.thread,
            chunks=[_chunk(first)],
            **reader,
        )
    except (Refused, Busy):
        return False
    await _continue(workspaces, place, answer_text(begun, "ts"), rest, buttons)
    return True


async def _continue(
    workspaces: Workspaces, place: Place, ts: str, pieces: list[list[Json]], buttons: list[Json]
) -> None:
    """Append the pieces. When one can't be appended, what is left comes with the end of the message."""
    left = list(pieces)
    try:
        while left:
            await workspaces.call(
                place.space, "chat_appendStream", channel=place.channel, ts=ts, chunks=[_chunk(left[0])]
            )
            left.pop(0)
    except PostError:
        pass
    end = [*(block for piece in left for block in piece), *buttons]
    await workspaces.call(place.space, "chat_stopStream", channel=place.channel, ts=ts, blocks=end or None)


def _chunk(blocks: list[Json]) -> Json:
    return {"type": "blocks", "blocks": blocks}
