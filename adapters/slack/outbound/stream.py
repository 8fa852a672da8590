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

MAX_PIECES = 12  # Slack takes about 100 a minute in a workspace


async def stream_message(workspaces: Workspaces, message: Message, place: Place, person: str) -> bool:
    """Stream a message into a thread. False when it has to be posted: it is too long for one message, or Slack refused
    before anything was shown. Raises `PostError`."""
    shown, *more = [payload["blocks"] for payload in answer_payloads(message)]
    if more:
        return False
    said = [block for block in shown if block["type"] != "actions"]
    end = said[MAX_PIECES:] + [block for block in shown if block["type"] == "actions"]
    where = {"channel": place.channel, "thread_ts": place.thread}
    reader = {"recipient_team_id": place.space, "recipient_user_id": person}
    try:
        begun = await workspaces.call(place.space, "chat_startStream", chunks=_chunks(said[0]), **where, **reader)
    except (Refused, Busy):
        return False
    stream = {"channel": place.channel, "ts": answer_text(begun, "ts")}
    rest = said[1:MAX_PIECES]
    try:
        while rest:
            await workspaces.call(place.space, "chat_appendStream", chunks=_chunks(rest[0]), **stream)
            rest.pop(0)
    except PostError:
        end = rest + end  # what could not be appended comes with the end
    await workspaces.call(place.space, "chat_stopStream", blocks=end or None, **stream)
    return True


def _chunks(block: Json) -> list[Json]:
    return [{"type": "blocks", "blocks": [block]}]
