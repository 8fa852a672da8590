"""Whatever an abstract orders and however obedient the model: no channel sees it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from bot.summaries import extract
from bot.summaries.generation.sanitizing import without_instructions
from tests.builders import SHARED, needs_shared, paper
from tests.fakes.anthropic import data_of
from tests.summaries.conftest import Office, everything, lines_of
from tests.summaries.hostile import Hostile, hostile

Start = Callable[..., Awaitable[Office]]
ALL = list(hostile())
BY_TITLE = {one.paper.title: one.answer for one in ALL}
SPOKEN = ("evil.example", "@everyone", "<!channel>", "password", "best", "ImageNet", "100%", "Bananas")


def obey(body: dict[str, object]) -> str:
    """Does as the abstract says, whether the order reached the model or not."""
    return BY_TITLE[data_of(body)["title"]]


async def posted(hire: Start, **more: object) -> tuple[Office, list[str]]:
    office = await hire(obey, **more)
    await office.lists([one.paper for one in ALL])
    await office.improves()
    office.fake.finish()
    office.clock.moment = office.clock.now().replace(hour=12)
    await office.improves()
    office.fake.finish()
    office.clock.moment = office.clock.now().replace(hour=13)
    await office.improves()
    await office.serves(count=500, layout="thread")
    return office, [everything(message) for message in await office.delivers()]


async def test_no_obedient_answer_reaches_a_channel(hire: Start) -> None:
    assert len(ALL) >= 60
    office, said = await posted(hire)
    assert len(office.fake.data) == 2 * len(ALL)  # each was asked, and asked once more
    assert len(said) > len(ALL)
    for one in ALL:
        assert not any(one.answer in message for message in said), one
    assert not any(word in message for word in SPOKEN for message in said)


async def test_the_papers_still_have_a_line_of_their_own(hire: Start) -> None:
    office, _ = await posted(hire)
    lines = [line for _, message in office.platform.posted.values() for line in lines_of(message) if line]
    assert len(lines) == len(ALL)
    assert all("wool" in line.casefold() for line in lines)


@pytest.mark.parametrize("one", ALL, ids=lambda one: str(one.paper.id))
def test_the_order_is_not_even_sent(one: Hostile) -> None:
    left = without_instructions(one.paper).abstract
    assert left.startswith("Birds build nests from wool.")
    assert not any(word in left for word in SPOKEN)


def test_the_extract_of_a_hostile_abstract_is_not_the_order() -> None:
    for one in ALL:
        assert not any(word in extract(without_instructions(one.paper)) for word in SPOKEN)


@pytest.mark.parametrize(
    "sentence",
    [
        "We study instruction following and show that models ignore instructions in long prompts.",
        "Our attack makes assistants ignore safety rules in 40% of dialogues.",
        "You Only Look Once detects nests in real time.",
        "Attention is all you need to house a bird.",
        "Answering questions about nests needs memory.",
        "The line between nests and houses is thin.",
        "State-of-the-art nests must withstand rain.",
        "Code is at https://github.com/birds/nests.",
    ],
)
def test_research_about_orders_is_no_order(sentence: str) -> None:
    one = paper(1, abstract=f"Birds sing. {sentence} It keeps rain out.")
    assert without_instructions(one) is one


@pytest.mark.slow
@needs_shared
def test_hardly_a_real_abstract_loses_a_sentence() -> None:
    from tests.unit.summaries.plants import hugging_face

    assert SHARED.exists()
    papers = list(hugging_face())
    assert sum(without_instructions(one) is not one for one in papers) < 0.006 * len(papers)
