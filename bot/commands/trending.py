"""`/papers trending [today|week|month] [TOPIC]`."""

from datetime import timedelta

from bot.chat.event import Answer
from bot.chat.message import clean
from bot.commands.context import Effect, Request, as_command
from bot.commands.paper_lists import list_papers
from bot.errors import AskError
from bot.languages import mark, tr, tr_count
from bot.papers.model import Tally
from bot.votes.trending import explain_score, rank_trending

SPANS = {"today": 1, "week": 7, "month": 30}
HEADINGS = {
    "today": mark("Trending today"),
    "week": mark("Trending this week"),
    "month": mark("Trending this month"),
}
SYNONYMS = {"day": "today", "daily": "today", "weekly": "week", "monthly": "month"}
TOO_LONG = frozenset({"year", "years", "yearly", "decade", "ever", "all-time"})
MAX_TRENDING_PAPERS = 50


@as_command(
    "trending [today|week|month] [TOPIC]",
    mark("Show the papers that get the most attention now."),
    Effect.READS,
    options=tuple(SPANS),
)
async def trending(request: Request, rest: str) -> Answer:
    """The papers that get the most attention now, here and elsewhere: of all, or on one topic."""
    name, topic = _read(rest)
    store, until, days = request.store, request.now.date(), SPANS[name]
    listed = await store.papers.listed_between(request.sources, until - timedelta(days=days), until)
    if topic:
        on_topic = await request.context.search.matching_among(topic, {item.paper.id for item in listed})
        listed = [item for item in listed if item.paper.id in on_topic]
    tallies = await store.votes.tallies_for(request.who.tenant, {item.paper.id for item in listed})
    ranked = rank_trending(listed, tallies, request.now, MAX_TRENDING_PAPERS, days=days)
    why = {item.paper.id: explain_score(item, tallies.get(item.paper.id, Tally()), request.now) for item in ranked}
    heading = tr("{heading} on “{topic}”", heading=tr(HEADINGS[name]), topic=topic) if topic else tr(HEADINGS[name])
    note = tr("Ranked by upvotes, votes here, stars and age.")
    return await list_papers(request, heading, list(why), why, note=note, empty=_empty(topic, days))


def _empty(topic: str, days: int) -> str:
    if topic:
        return tr("No papers on “{topic}” were listed in that time. To see why: /papers why", topic=topic)
    return tr_count(
        "No papers were listed in the last day. To see why: /papers why",
        "No papers were listed in the last {count} days. To see why: /papers why",
        days,
    )


def _read(rest: str) -> tuple[str, str]:
    """The span and the topic: `week diffusion`, `diffusion`, `month cat:cs.CL`."""
    first, _, more = clean(rest, 200).partition(" ")
    word = first.casefold()
    if word in TOO_LONG:
        raise AskError(
            tr("I can't show what was trending over “{word}”.", word=word),
            tr("The limit is a month: trending week, or trending month."),
        )
    name = SYNONYMS.get(word, word)
    return (name, more.strip()) if name in SPANS else ("week", clean(rest, 200))
