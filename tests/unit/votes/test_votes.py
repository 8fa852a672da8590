"""Which reactions are votes, and what trends."""

from __future__ import annotations

from datetime import timedelta

from bot.papers.model import Tally
from bot.store.records import ListedPaper
from bot.votes.emoji import VoteEmojis, base_emoji, parse_vote_emojis
from bot.votes.trending import explain_score, rank_trending, trending_score
from tests.builders import NOW, TODAY, paper


def test_thumbs_count_in_every_skin_tone_and_other_faces_do_not() -> None:
    value = VoteEmojis().vote_value
    assert value("👍") == value("👍🏾") == value("❤️") == 1
    assert value("👎🏻") == -1
    assert value("🤔") is None
    assert base_emoji("👍🏽") == "👍"


def test_a_community_chooses_its_own_emoji() -> None:
    ours = parse_vote_emojis("🦉, ❤️👍🏽", "🪱")
    assert [ours.vote_value(emoji) for emoji in ("🦉", "❤", "👍", "🪱", "🔥", ",")] == [1, 1, 1, -1, None, None]


def test_a_paper_of_today_overtakes_last_weeks_with_a_tenth_of_the_votes() -> None:
    new = ListedPaper(paper=paper(1, upvotes=12), source="huggingface", day=TODAY, first_seen=NOW)
    old = ListedPaper(paper=paper(2, upvotes=90), source="huggingface", day=TODAY - timedelta(days=9), first_seen=NOW)
    assert rank_trending([old, new], {}, NOW, 5) == [new, old]


def test_votes_here_lift_a_paper_and_votes_against_sink_it() -> None:
    item = ListedPaper(paper=paper(1, upvotes=10), source="huggingface", day=TODAY, first_seen=NOW)
    assert (
        trending_score(item, Tally(down=1), NOW)
        < trending_score(item, Tally(), NOW)
        < trending_score(item, Tally(up=1), NOW)
    )


def test_a_paper_listed_on_two_days_trends_once() -> None:
    twice = [
        ListedPaper(paper=paper(1), source="huggingface", day=TODAY - timedelta(days=n), first_seen=NOW) for n in (0, 1)
    ]
    assert len(rank_trending(twice, {}, NOW, 5)) == 1


def test_a_month_is_more_patient_than_a_week() -> None:
    new = ListedPaper(paper=paper(1, upvotes=12), source="huggingface", day=TODAY, first_seen=NOW)
    old = ListedPaper(paper=paper(2, upvotes=90), source="huggingface", day=TODAY - timedelta(days=9), first_seen=NOW)
    assert rank_trending([old, new], {}, NOW, 5, days=30) == [old, new]


def test_the_reason_tells_what_the_score_is_made_of() -> None:
    item = ListedPaper(
        paper=paper(1, upvotes=1_200), source="huggingface", day=TODAY - timedelta(days=1), first_seen=NOW
    )
    assert (
        explain_score(item, Tally(up=3, down=1), NOW) == "1,200 upvotes, 3 votes here, 1 vote against, listed 1 day ago"
    )
