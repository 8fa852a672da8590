"""`/papers submit PAPER [WHY]` brings a paper to the community's list of the day; `unsubmit` takes it off again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from bot.chat.adapter import CommandHelp
from bot.chat.event import Answer
from bot.chat.form import Field, Form, filled
from bot.chat.message import Action, Message, Paragraph, clean, text
from bot.commands.context import Command, Request, the_paper
from bot.delivery.composer import SEEN_DAYS
from bot.delivery.edition import split
from bot.errors import AskError
from bot.papers.community import Submission
from bot.papers.ids import arxiv_id
from bot.papers.model import Paper
from bot.views.card import brought_by
from bot.views.formatting import long_day, short_day, source_name
from bot.views.results import note

MOST_MINE, MOST_HERE = 10, 20  # in a day: of one person, and of a community
DAY = timedelta(days=1)
MOST_WHY = 200

FIELDS = (
    Field(name="paper", label="Paper", hint="Its arXiv or Hugging Face address, or its arXiv id", required=True),
    Field(name="why", label="Why", hint="A sentence that is shown with it", max_length=MOST_WHY),
)


async def submit(ask: Request, rest: str) -> Answer:
    """Bring a paper to the list of the day; without words, offer the form."""
    if not rest:
        said = "Which paper? For instance: /papers submit https://arxiv.org/abs/2405.15738 it does what we need"
        return Answer(message=note(said), form=_form(Action("submit"), {}))
    named, _, why = rest.partition(" ")
    if arxiv_id(named) is None:
        raise AskError(
            f"{clean(named, 80)!r} is no address of a paper on arXiv or Hugging Face.",
            "It looks like https://arxiv.org/abs/2405.15738 or https://huggingface.co/papers/2405.15738.",
        )
    paper = await the_paper(ask, named)
    if before := await _brought(ask, paper):
        return before
    await _refuse_listed(ask, paper)
    await _refuse_too_many(ask)
    brought = Submission(
        tenant=ask.who.tenant, paper=paper.id, person=ask.who.key, why=clean(why, MOST_WHY), at=ask.now
    )
    if not await ask.desk.store.submissions.add_submission(brought, cause=ask.cause):
        return await _brought(ask, paper) or Answer(message=note("It was taken off the list just now."))
    return Answer(message=note(f"“{_title(paper)}” is on the list of this community now. {await _when(ask, paper)}"))


async def fill(ask: Request, values: Mapping[str, str], args: tuple[str, ...]) -> Answer:
    """What the form says."""
    said = {field.name: clean(values.get(field.name, ""), field.max_length) for field in FIELDS}
    if not said["paper"] or " " in said["paper"]:
        raise AskError("Which paper?", "Give one arXiv or Hugging Face address, or an arXiv id.")
    return await submit(ask, f"{said['paper']} {said['why']}".strip())


async def unsubmit(ask: Request, rest: str) -> Answer:
    """Take a paper off the list; what was posted of it stays."""
    paper = await the_paper(ask, rest)
    brought = (await ask.desk.store.submissions.for_papers(ask.who.tenant, [paper.id])).get(paper.id)
    if brought is None:
        raise AskError(f"Nobody here brought “{_title(paper)}”.", "/papers today shows what people brought.")
    if not ask.who.admin and brought.person != ask.who.key:
        raise AskError("Only who brought a paper, or an admin, can take it off the list.")
    await ask.desk.store.submissions.remove_submission(ask.who.tenant, paper.id, cause=ask.cause)
    return Answer(message=note(f"“{_title(paper)}” is off the list. What was posted of it stays."))


async def _brought(ask: Request, paper: Paper) -> Answer | None:
    """Who brought it before, if anybody did."""
    found = (await ask.desk.store.submissions.for_papers(ask.who.tenant, [paper.id])).get(paper.id)
    if found is None:
        return None
    on = f"on {short_day(found.at.date())}"
    if found.person == ask.who.key:
        return Answer(message=note(f"You brought “{_title(paper)}” {on}."))
    said = text(brought_by(found), f" brought “{_title(paper)}” {on}.")
    return Answer(message=Message(plain=f"Somebody here brought “{_title(paper)}” {on}.", blocks=(Paragraph(said),)))


async def _refuse_listed(ask: Request, paper: Paper) -> None:
    """What is on the newest list comes anyway."""
    papers = ask.desk.store.papers
    sources, _ = split(ask.desk.sources, ask.who.tenant)
    newest = await papers.listed_days(sources, limit=1)
    for source, day in await papers.featured_since(paper.id, sources, newest[0][0]) if newest else ():
        said = f"{source_name(source)} listed “{_title(paper)}” on {long_day(day)} already."
        raise AskError(said, "Vote for it, and it comes before others: /papers show ID has the button.")


async def _refuse_too_many(ask: Request) -> None:
    count, since = ask.desk.store.submissions.count_submitted, ask.now - DAY
    if await count(ask.who.tenant, since, person=ask.who.key) >= MOST_MINE:
        raise AskError(f"You brought {MOST_MINE} papers in a day: that is the most.", "Tomorrow there is room again.")
    if await count(ask.who.tenant, since) >= MOST_HERE:
        raise AskError(f"This community brought {MOST_HERE} papers in a day: that is the most.", "Try tomorrow.")


async def _when(ask: Request, paper: Paper) -> str:
    shown = await ask.desk.store.outbox.papers_shown_since(ask.place, ask.now - timedelta(days=SEEN_DAYS))
    if paper.id in shown:
        return "This channel had it before, so it comes to the others only."
    return "It comes with the next papers, or late to the last; /papers today shows it."


def _title(paper: Paper) -> str:
    return clean(paper.title, 120)


def _form(action: Action, values: Mapping[str, str]) -> Form:
    return Form(title="Bring a paper", action=action, fields=filled(FIELDS, values), submit_label="Bring it")


SUBMIT = Command(
    help=CommandHelp(
        name="submit",
        usage="submit PAPER [WHY]",
        summary="Bring a paper to this community's list of the day.",
        fields=FIELDS,
    ),
    run=submit,
    form=fill,
    again=_form,
)
UNSUBMIT = Command(
    help=CommandHelp(name="unsubmit", usage="unsubmit ID", summary="Take a paper that was brought off the list."),
    run=unsubmit,
)
