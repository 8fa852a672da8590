"""`/papers feed`: what this channel is brought, for a feed reader."""

from __future__ import annotations

from bot.chat.adapter import CommandHelp
from bot.chat.event import Answer
from bot.chat.message import LinkButton
from bot.commands.context import Command, Request
from bot.errors import AskError
from bot.views.results import note


async def run(ask: Request, rest: str) -> Answer:
    """The secret address of this channel's feed.

    For admins: the address opens the channel's papers to whoever has it, in the workspace or not, for as long as the
    key of the site is the same. To let a channel be read from outside is like setting what comes into it.
    """
    address = ask.desk.feed(ask.place.in_thread("")) if ask.desk.feed else ""
    if not address:
        raise AskError("This site can't be reached from outside.", "Whoever runs Paperboy can set public_url.")
    warning = "Whoever has this address can read which papers come here, so give it to nobody who should not."
    return Answer(message=note(f"{warning} {address}", controls=[LinkButton(label="Open the feed", url=address)]))


COMMAND = Command(
    help=CommandHelp(name="feed", usage="feed", summary="This channel's papers for a feed reader.", admin=True),
    run=run,
)
