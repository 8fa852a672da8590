"""`/papers feed`: the address of this channel's feed."""

from bot.chat.event import Answer
from bot.chat.message import LinkButton
from bot.commands.context import Effect, Request, as_command
from bot.errors import AskError
from bot.languages import mark, tr
from bot.views.results import note


@as_command("feed", mark("Read this channel's papers in a feed reader."), Effect.READS_OWN, admin=True)
async def feed(request: Request, rest: str) -> Answer:
    """The secret address of this channel's feed.

    For admins only: anyone who has the address can read the channel's papers, also from outside the workspace, until
    the site gets a new key. Opening a channel to readers outside is as much a decision as what is posted in it.
    """
    address = request.context.feed(request.place.in_thread("")) if request.context.feed else ""
    if not address:
        raise AskError(
            tr("This site can't be reached from outside."), tr("To change that, set public_url in the settings.")
        )
    warning = tr("Anyone with this address can see which papers are posted here, so share it with care.")
    return Answer(message=note(f"{warning} {address}", controls=[LinkButton(label=tr("Open the feed"), url=address)]))
