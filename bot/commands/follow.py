"""`/papers follow` (topics, authors, categories, labs), `following`, `unfollow`, and `mine`: new papers on them."""

from __future__ import annotations

from datetime import timedelta

from bot.chat.adapter import CommandHelp
from bot.chat.event import Answer
from bot.chat.message import Span, clean, text
from bot.commands.context import CARDS_PER_PAGE, Command, Effect, Request, cards, paging
from bot.delivery.followed_topics import match_topics
from bot.delivery.selection import near_reason
from bot.errors import AskError
from bot.search.query import parse_query
from bot.views.formatting import plural
from bot.views.results import note, results, sheet
from bot.votes.taste import rank_by_taste

MAX_TOPIC_CHARS = 100
MAX_TOPICS = 50  # per person
RECENT_DAYS = 14
SAVED_FIRST = ". Papers close to those you saved come first; to change that: /papers taste off"
HOW_TO_FOLLOW = "To follow a topic: /papers follow diffusion models"


async def follow(request: Request, rest: str) -> Answer:
    """Follow a topic: words, or a filter as in a search."""
    topic = clean(rest)
    query = parse_query(topic)
    if not topic or len(topic) > MAX_TOPIC_CHARS or query.ignored or (query.is_empty and query.filter.is_empty):
        raise AskError(
            "What do you want to follow?",
            f"Give up to {MAX_TOPIC_CHARS} characters, for example: /papers follow diffusion, author:hinton, cat:cs.CL"
            " or lab:deepmind",
        )
    people = request.store.people
    if len(await people.followed_topics(request.who.key)) >= MAX_TOPICS:
        raise AskError(f"You follow {MAX_TOPICS} topics, which is the limit.", "To drop one: /papers unfollow TOPIC")
    new = await people.follow_topic(request.who.key, topic, request.now, cause=request.cause)
    done = f"You now follow “{topic}”." if new else f"You already follow “{topic}”."
    return Answer(message=note(f"{done} To see new papers on it: /papers mine"))


async def unfollow(request: Request, rest: str) -> Answer:
    """Stop following a topic."""
    topic = clean(rest)
    if await request.store.people.unfollow_topic(request.who.key, topic, cause=request.cause):
        return Answer(message=note(f"You no longer follow “{topic}”."))
    raise AskError(f"You don't follow {topic[:60]!r}.", "To list your topics: /papers following")


async def following(request: Request, rest: str) -> Answer:
    """The topics the asker follows."""
    topics = await request.store.people.followed_topics(request.who.key)
    if not topics:
        return Answer(message=note(f"You don't follow any topics yet. {HOW_TO_FOLLOW}"))
    return Answer(message=sheet("Topics you follow", [text(Span(topic)) for topic in topics]))


async def mine(request: Request, rest: str) -> Answer:
    """Papers of the last two weeks on the topics the asker follows."""
    store = request.store
    topics = await store.people.followed_topics(request.who.key)
    if not topics:
        return Answer(message=note(f"You don't follow any topics yet. {HOW_TO_FOLLOW}. Saved papers: /papers saved"))
    until = request.now.date()
    listed = await store.papers.listed_between(request.sources, until - timedelta(days=RECENT_DAYS), until)
    newest = sorted(listed, key=lambda item: item.day, reverse=True)  # within a day, the most upvoted stay first
    recent = list(dict.fromkeys(item.paper.id for item in newest))
    why = await match_topics(topics, recent, request.context.search)
    ids = [id for id in recent if id in why]
    if leanings := await request.context.planner.by_saved(request.who.key, ids):
        ids = rank_by_taste(ids, {}, leanings)
        why |= {id: f"{why[id]}; {near}" for id in ids if (near := near_reason(leanings.get(id), is_mine=True))}
    message = results(
        "New on your topics",
        await cards(request, ids[request.offset : request.offset + CARDS_PER_PAGE], why),
        note=f"{plural(len(topics), 'topic')}, the last {RECENT_DAYS} days" + (SAVED_FIRST if leanings else "."),
        empty="There are no new papers on them.",
        controls=await paging(request, more=len(ids) > request.offset + CARDS_PER_PAGE, share=False) if ids else (),
    )
    return Answer(message=message)


FOLLOW = Command(
    help=CommandHelp(
        name="follow",
        usage="follow TOPIC",
        summary="Follow a topic, or author:NAME, cat:CATEGORY or lab:NAME.",
    ),
    run=follow,
    effect=Effect.CHANGES,
)
UNFOLLOW = Command(
    help=CommandHelp(name="unfollow", usage="unfollow TOPIC", summary="Stop following a topic."),
    run=unfollow,
    effect=Effect.CHANGES,
)
FOLLOWING = Command(
    help=CommandHelp(name="following", usage="following", summary="List the topics you follow."),
    run=following,
    effect=Effect.READS_OWN,
)
MINE = Command(
    help=CommandHelp(name="mine", usage="mine", summary="Show new papers on the topics you follow."),
    run=mine,
    effect=Effect.READS_OWN,
)
