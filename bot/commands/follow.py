"""`/papers follow` (topics, authors, categories, labs), `following`, `unfollow`, and `mine`: new papers on them."""

from datetime import timedelta

from bot.chat.event import Answer
from bot.chat.message import Span, clean, text
from bot.commands.context import Effect, Request, as_command
from bot.commands.paper_lists import list_papers
from bot.delivery.composer import match_topics
from bot.delivery.selection import near_reason
from bot.errors import AskError
from bot.languages import mark, tr, tr_count
from bot.search.query import parse_query
from bot.views.results import note, sheet
from bot.votes.taste import rank_by_taste

MAX_TOPIC_CHARS = 100
MAX_TOPICS = 50  # per person
RECENT_DAYS = 14
SAVED_FIRST = mark("Papers close to those you saved come first; to change that: /papers taste off")
NO_TOPICS = mark("You don't follow any topics yet. To follow one: /papers follow diffusion models")


@as_command("follow TOPIC", mark("Follow a topic, or author:NAME, cat:CATEGORY or lab:NAME."), Effect.CHANGES)
async def follow(request: Request, rest: str) -> Answer:
    """Follow a topic: words, or a filter as in a search."""
    topic = clean(rest)
    query = parse_query(topic)
    if not topic or len(topic) > MAX_TOPIC_CHARS or query.ignored or (query.is_empty and query.filter.is_empty):
        raise AskError(
            tr("What do you want to follow?"),
            tr(
                "Give up to {limit} characters, for example: /papers follow diffusion, author:hinton, cat:cs.CL"
                " or lab:deepmind",
                limit=MAX_TOPIC_CHARS,
            ),
        )
    people = request.store.people
    if len(await people.followed_topics(request.who.key)) >= MAX_TOPICS:
        raise AskError(
            tr("You follow {limit} topics, which is the limit.", limit=MAX_TOPICS),
            tr("To drop one: /papers unfollow TOPIC"),
        )
    new = await people.follow_topic(request.who.key, topic, request.now, cause=request.cause)
    done = tr("You now follow “{topic}”.", topic=topic) if new else tr("You already follow “{topic}”.", topic=topic)
    return Answer(message=note(f"{done} {tr('To see new papers on it: /papers mine')}"))


@as_command("unfollow TOPIC", mark("Stop following a topic."), Effect.CHANGES)
async def unfollow(request: Request, rest: str) -> Answer:
    """Stop following a topic."""
    topic = clean(rest)
    if await request.store.people.unfollow_topic(request.who.key, topic, cause=request.cause):
        return Answer(message=note(tr("You no longer follow “{topic}”.", topic=topic)))
    raise AskError(tr("You don't follow “{topic}”.", topic=topic[:60]), tr("To list your topics: /papers following"))


@as_command("following", mark("List the topics you follow."), Effect.READS_OWN)
async def following(request: Request, rest: str) -> Answer:
    """The topics the asker follows."""
    topics = await request.store.people.followed_topics(request.who.key)
    if not topics:
        return Answer(message=note(tr(NO_TOPICS)))
    return Answer(message=sheet(tr("Topics you follow"), [text(Span(topic)) for topic in topics]))


@as_command("mine", mark("Show new papers on the topics you follow."), Effect.READS_OWN)
async def mine(request: Request, rest: str) -> Answer:
    """Papers of the last two weeks on the topics the asker follows."""
    store = request.store
    topics = await store.people.followed_topics(request.who.key)
    if not topics:
        return Answer(message=note(tr(NO_TOPICS)))
    until = request.now.date()
    listed = await store.papers.listed_between(request.sources, until - timedelta(days=RECENT_DAYS), until)
    newest = sorted(listed, key=lambda item: item.day, reverse=True)  # within a day, the most upvoted stay first
    recent = list(dict.fromkeys(item.paper.id for item in newest))
    why = await match_topics(topics, recent, request.context.search)
    ids = [id for id in recent if id in why]
    if leanings := await request.context.planner.by_saved(request.who.key, ids):
        ids = rank_by_taste(ids, {}, leanings)
        why |= {id: f"{why[id]}; {near}" for id in ids if (near := near_reason(leanings.get(id), is_mine=True))}
    explained = tr_count(
        "{count} topic, the last {days} days.", "{count} topics, the last {days} days.", len(topics), days=RECENT_DAYS
    )
    explained += f" {tr(SAVED_FIRST)}" if leanings else ""
    empty = tr("There are no new papers on them.")
    return await list_papers(request, tr("New on your topics"), ids, why, note=explained, empty=empty, share=False)
