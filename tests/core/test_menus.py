"""What can be done with any message, and with the address of a paper."""

from __future__ import annotations

from bot.chat.event import Ref
from bot.chat.message import Action
from tests.builders import BOB, PAPERS
from tests.core.conftest import Channel, titles

LINKED = "Have you seen <https://arxiv.org/abs/2503.00001v2|this one>? And https://arxiv.org/pdf/2503.00001."


async def reply_of(channel: Channel, paper: str) -> Ref:
    """The posted reply that shows a paper."""
    await channel.says("schedule daily 09:00")
    await channel.tomorrow()
    (delivery,) = await channel.store.outbox.sent_showing("web:home", paper, channel.clock.now().replace(year=2000))
    assert delivery.ref is not None
    return delivery.ref


async def test_a_vote_from_the_menu_of_a_posted_paper_counts(channel: Channel) -> None:
    ref = await reply_of(channel, "arxiv:2503.00002")
    answer = await channel.presses(Action("vote"), who=BOB, on=ref)
    assert "You voted for “Diffusion of Feathers” (1 vote here)" in answer.message.plain
    assert (await channel.store.votes.tallies_for("web:home", ["arxiv:2503.00002"]))["arxiv:2503.00002"].up == 1


async def test_a_vote_from_the_menu_of_anybodys_message_goes_to_the_paper_it_links_to(channel: Channel) -> None:
    answer = await channel.presses(Action("vote"), on=Ref(PAPERS, "77"), said=LINKED)
    assert "You voted for “Hypernetworks for Nests”" in answer.message.plain


async def test_similar_papers_to_what_a_message_links_to(channel: Channel) -> None:
    answer = await channel.presses(Action("similar"), on=Ref(PAPERS, "77"), said=LINKED)
    assert answer.private
    assert "Similar to “Hypernetworks for Nests”" in answer.message.plain


async def test_a_message_without_a_paper_or_with_several_says_what_works(channel: Channel) -> None:
    none = await channel.presses(Action("vote"), on=Ref(PAPERS, "77"), said="lunch at 12.30?")
    assert "no paper in that message" in none.message.plain
    two = "arXiv:2503.00001 or arXiv:2503.00002"
    assert "several papers" in (await channel.presses(Action("vote"), on=Ref(PAPERS, "77"), said=two)).message.plain


async def test_a_shared_address_is_answered_with_its_card_and_any_other_with_nothing(channel: Channel) -> None:
    answer = await channel.shares("https://huggingface.co/papers/2503.00003")
    assert answer is not None
    assert titles(answer.message) == ["A Study of Worms"]
    assert await channel.shares("https://example.org/2503.00003") is None
    assert await channel.shares("https://arxiv.org/abs/2503.09999") is None
    assert channel.looked_up == ["arxiv:2503.09999"]
