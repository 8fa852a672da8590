"""`/papers home`: mine and ours on one page; what a platform with a home tab shows there."""

from __future__ import annotations

from datetime import timedelta

from bot.chat.adapter import CommandHelp
from bot.chat.event import Answer
from bot.chat.message import Action, Block, Bullets, Button, Controls, Footnote, Heading, Message, Paragraph, Span, text
from bot.commands.context import Command, Request, cards
from bot.commands.schedule import summary

FEW = 3
MOST_SCHEDULES = 10

DOORS = (("Today", "today"), ("Trending", "trending"), ("New for you", "mine"), ("Help", "help"))


async def run(ask: Request, rest: str) -> Answer:
    """The asker's own papers and topics, what is liked here, and for admins what is scheduled."""
    doors = tuple(Button(label=label, action=Action("page", ("0", command))) for label, command in DOORS)
    blocks = [Heading("Paperboy"), Controls(doors), *await _saved(ask), *await _topics(ask), *await _liked(ask)]
    if ask.who.admin:
        blocks += await _schedules(ask)
    blocks.append(Footnote(text("Type /papers and what you look for in any channel.")))
    return Answer(message=Message(plain="Your papers, your topics, and what is liked here.", blocks=tuple(blocks)))


async def _saved(ask: Request) -> list[Block]:
    ids = await ask.desk.store.people.saved_papers(ask.who.key, limit=FEW + 1)
    if not ids:
        return [Heading("Your saved papers"), Paragraph(text("None yet: press Save on any paper."))]
    more = (Controls((Button(label="All saved papers", action=Action("page", ("0", "saved"))),)),) * (len(ids) > FEW)
    return [Heading("Your saved papers"), *await cards(ask, ids[:FEW]), *more]


async def _topics(ask: Request) -> list[Block]:
    topics = await ask.desk.store.people.followed_topics(ask.who.key)
    if not topics:
        return [Heading("Topics you follow"), Paragraph(text("None yet: /papers follow diffusion models"))]
    foot = Footnote(text("/papers digest brings what is new on them as a direct message."))
    return [Heading("Topics you follow"), Bullets(tuple(text(topic) for topic in topics)), foot]


async def _liked(ask: Request) -> list[Block]:
    ranked = await ask.desk.store.votes.top_papers(ask.who.tenant, ask.now - timedelta(days=7), FEW)
    if not ranked:
        return [Heading("Most voted here this week"), Paragraph(text("No votes yet: react to a paper, or press Vote."))]
    return [Heading("Most voted here this week"), *await cards(ask, [id for id, _ in ranked])]


async def _schedules(ask: Request) -> list[Block]:
    found = await ask.desk.store.subscriptions.in_tenant(ask.who.tenant)
    shared = [s for s in found if not s.follows][:MOST_SCHEDULES]
    if not shared:
        return [Heading("Schedules"), Paragraph(text("None yet: /papers schedule in the channel that wants papers."))]
    lines = tuple(text(Span(s.place.channel, channel=True), f": {summary(s)}") for s in shared)
    return [Heading("Schedules"), Bullets(lines)]


COMMAND = Command(
    help=CommandHelp(name="home", usage="home", summary="Your papers and topics, and what is liked here."),
    run=run,
)
