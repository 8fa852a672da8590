"""`/papers submit PAPER [WHY]` adds a paper to this community's list of the day; `unsubmit` removes it."""

from collections.abc import Mapping
from datetime import timedelta

from bot.chat.event import Answer
from bot.chat.form import Field, Form, filled
from bot.chat.message import Action, Message, Paragraph, Span, clean, text
from bot.commands import buttons
from bot.commands.context import Effect, Request, as_command, the_paper
from bot.delivery.composer import SEEN_DAYS
from bot.delivery.edition import split_sources
from bot.errors import AskError
from bot.languages import mark, tr, tr_parts
from bot.papers.community import Submission
from bot.papers.ids import arxiv_id
from bot.papers.model import Paper
from bot.views.card import submitter
from bot.views.formatting import long_day, short_day, source_name
from bot.views.results import note

MAX_PER_PERSON_A_DAY, MAX_PER_TENANT_A_DAY = 10, 20  # papers
DAY = timedelta(days=1)
MAX_WHY_CHARS = 200

FIELDS = (
    Field(
        name="paper", label=mark("Paper"), hint=mark("An arXiv or Hugging Face address, or an arXiv id"), required=True
    ),
    Field(name="why", label=mark("Why"), hint=mark("A sentence to show with the paper"), max_length=MAX_WHY_CHARS),
)


def _form(action: Action, values: Mapping[str, str]) -> Form:
    return Form(title=tr("Submit a paper"), action=action, fields=filled(FIELDS, values), submit_label=tr("Submit"))


async def submit_form(request: Request, values: Mapping[str, str], args: tuple[str, ...]) -> Answer:
    """Submit the paper of a form."""
    typed = {field.name: clean(values.get(field.name, ""), field.max_length) for field in FIELDS}
    if not typed["paper"] or " " in typed["paper"]:
        raise AskError(tr("Which paper?"), tr("Give one arXiv or Hugging Face address, or an arXiv id."))
    return await submit.run(request, f"{typed['paper']} {typed['why']}".strip())


@as_command(
    "submit PAPER [WHY]",
    mark("Add a paper to this community's list of the day."),
    Effect.CHANGES,
    fields=FIELDS,
    submit=submit_form,
    refill=_form,
)
async def submit(request: Request, rest: str) -> Answer:
    """Add a paper to the list of the day; without words, offer the form."""
    if not rest:
        hint = tr("Which paper? For example: /papers submit https://arxiv.org/abs/2405.15738 it does what we need")
        return Answer(message=note(hint), form=_form(Action("submit"), {}))
    address, _, why = rest.partition(" ")
    if arxiv_id(address) is None:
        raise AskError(
            tr("“{text}” isn't the address of a paper on arXiv or Hugging Face.", text=clean(address, 80)),
            tr("Addresses look like https://arxiv.org/abs/2405.15738 or https://huggingface.co/papers/2405.15738"),
        )
    paper = await the_paper(request, address)
    if earlier := await _submitted_before(request, paper):
        return earlier
    await _check_not_listed(request, paper)
    await _check_limits(request)
    submission = Submission(
        tenant=request.who.tenant,
        paper=paper.id,
        person=request.who.key,
        why=clean(why, MAX_WHY_CHARS),
        at=request.now,
    )
    if not await request.store.submissions.add_submission(submission, cause=request.cause):
        removed = Answer(message=note(tr("This paper was just removed from the list.")))
        return await _submitted_before(request, paper) or removed
    done = tr("“{title}” is on this community’s list.", title=_title(paper))
    return Answer(message=note(f"{done} {await _when(request, paper)}"))


@as_command("unsubmit ID", mark("Remove a submitted paper from the list."), Effect.CHANGES)
async def unsubmit(request: Request, rest: str) -> Answer:
    """Remove a paper from the list; posts that already show it stay."""
    paper = await the_paper(request, rest)
    submission = (await request.store.submissions.for_papers(request.who.tenant, [paper.id])).get(paper.id)
    if submission is None:
        raise AskError(
            tr("No one here submitted “{title}”.", title=_title(paper)), tr("To see what was submitted: /papers today")
        )
    if not request.who.admin and submission.person != request.who.key:
        raise AskError(tr("Only the person who submitted a paper, or an admin, can remove it from the list."))
    if not request.confirmed:
        remove = await buttons.confirm_button(request, tr("Remove it"), f"unsubmit {paper.id}")
        warning = tr("This removes “{title}” from the list, including who submitted it and why.", title=_title(paper))
        return Answer(message=note(warning, controls=(remove,)))
    await request.store.submissions.remove_submission(request.who.tenant, paper.id, cause=request.cause)
    done = tr("Removed “{title}” from the list. Posts that already show it stay.", title=_title(paper))
    return Answer(message=note(done))


async def _submitted_before(request: Request, paper: Paper) -> Answer | None:
    """The answer when someone here has submitted the paper already; None when no one has."""
    found = (await request.store.submissions.for_papers(request.who.tenant, [paper.id])).get(paper.id)
    if found is None:
        return None
    title, day = _title(paper), short_day(found.at.date())
    if found.person == request.who.key:
        return Answer(message=note(tr("You submitted “{title}” on {day}.", title=title, day=day)))
    plain = tr("Someone here submitted “{title}” on {day}.", title=title, day=day)
    shown = tr_parts(
        "{person} submitted “{title}” on {day}.", person=submitter(found), title=Span(title), day=Span(day)
    )
    return Answer(message=Message(plain=plain, blocks=(Paragraph(text(*shown)),)))


async def _check_not_listed(request: Request, paper: Paper) -> None:
    """Raise `AskError` for a paper of the newest list, which is posted anyway."""
    papers = request.store.papers
    sources, _ = split_sources(request.context.sources, request.who.tenant)
    newest = await papers.listed_days(sources, limit=1)
    for source, day in await papers.featured_since(paper.id, sources, newest[0][0]) if newest else ():
        raise AskError(
            tr(
                "{source} listed “{title}” on {day}, so it will be posted anyway.",
                source=source_name(source),
                title=_title(paper),
                day=long_day(day),
            ),
            tr("Vote for it to move it up. To get the button: /papers show ID"),
        )


async def _check_limits(request: Request) -> None:
    count, since = request.store.submissions.count_submitted, request.now - DAY
    if await count(request.who.tenant, since, person=request.who.key) >= MAX_PER_PERSON_A_DAY:
        raise AskError(
            tr("You've reached today's limit of {limit} papers.", limit=MAX_PER_PERSON_A_DAY), tr("Try again tomorrow.")
        )
    if await count(request.who.tenant, since) >= MAX_PER_TENANT_A_DAY:
        raise AskError(
            tr("This community has reached today's limit of {limit} papers.", limit=MAX_PER_TENANT_A_DAY),
            tr("Try again tomorrow."),
        )


async def _when(request: Request, paper: Paper) -> str:
    shown = await request.store.outbox.papers_shown_since(request.place, request.now - timedelta(days=SEEN_DAYS))
    if paper.id in shown:
        return tr("It was posted in this channel before, so it will only be posted in others.")
    return tr("It will be posted with the next papers, or added to the last post. To see the list: /papers today")


def _title(paper: Paper) -> str:
    return clean(paper.title, 120)
