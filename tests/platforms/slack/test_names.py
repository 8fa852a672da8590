"""Who brought a paper is named, and not called: Slack's own mention would."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from adapters.slack.adapter import SlackAdapter
from adapters.slack.outbound.render import payload
from bot.chat.event import Place, Ref
from bot.chat.message import Bullets, Card, Footnote, Message, Paragraph, Span, text
from tests.fakes.slack import FakeSlack, Room, Workspace


def card_by(person: str) -> Message:
    by = text("brought by ", Span(person, person=True), " · ", Span("PDF", url="https://arxiv.org/pdf/2405.15738"))
    card = Card(paper="p", title="A House for Birds", url="https://arxiv.org/abs/2405.15738", facts=by)
    return Message(plain="A paper", blocks=(card, Paragraph(by), Bullets((by,)), Footnote(by)))


@pytest.mark.parametrize("name", ["Grace", "<!channel>", "*bold* @here", "a|b <https://evil.example|x>"])
async def test_people_have_their_names_and_nobody_is_called(
    slack: FakeSlack, acme: Workspace, adapter: SlackAdapter, place: Place, papers: Room, name: str
) -> None:
    grace = await acme.user(name)
    ref = await adapter.post(place, card_by(grace.id), key="k1")
    await adapter.edit_post(ref, card_by(grace.id))
    [held] = await papers.messages()
    shown = str(held.blocks)
    assert shown.count("brought by ") == 4
    assert grace.id not in shown
    assert shown.count(name) == 4
    assert not await slack.wrong()
    assert len(await slack.requests(method="users.info")) == 1  # cached


@pytest.mark.parametrize("fault", ["rate_limited", "error_before"])
async def test_without_a_name_it_is_somebody_and_the_post_goes_out(
    slack: FakeSlack, acme: Workspace, adapter: SlackAdapter, place: Place, papers: Room, fault: str
) -> None:
    await slack.fail_next("users.info", fault)
    ref = await adapter.post(place, card_by((await acme.user("grace")).id), key="k1")
    assert ref == Ref(place, (await papers.messages())[0].ts)
    assert "brought by someone here" in str((await papers.messages())[0].blocks)


async def test_who_is_not_there_any_more_is_somebody(adapter: SlackAdapter, place: Place, papers: Room) -> None:
    await adapter.post(place, card_by("U0GONE"), key="k1")
    [held] = await papers.messages()
    assert "someone here" in str(held.blocks)
    assert "U0GONE" not in str(held.blocks)


def test_who_asked_for_it_is_notified_and_no_one_else() -> None:
    shown = payload(replace(card_by("U7"), pings=("U42", "!channel", "U1> <!here")))["blocks"]
    people = [{"type": "user", "user_id": "U42"}]
    assert shown[0] == {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": people}]}
    assert shown[1:] == payload(card_by("U7"))["blocks"]
    assert payload(replace(card_by("U7"), pings=("everyone",))) == payload(card_by("U7"))
