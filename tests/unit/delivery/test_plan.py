"""Which papers an edition brings, and why the others do not come."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from msgspec.structs import replace

from bot.chat.adapter import Limits
from bot.chat.fit import fit
from bot.chat.message import Papers
from bot.delivery.calendar import closed_reason, is_complete
from bot.delivery.posts import KEY_CHARS, compose, compose_replies, delivery_key, fit_digest
from bot.delivery.selection import Choice, choose
from bot.papers.model import Paper, Tally
from bot.store.records import EditionFacts, Fetch, ListedPaper
from bot.views.digest import Entry
from tests.builders import NOW, PAPERS, TODAY, paper, subscription


def listed(*papers: Paper, source: str = "huggingface") -> list[ListedPaper]:
    return [ListedPaper(paper=p, source=source, day=TODAY, first_seen=NOW) for p in papers]


def pick(*papers: Paper, **more: Any) -> Choice:
    wish = more.pop("wish", subscription())
    values: dict[str, Any] = {"tallies": {}, "seen": set(), "matches": None}
    return choose(wish, listed(*papers), **(values | more))


def left_out(choice: Choice) -> dict[str, str]:
    return {item.paper: item.reason for item in choice.left_out}


def test_the_best_liked_come_first_and_a_vote_here_weighs_three() -> None:
    a, b, c = paper(1, upvotes=10), paper(2, upvotes=12), paper(3, upvotes=11)
    chosen = pick(a, b, c, tallies={a.id: Tally(up=1)}).chosen
    assert [item.paper.id for item in chosen] == [a.id, b.id, c.id]


def test_of_papers_that_nobody_has_voted_on_the_newest_come_first() -> None:
    assert [item.paper.id for item in pick(paper(1), paper(3), paper(2)).chosen] == [paper(n).id for n in (3, 2, 1)]


def test_every_paper_left_out_has_its_reason() -> None:
    gone, seen, far, few, late, good = (paper(n, upvotes=n) for n in range(1, 7))
    choice = pick(
        replace(gone, withdrawn=True),
        seen,
        far,
        few,
        late,
        good,
        wish=subscription(count=1, min_votes=5),
        seen={seen.id},
        matches={p.id: "on topic" for p in (gone, seen, few, late, good)},
    )
    assert [item.paper.id for item in choice.chosen] == [good.id]
    assert choice.chosen[0].reasons == ("on topic",)
    assert left_out(choice) == {
        gone.id: "withdrawn",
        seen.id: "seen before",
        far.id: "no match",
        few.id: "too few votes",
        late.id: "list full",
    }


def test_a_paper_that_two_sources_list_comes_once() -> None:
    one = paper(1)
    items = listed(one) + listed(one, source="arxiv")
    choice = choose(subscription(), items, tallies={}, seen=set(), matches=None)
    assert len(choice.chosen) == 1


def test_a_thread_is_a_head_and_a_reply_a_paper() -> None:
    posts = _compose(subscription(), 3)
    assert [post.part for post in posts] == ["head", *(f"arxiv:2503.{n:05d}" for n in (1, 2, 3))]
    assert {post.parent for post in posts[1:]} == {posts[0].key}
    assert posts[0].papers == ()


def test_a_compact_edition_is_one_message_that_shows_all_papers() -> None:
    posts = _compose(subscription(layout="compact"), 3)
    assert len(posts) == 1
    assert len(posts[0].papers) == 3


def test_cards_alone_are_messages_of_their_own_after_the_first() -> None:
    posts = _compose(subscription(layout="cards"), 3)
    assert [(post.part, post.parent) for post in posts] == [("head", ""), *((paper(n).id, "") for n in (1, 2, 3))]


@pytest.mark.parametrize(("max_chars", "rows", "summaries"), [(2_400, 10, 10), (1_200, 10, 5), (750, 4, 2)])
def test_a_digest_that_is_too_long_drops_the_last_summaries_and_then_papers(
    max_chars: int, rows: int, summaries: int
) -> None:
    entries = [Entry(paper=paper(n), summary="It keeps birds warm. " * 7) for n in range(1, 31)]
    facts = EditionFacts(day=TODAY, listed=30, sources=("huggingface",))
    limits = Limits(max_chars=max_chars, max_blocks=9, max_block_chars=600, max_buttons=5)
    fitted = fit_digest(facts, entries, partial(fit, limits=limits, width=lambda run: sum(len(s.text) for s in run)))
    shown = [card for block in fitted.blocks if isinstance(block, Papers) for card in block.items]
    assert [card.paper for card in shown] == [paper(n).id for n in range(1, rows + 1)]
    assert [bool(card.summary) for card in shown] == [n < summaries for n in range(rows)]
    assert f"And {30 - rows} more in the thread." in str(fitted.blocks[-1])


def test_the_first_message_alone_says_what_it_is_about_and_whom_it_notifies() -> None:
    mixed = [("cs.CL", "cs.LG"), ("cs.CL",), (), ("cs.CV", "cs.CL"), ("cs.RO",)]
    entries = [Entry(paper=replace(paper(n), categories=names)) for n, names in enumerate(mixed, 1)]
    facts = EditionFacts(day=TODAY, listed=5, sources=("huggingface",))
    for layout in ("thread", "compact", "cards"):
        wish = subscription(layout=layout, query="agents", ping="77")
        head, *rest = compose(wish, "huggingface:2025-03-18", facts, entries, now=NOW, fit=lambda m: [m, m])
        assert (head.message.topics, head.message.ping) == (("agents", "cs.CL"), "77")
        assert {(post.message.topics, post.message.ping) for post in rest} == {((), "")}


def test_planning_again_gives_the_same_keys() -> None:
    assert [post.key for post in _compose(subscription(), 3)] == [post.key for post in _compose(subscription(), 3)]


def test_a_late_paper_goes_into_the_thread_that_is_there() -> None:
    head = _compose(subscription(), 1)[0]
    late = compose_replies(
        subscription(), "huggingface:2025-03-18", [Entry(paper=paper(9))], now=NOW, fit=lambda m: [m]
    )
    assert [post.parent for post in late] == [head.key]


def test_keys_fit_a_nonce_and_differ_by_channel_and_edition() -> None:
    key = delivery_key(PAPERS, "s1", "e1", "head")
    assert len(key) == KEY_CHARS
    other = replace(PAPERS, channel="other")
    assert len({key, delivery_key(other, "s1", "e1", "head"), delivery_key(PAPERS, "s1", "e2", "head")}) == 3


@pytest.mark.parametrize(
    ("source", "day", "why"),
    [
        ("huggingface", date(2025, 3, 18), ""),
        ("huggingface", date(2025, 3, 22), "weekend"),
        ("arxiv", date(2026, 11, 26), "holiday"),
        ("feed:example.org", date(2025, 3, 22), ""),
    ],
)
def test_it_is_known_on_which_days_a_source_rests(source: str, day: date, why: str) -> None:
    assert closed_reason(source, day) == why


def test_a_list_is_complete_when_its_day_is_over_or_it_rests_late_in_the_day() -> None:
    evening = datetime.combine(TODAY, datetime.min.time(), NOW.tzinfo) + timedelta(hours=19)
    quiet = Fetch(source="huggingface", day=TODAY, at=evening, last_grew=evening - timedelta(hours=4))
    busy = replace(quiet, last_grew=evening - timedelta(hours=1))
    assert is_complete("huggingface", TODAY, 30, quiet, evening)
    assert not is_complete("huggingface", TODAY, 30, busy, evening)
    unseen = replace(quiet, at=quiet.last_grew or evening)
    assert not is_complete("huggingface", TODAY, 30, unseen, evening)  # nobody has looked since
    assert not is_complete("huggingface", TODAY, 0, None, evening)
    assert is_complete("huggingface", TODAY, 30, busy, evening + timedelta(hours=5))
    assert is_complete("arxiv", TODAY, 1, None, NOW)
    early = replace(quiet, at=evening - timedelta(hours=4), last_grew=evening - timedelta(hours=8))
    assert is_complete("huggingface", TODAY, 30, early, evening - timedelta(hours=4))  # 15:00 is late in the day
    assert not is_complete("huggingface", TODAY, 30, early, evening - timedelta(hours=4, seconds=1))


def _compose(wish: Any, count: int) -> Any:
    entries = [Entry(paper=paper(n, upvotes=9 - n)) for n in range(1, count + 1)]
    return compose(
        wish,
        "huggingface:2025-03-18",
        EditionFacts(day=TODAY, listed=count, sources=("huggingface",)),
        entries,
        now=NOW,
        fit=lambda m: [m],
    )
