"""What buttons do that no command does."""

from __future__ import annotations

from bot.chat.event import Answer, Press
from bot.chat.message import Action, Button, clean
from bot.commands.command import Ask, the_paper
from bot.errors import AskError
from bot.store.records import Tally
from bot.views.card import votes_here
from bot.views.results import note
from bot.votes import ballot


async def vote(ask: Ask, event: Press) -> Answer:
    """Cast or take back my vote; the button always works on the paper, not on the message it stands on."""
    paper = await the_paper(ask, _first(event.action))
    stands = await ballot.press(ask.desk.store, event, paper.id)
    tally = (await ask.desk.store.votes.tallies(ask.who.tenant, [paper.id])).get(paper.id, Tally())
    title = clean(paper.title, 120)
    said = f"Your vote for “{title}” counts" if stands else f"Your vote for “{title}” is taken back"
    count = votes_here(tally)
    return Answer(message=note(f"{said} ({count})." if count else f"{said}."), brief=True)


async def question(ask: Ask, event: Press) -> tuple[int, str]:
    """The offset and the text that a page or share button asks for again."""
    offset, text = (*event.action.args, "", "")[:2]
    if text.startswith("#"):
        text = await ask.desk.store.questions.text(text[1:]) or ""
    if not text or not offset.isdecimal() or len(offset) > 6:
        raise AskError("That button is too old.", "Ask again with /papers.")
    return int(offset), text


def again(label: str, text: str) -> Button:
    """A button that asks something else."""
    return Button(label=label, action=Action("page", ("0", text)))


def _first(action: Action) -> str:
    return action.args[0] if action.args else ""
