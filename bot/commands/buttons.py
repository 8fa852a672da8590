"""Buttons that vote, save, page or share, rather than run a command."""

from bot.chat.adapter import MenuEntry
from bot.chat.event import Answer, ButtonPress
from bot.chat.message import Action, Button, clean
from bot.commands.bound_buttons import bound_action
from bot.commands.context import Command, Effect, Request, button_text, exact_paper, stored_text
from bot.commands.subscription_form import UnclearSchedule
from bot.errors import AskError
from bot.languages import mark, tr
from bot.papers.ids import find_arxiv_ids
from bot.papers.model import PaperId, Tally
from bot.views.card import votes_here
from bot.views.results import note
from bot.votes import ballot

MENU = (
    MenuEntry(label=mark("Find similar papers"), action=Action("similar")),
    MenuEntry(label=mark("Vote for this paper"), action=Action("vote")),
    MenuEntry(label=mark("Save this paper"), action=Action("save")),
)


def outdated() -> AskError:
    """The error for a button or form that no longer works."""
    return AskError(tr("This button no longer works."), tr("Type the command again: /papers"))


async def pressed_paper(request: Request, press: ButtonPress) -> PaperId:
    """The paper of a press: the button's own, else the one that the message shows or links to. Raises `AskError`."""
    if press.action.args:
        return press.action.args[0]
    delivery = await request.store.outbox.by_ref(press.message) if press.message else None
    papers = delivery.post.papers if delivery else find_arxiv_ids(press.message_text)
    if len(papers) == 1:
        return papers[0]
    if papers:
        raise AskError(
            tr("That message is about several papers."), tr("Use the buttons or the reply of the one you mean.")
        )
    raise AskError(
        tr("There is no paper in that message."), tr("This works on my posts and on messages with an arXiv link.")
    )


async def vote(request: Request, press: ButtonPress) -> tuple[Answer, PaperId]:
    """Cast or take back the presser's vote; returns the answer and the paper. It counts for all copies of the card."""
    store = request.store
    paper = await exact_paper(request, await pressed_paper(request, press))
    is_cast = await ballot.record_press(store, press, paper.id, off=press.action.name == "unvote")
    tally = (await store.votes.tallies_for(request.who.tenant, [paper.id])).get(paper.id, Tally())
    title, count = clean(paper.title, 120), votes_here(tally)
    if is_cast:
        done = tr("You voted for “{title}” ({votes}).", title=title, votes=count)
    elif count:
        done = tr("Your vote for “{title}” was removed ({votes}).", title=title, votes=count)
    else:
        done = tr("Your vote for “{title}” was removed.", title=title)
    return Answer(message=note(done), brief=True), paper.id


async def repeated_question(request: Request, press: ButtonPress) -> tuple[int, str]:
    """The offset and the query of a `page` or `share` button. Raises `AskError`."""
    offset, named = (*press.action.args, "", "")[:2]
    text = await stored_text(request, named)
    if not text or not offset.isdecimal() or len(offset) > 6:
        raise outdated()
    return int(offset), text


async def confirm_button(request: Request, label: str, text: str) -> Button:
    """A button that runs a command for the asker, after its warning or preview; the answer replaces that message."""
    return Button(label=label, action=await bound_action(request, "confirm", text), style="primary")


async def suggestion(request: Request, command: Command, rest: str) -> Button | None:
    """A button for the command that the asker may have meant. One that changes something works for them alone, and
    isn't offered where others can press it."""
    text, label = f"{command.name} {rest}".strip(), tr("Did you mean /papers {command}?", command=command.name)
    if command.effect is not Effect.CHANGES:
        return Button(label=label, action=Action("page", ("0", await button_text(request, text))))
    return None if request.shared else Button(label=label, action=await bound_action(request, "run", text))


async def question(request: Request, unclear: UnclearSchedule, command: str) -> Answer:
    """A question about a schedule, with a button for each answer that runs the command with it."""
    controls = [
        Button(label=choice.label, action=await bound_action(request, "run", f"{command} {choice.phrase}"))
        for choice in unclear.choices
    ]
    return Answer(message=note(unclear.message, controls=controls))
