"""Properties of votes by reaction, over a real store: whatever order people react in, each counts once."""

from __future__ import annotations

import asyncio
import tempfile
from datetime import timedelta
from pathlib import Path

from emoji import EMOJI_DATA
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.chat.event import Person, Reaction, Ref
from bot.papers.model import Tally
from bot.store import open_store
from bot.votes.ballot import record_reaction, replace_reactions
from bot.votes.emoji import DEFAULT_DOWN, DEFAULT_UP, VoteEmojis, base_emoji, parse_vote_emojis, reaction_id
from tests.builders import NOW, PAPERS, paper, post

TONES = ("", "🏻", "🏽", "🏿")
VARIANTS = ("", "+super")
REACTIONS = [base + tone + variant for base in "👍👎" for tone in TONES for variant in VARIANTS] + ["🔥", "🤔"]
acts = st.lists(st.tuples(st.sampled_from(("ada", "bob")), st.sampled_from(REACTIONS), st.booleans()), max_size=12)


def test_heart_on_fire_counts_as_configured_with_and_without_selectors() -> None:
    for written in ("❤️‍🔥", "❤‍🔥"):
        ours = parse_vote_emojis(f"👍{written}", "👎")
        assert [ours.vote_value(emoji) for emoji in ("❤️‍🔥", "❤‍🔥", "❤", "🔥")] == [1, 1, None, None]
    assert VoteEmojis().vote_value("❤️‍🔥") is None


@given(st.sampled_from(sorted(EMOJI_DATA)))
def test_an_emoji_counts_as_it_is_configured_in_every_form(emoji: str) -> None:
    ours = parse_vote_emojis(emoji, "")
    bare = emoji.replace("\ufe0f", "")
    assert ours.vote_value(emoji) == ours.vote_value(f"{emoji}+super") == 1
    assert base_emoji(base_emoji(emoji)) == base_emoji(emoji) == base_emoji(bare)
    assert reaction_id(emoji) == reaction_id(bare)


@given(acts)
@settings(max_examples=40, deadline=None)
def test_each_person_counts_once_by_the_reactions_that_are_left(acts: list[tuple[str, str, bool]]) -> None:
    asyncio.run(_react(acts))


async def _react(acts: list[tuple[str, str, bool]]) -> None:
    """React and take back; the tally is that of what is left, and a recount of it changes nothing."""
    with tempfile.TemporaryDirectory() as folder:
        store = await open_store(Path(folder) / "paperboy.db")
        try:
            ref, one = Ref(PAPERS, "m1"), paper(1)
            await store.outbox.add_posts([post("m1", papers=(one.id,))])
            await store.outbox.claim_posts(NOW, token="me", lease=timedelta(minutes=1), limit=1, platforms=["web"])
            await store.outbox.settle_sent("m1", token="me", ref=ref, at=NOW)
            left: dict[str, set[str]] = {}
            for n, (name, emoji, added) in enumerate(acts):
                who = Person(platform=PAPERS.platform, space=PAPERS.space, id=name)
                known = {"id": f"e{n}", "at": NOW, "who": who, "place": PAPERS, "message": ref}
                await record_reaction(store, Reaction(**known, emoji=emoji, added=added), VoteEmojis())
                people = left.setdefault(emoji, set())
                (people.add if added else people.discard)(name)
            votes = [people for emoji, people in left.items() if base_emoji(emoji) in DEFAULT_UP + DEFAULT_DOWN]
            tally = (await store.votes.tallies_for(PAPERS.tenant, [one.id])).get(one.id, Tally())
            assert tally.up + tally.down == len(set().union(*votes))
            (delivery,) = [found for found in [await store.outbox.by_ref(ref)] if found]
            reactions = {emoji: frozenset(people) for emoji, people in left.items() if people}
            heard = await store.votes.last_heard()
            assert not await replace_reactions(store, delivery, reactions, VoteEmojis(), heard=heard)
        finally:
            await store.aclose()
