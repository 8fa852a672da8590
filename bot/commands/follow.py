"""`/papers follow` (topics, authors, categories, labs), `following`, `unfollow`, and `mine`: what is new on them."""

from __future__ import annotations

from datetime import timedelta

from bot.chat.adapter import CommandHelp
from bot.chat.event import Answer
from bot.chat.message import Span, clean, text
from bot.commands.context import PAGE, Command, Request, cards, paging
from bot.delivery.followed_topics import followed
from bot.delivery.selection import told
from bot.errors import AskError
from bot.search.query import parse_query
from bot.views.formatting import plural
from bot.views.results import note, results, sheet
from bot.votes.taste import taught

TOPIC_CHARS = 100
MOST = 50
DAYS = 14
SAVED_FIRST = "; nearest to what you saved first. /papers taste off ends that."


async def follow(ask: Request, rest: str) -> Answer:
    """Remember a topic: words, or a filter as in a search."""
    topic = clean(rest)
    query = parse_query(topic)
    if not topic or len(topic) > TOPIC_CHARS or query.ignored or (query.is_empty and query.filter.is_empty):
        kinds = f"up to {TOPIC_CHARS} characters: /papers follow diffusion, author:hinton, cat:cs.CL or lab:deepmind"
        raise AskError("What do you want to follow?", f"Say {kinds}.")
    people = ask.desk.store.people
    if len(await people.followed_topics(ask.who.key)) >= MOST:
        raise AskError(f"You follow {MOST} topics already.", "Let one go with /papers unfollow TOPIC.")
    new = await people.follow_topic(ask.who.key, topic, ask.now, cause=ask.cause)
    said = f"You now follow “{topic}”." if new else f"You follow “{topic}” already."
    return Answer(message=note(f"{said} /papers mine shows what is new on it."))


async def unfollow(ask: Request, rest: str) -> Answer:
    """Forget a topic."""
    topic = clean(rest)
    if await ask.desk.store.people.unfollow_topic(ask.who.key, topic, cause=ask.cause):
        return Answer(message=note(f"You no longer follow “{topic}”."))
    raise AskError(f"You don't follow {topic[:60]!r}.", "/papers following lists your topics.")


async def following(ask: Request, rest: str) -> Answer:
    """My topics."""
    topics = await ask.desk.store.people.followed_topics(ask.who.key)
    if not topics:
        return Answer(message=note("You follow no topic yet: /papers follow diffusion models"))
    return Answer(message=sheet("Topics you follow", [text(Span(topic)) for topic in topics]))


async def mine(ask: Request, rest: str) -> Answer:
    """Papers of the last two weeks on the topics I follow."""
    store = ask.desk.store
    topics = await store.people.followed_topics(ask.who.key)
    if not topics:
        return Answer(
            message=note("Follow a topic first (/papers follow diffusion models); /papers saved lists papers.")
        )
    until = ask.now.date()
    listed = await store.papers.listed_between(ask.sources, until - timedelta(days=DAYS), until)
    newest = sorted(listed, key=lambda item: item.day, reverse=True)  # of a day, those with most upvotes first
    recent = list(dict.fromkeys(item.paper.id for item in newest))
    why = await followed(topics, recent, ask.desk.search)
    ids = [id for id in recent if id in why]
    if leanings := await ask.desk.planner.by_saved(ask.who.key, ids):
        ids = taught(ids, {}, leanings)
        why |= {id: f"{why[id]}; {near}" for id in ids if (near := told(leanings.get(id), is_mine=True))}
    message = results(
        "New on what you follow",
        await cards(ask, ids[ask.offset : ask.offset + PAGE], why),
        note=f"{plural(len(topics), 'topic')}, the last {DAYS} days" + (SAVED_FIRST if leanings else "."),
        empty=f"Nothing in the last {DAYS} days on {plural(len(topics), 'topic')} you follow.",
        controls=await paging(ask, more=len(ids) > ask.offset + PAGE) if ids else (),
    )
    return Answer(message=message)


FOLLOW = Command(
    help=CommandHelp(
        name="follow", usage="follow TOPIC", summary="Follow a topic, author:NAME, cat:CATEGORY or lab:NAME."
    ),
    run=follow,
)
UNFOLLOW = Command(
    help=CommandHelp(name="unfollow", usage="unfollow TOPIC", summary="Follow it no more."), run=unfollow
)
FOLLOWING = Command(
    help=CommandHelp(name="following", usage="following", summary="The topics you follow."), run=following
)
MINE = Command(help=CommandHelp(name="mine", usage="mine", summary="New papers on the topics you follow."), run=mine)
