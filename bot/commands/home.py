"""`/papers home`: a person's saved papers and topics, and the most voted papers here; also Slack's home tab."""

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
    return Answer(
        message=Message(
            plain=tr("Your saved papers, your topics, and the most voted papers here."), blocks=tuple(blocks)
        )
    )


async def _saved(request: Request) -> list[Block]:
    ids = await request.store.people.saved_papers(request.who.key, limit=MAX_CARDS_PER_SECTION + 1)
    if not ids:
        return [Heading(tr("Your saved papers")), Paragraph(text(tr("None yet. Press Save on a paper to add it.")))]
    more = (Controls((Button(label=tr("All saved papers"), action=Action("page", ("0", "saved"))),)),) * (
        len(ids) > MAX_CARDS_PER_SECTION
    )
    return [Heading(tr("Your saved papers")), *await cards(request, ids[:MAX_CARDS_PER_SECTION]), *more]


async def _topics(request: Request) -> list[Block]:
    topics = await request.store.people.followed_topics(request.who.key)
    if not topics:
        return [
            Heading(tr("Topics you follow")),
            Paragraph(text(tr("None yet. To follow one: /papers follow diffusion models"))),
        ]
    foot = Footnote(text(tr("To get new papers on them as a direct message: /papers digest")))
    return [Heading(tr("Topics you follow")), Bullets(tuple(text(topic) for topic in topics)), foot]


async def _liked(request: Request) -> list[Block]:
    ranked = await request.store.votes.top_papers(
        request.who.tenant, request.now - timedelta(days=7), MAX_CARDS_PER_SECTION
    )
    if not ranked:
        return [
            Heading(tr("Most voted here this week")),
            Paragraph(text(tr("No votes yet. React to a paper, or press Vote."))),
        ]
    return [Heading(tr("Most voted here this week")), *await cards(request, [id for id, _ in ranked])]


async def _schedules(request: Request) -> list[Block]:
    found = await request.store.subscriptions.in_tenant(request.who.tenant)
    shared = [s for s in found if not s.follows][:MAX_SCHEDULES]
    if not shared:
        return [
            Heading(tr("Schedules")),
            Paragraph(text(tr("None yet. Type /papers schedule in the channel that should get papers."))),
        ]
    lines = tuple(text(Span(s.place.channel, channel=True), f": {summary(s)}") for s in shared)
    return [Heading(tr("Schedules")), Bullets(lines)]
