"""`/papers home`: a person's saved papers and topics, and the most voted papers here; also Slack's home tab."""

from collections.abc import Sequence
from datetime import timedelta

from bot.chat.event import Answer
from bot.chat.message import Action, Block, Bullets, Button, Controls, Footnote, Heading, Message, Paragraph, Span, text
from bot.commands.context import Effect, Request, as_command
from bot.commands.paper_lists import cards
from bot.commands.schedule_preview import summary
from bot.languages import mark, tr

MAX_CARDS_PER_SECTION = 3
MAX_SCHEDULES = 10

SHORTCUTS = (
    (mark("Today"), "today"),
    (mark("Trending"), "trending"),
    (mark("New for you"), "mine"),
    (mark("Help"), "help"),
)


@as_command("home", mark("Show your saved papers, topics, and the most voted papers."), Effect.READS_OWN)
async def home(request: Request, rest: str) -> Answer:
    """The asker's saved papers and topics, the most voted papers here, and for admins the schedules."""
    shortcuts = tuple(Button(label=tr(label), action=Action("page", ("0", command))) for label, command in SHORTCUTS)
    blocks = [
        Heading("Paperboy"),
        Controls(shortcuts),
        *await _saved(request),
        *await _topics(request),
        *await _liked(request),
    ]
    if request.who.admin:
        blocks += await _schedules(request)
    blocks.append(Footnote(text(tr("To search, type /papers and some words in any channel."))))
    plain = tr("Your saved papers, your topics, and the most voted papers here.")
    return Answer(message=Message(plain=plain, blocks=tuple(blocks)))


def _section(heading: str, blocks: Sequence[Block], empty: str) -> list[Block]:
    return [Heading(heading), *(blocks or [Paragraph(text(empty))])]


async def _saved(request: Request) -> list[Block]:
    ids = await request.store.people.saved_papers(request.who.key, limit=MAX_CARDS_PER_SECTION + 1)
    blocks: list[Block] = [*await cards(request, ids[:MAX_CARDS_PER_SECTION])]
    if len(ids) > MAX_CARDS_PER_SECTION:
        blocks.append(Controls((Button(label=tr("All saved papers"), action=Action("page", ("0", "saved"))),)))
    return _section(tr("Your saved papers"), blocks, tr("None yet. Press Save on a paper to add it."))


async def _topics(request: Request) -> list[Block]:
    topics = await request.store.people.followed_topics(request.who.key)
    foot = Footnote(text(tr("To get new papers on them as a direct message: /papers digest")))
    blocks: list[Block] = [Bullets(tuple(text(topic) for topic in topics)), foot] if topics else []
    empty = tr("None yet. To follow one: /papers follow diffusion models")
    return _section(tr("Topics you follow"), blocks, empty)


async def _liked(request: Request) -> list[Block]:
    week_ago = request.now - timedelta(days=7)
    ranked = await request.store.votes.top_papers(request.who.tenant, week_ago, MAX_CARDS_PER_SECTION)
    found = await cards(request, [id for id, _ in ranked])
    return _section(tr("Most voted here this week"), found, tr("No votes yet. React to a paper, or press Vote."))


async def _schedules(request: Request) -> list[Block]:
    found = await request.store.subscriptions.in_tenant(request.who.tenant)
    shared = [s for s in found if not s.follows][:MAX_SCHEDULES]
    lines = tuple(text(Span(s.place.channel, channel=True), f": {summary(s)}") for s in shared)
    empty = tr("None yet. Type /papers schedule in the channel that should get papers.")
    return _section(tr("Schedules"), [Bullets(lines)] if lines else [], empty)
