"""Posting, finding, changing and counting over the wire; what Slack refuses says what to do about it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from adapters.slack.adapter import SlackAdapter
from adapters.slack.install.scopes import OPTIONAL_SCOPES, SCOPES
from bot.chat.event import Place, Ref
from bot.chat.message import Message, Paragraph, text
from bot.errors import Busy, PostError, Refused, Unsure
from bot.store.sql import Store
from tests.builders import post
from tests.fakes.slack import FakeSlack, Room, Someone, Workspace
from tests.faults.delivering import drain
from tests.platforms.slack.conftest import Make


def says(words: str) -> Message:
    return Message(plain=words, blocks=(Paragraph(text(words)),))


def recently() -> datetime:
    return datetime.now(UTC) - timedelta(minutes=1)  # noqa: TID251 - the fake's clock is the machine's


async def test_a_post_is_marked_and_unfurls_nothing(adapter: SlackAdapter, place: Place, papers: Room) -> None:
    ref = await adapter.post(place, says("one"), key="key-1")
    [held] = await papers.messages()
    assert (held.ts, held.text) == (ref.id, "one")
    assert held.metadata == {"event_type": "paperboy_post", "event_payload": {"key": "key-1"}}
    assert held.attachments == []


async def test_a_reply_hangs_from_its_head(adapter: SlackAdapter, place: Place, papers: Room) -> None:
    head = await adapter.post(place, says("head"), key="head")
    reply = await adapter.post(place.in_thread(head.id), says("reply"), key="reply")
    assert reply.place.thread == head.id
    assert [(held.text, held.thread) for held in await papers.messages()][1] == ("reply", head.id)


@pytest.mark.parametrize("fault", ["error_before", "drop_before", "error_after", "drop_after"])
@pytest.mark.parametrize("threaded", [False, True])
async def test_a_lost_answer_is_never_repeated_and_the_post_is_found(
    adapter: SlackAdapter, place: Place, papers: Room, slack: FakeSlack, fault: str, threaded: bool
) -> None:
    if threaded:
        place = place.in_thread((await adapter.post(place, says("head"), key="head")).id)
    await slack.fail_next("chat.postMessage", fault)
    with pytest.raises(Unsure):
        await adapter.post(place, says("one"), key="key-1")
    assert len(await slack.requests(method="chat.postMessage")) == 1 + threaded
    found = await adapter.find_post(place, key="key-1", since=recently())
    arrived = [held.ts for held in await papers.messages() if held.text == "one"]
    assert [found.id] == arrived if found else arrived == []
    assert bool(found) == fault.endswith("after")


async def test_a_post_is_found_among_hundreds(adapter: SlackAdapter, place: Place, ada: Someone, papers: Room) -> None:
    ref = await adapter.post(place, says("one"), key="key-1")
    for n in range(210):
        await ada.slack.do("say", user=ada.id, channel=papers.id, text=f"talk {n}", answers=0)
    assert await adapter.find_post(place, key="key-1", since=recently()) == ref
    assert await adapter.find_post(place, key="key-9", since=recently()) is None
    assert len(await ada.slack.requests(method="conversations.history")) == 4


async def test_one_page_a_minute_finds_a_post_in_a_busy_channel_also_across_restarts(
    adapter_of: Make, place: Place, ada: Someone, papers: Room, slack: FakeSlack
) -> None:
    async def talk(count: int) -> None:
        for n in range(count):
            await slack.do("say", user=ada.id, channel=papers.id, text=f"talk {n}", answers=0)

    await talk(20)
    since = datetime.now(UTC)  # noqa: TID251 - the fake's clock is the machine's
    head = await adapter_of().post(place, says("one"), key="key-1")
    await talk(20)
    until = since + timedelta(seconds=30)
    await slack.settings(limits={"history_restricted": True, "scale": 60})

    async def search(key: str) -> tuple[Ref | None, int]:
        """What is found, by an adapter of its own for each page, and how many pages it took."""
        for pages in range(1, 20):
            try:
                window = {"since": since, "until": until}
                return await adapter_of().find_post_between(place, key=key, **window), pages
            except Busy as error:
                await asyncio.sleep(error.retry_after)
        raise AssertionError("it never ends")

    assert await search("key-1") == (head, 2)
    found, calls = await search("key-9")
    assert found is None
    assert calls <= 4  # 41 messages, 15 on a page; the first call may come within the same minute


async def test_a_post_that_slack_carries_out_late_is_not_repeated(
    adapter: SlackAdapter, place: Place, papers: Room, slack: FakeSlack, store: Store
) -> None:
    await slack.settings(faults={"hang": 0.8})
    await slack.fail_next("chat.postMessage", "late")
    await store.outbox.add_posts([post("key-1", place=place)])
    await drain(store, "slack", adapter, attempt_s=0.5, back_off_s=0.05)
    assert len(await papers.messages()) == 1
    assert len(await slack.requests(method="chat.postMessage")) == 1


async def test_nothing_older_than_asked_for_is_found(
    adapter: SlackAdapter, place: Place, papers: Room, slack: FakeSlack, acme: Workspace
) -> None:
    await adapter.post(place, says("one"), key="key-1")
    assert await adapter.find_post(place, key="key-1", since=recently() + timedelta(hours=1)) is None


async def test_slack_asks_for_a_pause(adapter: SlackAdapter, place: Place, slack: FakeSlack) -> None:
    await slack.settings(faults={"retry_after": 7})
    await slack.fail_next("chat.postMessage", "rate_limited")
    with pytest.raises(Busy) as caught:
        await adapter.post(place, says("one"), key="k")
    assert caught.value.retry_after == 7
    assert caught.value.tenant_wide  # the dispatcher keeps each channel's pace: it is the workspace's that is meant


async def test_a_pause_in_reading_back_holds_up_no_post(adapter: SlackAdapter, place: Place, slack: FakeSlack) -> None:
    await slack.fail_next("conversations.history", "rate_limited")
    with pytest.raises(Busy) as caught:
        await adapter.find_post(place, key="k", since=recently())
    assert not caught.value.tenant_wide


async def test_whether_a_channel_may_be_posted_to_is_known_without_posting(
    adapter: SlackAdapter, place: Place, papers: Room, acme: Workspace
) -> None:
    assert await adapter.may_post(place)
    await papers.archive()
    assert not await adapter.may_post(place)
    assert not await adapter.may_post(Place("slack", acme.id, (await acme.channel("elsewhere", member=False)).id))


async def test_why_a_channel_can_not_be_posted_to_is_said_in_words(
    adapter: SlackAdapter, place: Place, papers: Room, acme: Workspace
) -> None:
    assert await adapter.access_problem(place) is None
    elsewhere = await acme.channel("elsewhere", member=False)
    for channel, why in ((elsewhere.id, "not a member"), ("C0NOWHERE", "not a member")):
        assert why in str(await adapter.access_problem(Place("slack", acme.id, channel)))
    await papers.archive()
    assert "archived" in str(await adapter.access_problem(place))


async def test_a_direct_message_may_be_written_with_the_scopes_of_the_manifest(
    adapter_of: Make, ada: Someone, acme: Workspace, slack: FakeSlack
) -> None:
    made = await slack.do("token", team=acme.id, scopes=list(SCOPES))
    adapter = adapter_of(bot_token=made["token"])
    assert await adapter.may_post(await adapter.open_direct_message(ada.id, acme.id))


async def test_a_slack_that_can_not_be_reached_has_nothing(adapter_of: Make, place: Place) -> None:
    adapter = adapter_of(api_url="http://127.0.0.1:9/api")
    with pytest.raises(Busy):
        await adapter.post(place, says("one"), key="k")


@pytest.mark.parametrize("trouble", ["not invited", "archived", "unknown", "revoked", "uninstalled", "elsewhere"])
async def test_a_place_that_is_unusable_says_what_to_do(
    adapter: SlackAdapter, place: Place, papers: Room, acme: Workspace, trouble: str
) -> None:
    match trouble:
        case "not invited":
            place = Place("slack", acme.id, (await acme.channel("elsewhere", member=False)).id)
        case "archived":
            await papers.archive()
        case "unknown":
            place = Place("slack", acme.id, "C0NOWHERE")
        case "revoked":
            await acme.revoke()
        case "uninstalled":
            await acme.uninstall()
        case _:
            place = Place("slack", "T0ELSEWHERE", papers.id)
    with pytest.raises(Refused) as caught:
        await adapter.post(place, says("one"), key="k")
    assert caught.value.broken
    assert caught.value.hint
    assert ("/invite" in caught.value.hint) == (trouble in {"not invited", "unknown"})
    assert acme.token not in str(caught.value)


async def test_without_the_right_to_read_a_doubtful_post_is_given_up_and_the_schedule_goes_on(
    adapter_of: Make, place: Place, acme: Workspace, slack: FakeSlack
) -> None:
    made = await slack.do("token", team=acme.id, scopes=["chat:write"])
    adapter = adapter_of(bot_token=made["token"])
    await adapter.post(place, says("one"), key="k")
    with pytest.raises(Refused) as caught:
        await adapter.find_post(place, key="k", since=recently())
    assert not caught.value.broken
    assert "channels:history" in caught.value.hint


async def test_a_change_keeps_the_mark(adapter: SlackAdapter, place: Place, papers: Room) -> None:
    ref = await adapter.post(place, says("one"), key="key-1")
    await adapter.edit_post(ref, says("two"))
    [held] = await papers.messages()
    assert held.text == "two"
    assert await adapter.find_post(place, key="key-1", since=recently()) == ref


async def test_what_is_gone_can_not_be_changed(adapter: SlackAdapter, place: Place, papers: Room) -> None:
    ref = await adapter.post(place, says("one"), key="key-1")
    await papers.forget((await papers.messages())[0])
    with pytest.raises(Refused) as caught:
        await adapter.edit_post(ref, says("two"))
    assert not caught.value.broken
    with pytest.raises(PostError):
        await adapter.count_reactions(ref)


async def test_reactions_are_people_by_emoji(
    adapter: SlackAdapter, place: Place, papers: Room, ada: Someone, bob: Someone
) -> None:
    ref = await adapter.post(place, says("one"), key="key-1")
    assert await adapter.count_reactions(ref) == {}
    [held] = await papers.messages()
    for who, name in ((ada, "+1"), (bob, "+1::skin-tone-5"), (bob, "heart"), (bob, "our_own")):
        await who.react(held, name)
    assert await adapter.count_reactions(ref) == {"👍": {ada.id}, "👍🏾": {bob.id}, "❤": {bob.id}}


async def test_more_than_fifty_people_are_all_counted(
    adapter: SlackAdapter, place: Place, papers: Room, acme: Workspace
) -> None:
    ref = await adapter.post(place, says("one"), key="key-1")
    [held] = await papers.messages()
    people = [await acme.user(f"p{n}") for n in range(60)]
    for who in people:
        await who.react(held, "thumbsup")
    assert await adapter.count_reactions(ref) == {"👍": {who.id for who in people}}


async def test_the_bots_own_reaction_does_not_count(
    adapter: SlackAdapter, place: Place, papers: Room, slack: FakeSlack, acme: Workspace
) -> None:
    ref = await adapter.post(place, says("one"), key="key-1")
    await slack.do("react", user=acme.bot, channel=papers.id, ts=ref.id, name="+1")
    assert await adapter.count_reactions(ref) == {}


async def test_somebody_is_written_to_alone(adapter: SlackAdapter, ada: Someone, acme: Workspace) -> None:
    talk = await adapter.open_direct_message(ada.id, acme.id)
    ref = await adapter.post(talk, says("your digest"), key="k")
    assert talk.channel == (await ada.conversation()).id
    assert await adapter.find_post(talk, key="k", since=recently()) == Ref(talk, ref.id)


async def test_doctor_finds_all_well_with_the_scopes_of_the_manifest(
    adapter_of: Make, acme: Workspace, slack: FakeSlack
) -> None:
    made = await slack.do("token", team=acme.id, scopes=list(SCOPES))
    found = await adapter_of(bot_token=made["token"]).check_setup()
    assert len(found) == 1 + len(SCOPES) + len(OPTIONAL_SCOPES)
    assert all(finding.ok for finding in found)


async def test_doctor_tells_what_is_missing_and_what_is_too_much(
    adapter_of: Make, acme: Workspace, slack: FakeSlack
) -> None:
    made = await slack.do("token", team=acme.id, scopes=[*(set(SCOPES) - {"links:write"}), "files:read"])
    adapter = adapter_of(bot_token=made["token"], app_token=None)
    bad = {finding.what: finding.hint for finding in await adapter.check_setup() if not finding.ok}
    assert len(bad) == 3
    assert "no card" in bad[f"Slack scope links:write in {acme.id}"]
    assert "doesn't need it" in bad[f"Slack scope files:read in {acme.id}"]
    assert "SLACK_APP_TOKEN" in bad["Slack setting app_token"]


async def test_doctor_tells_when_slack_can_not_be_asked(adapter_of: Make, acme: Workspace) -> None:
    adapter = adapter_of()
    await acme.revoke()
    [finding] = await adapter.check_setup()
    assert not finding.ok
    assert acme.token not in finding.hint


async def test_doctor_explains_the_token_of_an_organization(adapter_of: Make, slack: FakeSlack) -> None:
    org = await slack.enterprise("Globex")
    await slack.workspace("East", enterprise=org["id"], installed=False)
    [finding] = await adapter_of(bot_token=org["token"]).check_setup()
    assert "the token of the organization Globex" in finding.hint
    assert "SLACK_CLIENT_ID" in finding.hint
