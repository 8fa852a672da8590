"""What buttons do that no command does."""

from __future__ import annotations

from bot.chat.adapter import MenuEntry
from bot.chat.event import Answer, ButtonPress
from bot.chat.message import Action, Button, clean
from bot.commands.context import Request, short, the_paper
from bot.errors import AskError
from bot.papers.ids import find_arxiv_ids
from bot.papers.model import PaperId
from bot.store.records import Tally
from bot.views.card import votes_here
from bot.views.results import note
from bot.votes import ballot

MENU = (
    MenuEntry(label="Find similar papers", action=Action("similar")),
    MenuEntry(label="Vote for this paper", action=Action("vote")),
    MenuEntry(label="Save this paper", action=Action("save")),
)


async def subject(ask: Request, event: ButtonPress) -> PaperId:
    """The paper that a press is about: the button's own, else the one that the message shows or links to."""
    if event.action.args:
        return event.action.args[0]
    delivery = await ask.desk.store.outbox.by_ref(event.message) if event.message else None
    named = delivery.post.papers if delivery else find_arxiv_ids(event.message_text)
    if len(named) == 1:
        return named[0]
    if named:
        raise AskError("That message is about several papers.", "Use the buttons, or the reply of the one you mean.")
    raise AskError("I see no paper in that message.", "It works on what I post and on messages with an arXiv link.")


async def vote(ask: Request, event: ButtonPress) -> tuple[Answer, PaperId]:
    """Cast or take back my vote, and on which paper; it works on the paper, not on the message it stands on."""
    paper = await the_paper(ask, await subject(ask, event))
    stands = await ballot.press(ask.desk.store, event, paper.id, off=event.action.name == "unvote")
    tally = (await ask.desk.store.votes.tallies_for(ask.who.tenant, [paper.id])).get(paper.id, Tally())
    title = clean(paper.title, 120)
    said = f"Your vote for “{title}” counts" if stands else f"Your vote for “{title}” is taken back"
    count = votes_here(tally)
    return Answer(message=note(f"{said} ({count})." if count else f"{said}."), brief=True), paper.id


async def question(ask: Request, event: ButtonPress) -> tuple[int, str]:
    """The offset and the text that a page or share button asks for again."""
    args = ("0", *event.action.args) if event.action.name == "do" else event.action.args
    offset, text = (*args, "", "")[:2]
    if text.startswith("#"):
        text = await ask.desk.store.long_queries.get_query(text[1:]) or ""
    if not text or not offset.isdecimal() or len(offset) > 6:
        raise AskError("That button is too old.", "Ask again with /papers.")
    return int(offset), text


async def doing(ask: Request, label: str, text: str) -> Button:
    """A button that carries out a command in the presser's name, in place of the message it stands on."""
    return Button(label=label, action=Action("do", (await short(ask, text),)), style="primary")


def again(label: str, text: str) -> Button:
    """A button that asks something else."""
    return Button(label=label, action=Action("page", ("0", text)))
