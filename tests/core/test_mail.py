"""`/papers mail me`: an address goes into a form, and nowhere else."""

from __future__ import annotations

import logging

import pytest

from bot.chat.event import FormSubmission
from bot.chat.message import Action
from bot.errors import Busy
from tests.builders import BOB, PAPERS
from tests.core.conftest import Channel

ADDRESS = "bob@example.org"


async def test_the_form_is_offered_with_the_page_in_words_for_where_there_are_no_dialogs(channel: Channel) -> None:
    answer = await channel.says("mail me", who=BOB)
    assert answer.form
    assert (answer.private, answer.form.action) == (True, Action("mail"))
    assert [field.name for field in answer.form.fields] == ["address", "query"]
    assert channel.invites.page in answer.message.plain


async def test_the_form_sends_a_confirmation_to_the_address_and_tells_no_one_else(
    channel: Channel, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    answer = await channel.fills(Action("mail"), BOB, address=ADDRESS, query="owls")
    assert channel.invites.asked == [(BOB, {"address": ADDRESS, "query": "owls"})]
    assert answer.private
    assert "follow the link" in answer.message.plain
    assert ADDRESS not in str(answer)
    assert ADDRESS not in caplog.text
    assert channel.platform.posted == {}
    assert not any((await channel.store.ownership.export(BOB.key)).values())


async def test_an_address_that_is_typed_is_not_used_and_not_said_again(channel: Channel) -> None:
    answer = await channel.says(f"mail me {ADDRESS}", who=BOB)
    assert channel.invites.asked == []
    assert answer.form
    assert "Don't post your address" in answer.message.plain
    assert ADDRESS not in str(answer)


async def test_a_form_that_was_wrong_comes_again_without_the_address(channel: Channel) -> None:
    again = await channel.fills(Action("mail"), BOB, address="bob at example", query="owls")
    assert "no e-mail address" in again.message.plain
    assert again.form
    assert [field.value for field in again.form.fields] == ["", "owls"]


async def test_a_mail_server_that_is_away_is_told_without_the_address(
    channel: Channel, caplog: pytest.LogCaptureFixture
) -> None:
    async def away(*_: object) -> None:
        raise Busy("The mail server can't be reached (OSError).", retry_after=60)

    channel.invites.invite = away  # type: ignore[method-assign]
    values = {"address": ADDRESS}
    event = FormSubmission(id="e1", at=channel.clock.now(), who=BOB, place=PAPERS, action=Action("mail"), values=values)
    answer = await channel.core.handle_event(event)
    assert answer
    assert "Something went wrong on our side" in answer.message.plain
    assert ADDRESS not in caplog.text


async def test_how_it_ends_is_said(channel: Channel) -> None:
    assert "unsubscribe link" in (await channel.says("mail off", who=BOB)).message.plain
