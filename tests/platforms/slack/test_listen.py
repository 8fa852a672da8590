"""What people do in Slack reaches the core, and they see its answer: by Socket Mode and over HTTP alike."""

from __future__ import annotations

import asyncio

from bot.chat.event import BotRemoved, BotReturned, ButtonPress, Command, FormSubmission, LinkShared, Place, Reaction
from tests.fakes.core import FakeCore
from tests.fakes.slack import FakeSlack, Room, Someone, Workspace
from tests.platforms.slack.conftest import until


async def test_a_command_is_answered_to_the_asker_alone(heard: FakeCore, ada: Someone, papers: Room) -> None:
    seen = await ada.run("hyper & <networks>", papers)
    [event] = heard.heard
    assert isinstance(event, Command)
    assert (event.text, event.place.channel, event.who.id) == ("hyper & <networks>", papers.id, ada.id)
    assert [shown.response_type for shown in seen.shown] == ["ephemeral"]
    assert "Answer to hyper & <networks>" in seen.text
    assert await papers.messages() == []


async def test_a_command_works_where_paperboy_is_not(heard: FakeCore, ada: Someone, acme: Workspace) -> None:
    elsewhere = await acme.channel("elsewhere", member=False)
    assert "Answer to owls" in (await ada.run("owls", elsewhere)).text


async def test_a_page_turns_in_place_and_sharing_shows_it_to_all(heard: FakeCore, ada: Someone, papers: Room) -> None:
    seen = await ada.run("owls", papers)
    turned = await ada.press(seen.messages[0], "Page")
    assert [shown.kind for shown in turned.shown] == ["update"]
    assert "page 2" in turned.text
    shared = await ada.press(seen.messages[0], "Share")
    assert [shown.response_type for shown in shared.shown] == ["in_channel"]
    assert len(await papers.messages()) == 1


async def test_a_page_never_turns_for_others(heard: FakeCore, ada: Someone, bob: Someone, papers: Room) -> None:
    seen = await ada.run("owls", papers)
    await ada.press(seen.messages[0], "Share")
    [public] = await papers.messages()
    turned = await bob.press(public, "Page")
    assert [shown.kind for shown in turned.shown] == ["ephemeral"]
    assert (await papers.messages())[0].blocks == public.blocks


async def test_a_press_tells_where_and_by_whom(heard: FakeCore, bob: Someone, ada: Someone, papers: Room) -> None:
    seen = await ada.run("owls", papers)
    await ada.press(seen.messages[0], "Share")
    [public] = await papers.messages()
    await bob.press(public, "Page")
    press = heard.heard[-1]
    assert isinstance(press, ButtonPress)
    assert (press.action.name, press.who.id, press.who.admin) == ("page", bob.id, False)
    assert press.message is not None
    assert (press.message.id, press.message.place.channel) == (public.ts, papers.id)


async def test_a_mention_in_a_thread_is_answered_there(heard: FakeCore, ada: Someone, papers: Room) -> None:
    said = await ada.say("a talk", papers)
    assert said.ack
    seen = await ada.mention("owls", papers, thread=said.ack["ts"])
    event = heard.heard[-1]
    assert isinstance(event, Command)
    assert (event.text, event.place.thread) == ("owls", said.ack["ts"])
    assert [(shown.kind, message.thread) for shown, message in zip(seen.shown, seen.messages, strict=True)] == [
        ("ephemeral", said.ack["ts"])
    ]


async def test_a_mention_in_the_channel_is_answered_in_the_channel(heard: FakeCore, ada: Someone, papers: Room) -> None:
    seen = await ada.mention("owls", papers)
    assert (seen.shown[0].kind, seen.messages[0].thread) == ("ephemeral", "")


async def test_what_is_written_directly_is_answered_once(heard: FakeCore, ada: Someone) -> None:
    seen = await ada.write("owls")
    assert "Answer to owls" in seen.text
    assert [event.text for event in heard.heard if isinstance(event, Command)] == ["owls"]
    talk = await ada.conversation()
    assert len(await talk.messages()) == 2


async def test_what_others_write_in_a_channel_is_none_of_ours(heard: FakeCore, ada: Someone, papers: Room) -> None:
    await ada.say("hello", papers)
    await ada.run("owls", papers)
    assert len(heard.heard) == 1


async def test_an_entry_of_a_messages_menu_tells_what_the_message_says(
    heard: FakeCore, ada: Someone, papers: Room, slack: FakeSlack
) -> None:
    await ada.say("read <https://arxiv.org/abs/2405.15738|this> &amp; that", papers)
    [message] = await papers.messages()
    await ada.shortcut("menu:similar", message, answers=0)
    await until(lambda: heard.heard)
    [press] = heard.heard
    assert isinstance(press, ButtonPress)
    assert (press.action.name, press.who.admin) == ("similar", True)
    assert press.message_text == "read https://arxiv.org/abs/2405.15738 this & that"
    assert press.message is not None
    assert press.message.id == message.ts


async def test_a_form_opens_and_its_answer_stands_in_the_dialog(
    heard: FakeCore, ada: Someone, papers: Room, slack: FakeSlack
) -> None:
    seen = await ada.run("schedule", papers)
    [view] = seen.views
    sent = await ada.submit(view, {"when": "mon 9:00", "layout": "compact"})
    submit = heard.heard[-1]
    assert isinstance(submit, FormSubmission)
    assert submit.values == {"when": "mon 9:00", "layout": "compact"}
    assert (submit.place, submit.who.admin) == (Place("slack", ada.workspace.id, papers.id), True)
    assert sent.ack
    assert sent.ack["response_action"] == "update"
    [now] = await slack.views(id=view.id)
    assert "when=mon 9:00" in str(now.body)
    turned = await ada.press(now, "Page")
    assert "page 2" in str(turned.views[0].body)
    assert heard.heard[-1].place.channel == papers.id, "a button in the dialog knows where it was asked"


async def test_somebody_elses_right_is_told(heard: FakeCore, ada: Someone, bob: Someone, papers: Room) -> None:
    for who in (ada, bob):
        await who.run("schedule", papers)
    await bob.run("owls", papers)
    assert [event.who.admin for event in heard.heard] == [True, False, False]


async def test_an_admin_of_another_workspace_is_a_stranger_in_a_shared_channel(
    heard: FakeCore, ada: Someone, acme: Workspace, slack: FakeSlack
) -> None:
    partner = await slack.workspace("Partner", installed=False)
    shared = await acme.channel("shared", shared_with=[partner.id])
    eve = await partner.user("eve", admin=True, owner=True)
    for who in (ada, eve):
        await who.mention("schedule daily 09:00", shared)
    await ada.run("owls", shared)
    await ada.press((await ada.run("share", shared)).messages[0], "Share")
    await eve.press((await shared.messages())[-1], "Page", answers=0)
    await until(lambda: isinstance(heard.heard[-1], ButtonPress) and heard.heard[-1].who.id == eve.id)
    rights = [(event.who.id, event.who.admin) for event in heard.heard if event.who.id in {ada.id, eve.id}]
    assert rights.count((ada.id, True)) >= 2
    assert rights.count((eve.id, False)) == 2
    assert (eve.id, True) not in rights


async def test_in_a_direct_message_and_in_app_home_an_admin_is_a_person_like_any_other(
    heard: FakeCore, ada: Someone, slack: FakeSlack
) -> None:
    await ada.write("schedule daily 09:00")
    await ada.open_home()
    await ada.press((await slack.homes())[0], "Share")
    assert len(heard.heard) >= 3
    assert [event for event in heard.heard if event.who.admin] == []


async def test_app_home_shows_the_persons_own(heard: FakeCore, ada: Someone, slack: FakeSlack) -> None:
    seen = await ada.open_home()
    assert "Answer to home" in str(seen.views[0].body)
    event = heard.heard[0]
    assert isinstance(event, Command)
    assert event.place.channel == (await ada.conversation()).id
    [page] = await slack.homes()
    shown = await ada.press(page, "Share")
    assert shown.views[0].body["type"] == "modal"
    assert "Answer to home" in str(shown.views[0].body)
    redrawn = await ada.press(page, "Page")
    assert redrawn.views[0].body["type"] == "home"


async def test_links_to_papers_get_their_card(heard: FakeCore, ada: Someone, papers: Room, slack: FakeSlack) -> None:
    links = ["https://arxiv.org/abs/2405.15738", "https://huggingface.co/papers/unknown"]
    said = await ada.say(f"look: {links[0]} and {links[1]}", papers, links=links)
    async with asyncio.timeout(30):
        while not (unfurls := await slack.read("unfurls")):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    assert [event.url for event in heard.heard if isinstance(event, LinkShared)] == links
    assert said.ack
    assert [(one["ts"], list(one["unfurls"])) for one in unfurls] == [(said.ack["ts"], links[:1])]


async def test_reactions_on_our_posts_are_heard_with_their_skin_tone(
    heard: FakeCore, ada: Someone, papers: Room
) -> None:
    seen = await ada.run("owls", papers)
    await ada.press(seen.messages[0], "Share")
    [ours] = await papers.messages()
    await ada.say("not ours", papers)
    theirs = (await papers.messages())[-1]
    for name in ("+1::skin-tone-3", "our_own_emoji", "heart"):
        await ada.react(ours, name)
    await ada.react(theirs, "+1")
    await ada.react(ours, "+1::skin-tone-3", added=False)
    await until(lambda: len(heard.heard) >= 5)
    reactions = [event for event in heard.heard if isinstance(event, Reaction)]
    assert sorted((r.emoji, r.added) for r in reactions) == [("❤", True), ("👍🏼", False), ("👍🏼", True)]
    assert {(r.message.id, r.message.place.channel) for r in reactions} == {(ours.ts, papers.id)}


async def test_a_channel_that_is_lost_and_found(heard: FakeCore, ada: Someone, papers: Room, slack: FakeSlack) -> None:
    await papers.archive()
    await until(lambda: len(heard.heard) == 1)
    await papers.archive(gone=False)
    await until(lambda: len(heard.heard) == 2)
    await papers.kick()
    await until(lambda: len(heard.heard) == 3)
    await papers.invite()
    await until(lambda: len(heard.heard) == 4)
    assert [type(event) for event in heard.heard] == [BotRemoved, BotReturned, BotRemoved, BotReturned]
    assert {event.place.channel for event in heard.heard} == {papers.id}
    assert next(event.why for event in heard.heard if isinstance(event, BotRemoved)) == "The channel was archived"


async def test_somebody_else_who_comes_or_goes_is_none_of_ours(
    heard: FakeCore, ada: Someone, papers: Room, slack: FakeSlack
) -> None:
    event = {"type": "member_joined_channel", "user": ada.id, "channel": papers.id, "team": ada.workspace.id}
    await slack.do("send_event", team=ada.workspace.id, event=event | {"event_ts": "1.1"})
    await ada.run("owls", papers)
    assert [type(event) for event in heard.heard] == [Command]


async def test_an_uninstall_is_told(heard: FakeCore, acme: Workspace) -> None:
    await acme.uninstall()
    await until(lambda: len(heard.heard) >= 1)
    assert {(type(event), event.place) for event in heard.heard} == {(BotRemoved, Place("slack", acme.id, "*"))}


async def test_an_event_that_comes_again_is_dropped(
    heard: FakeCore, ada: Someone, papers: Room, slack: FakeSlack
) -> None:
    await slack.settings(faults={"duplicate_event": 1.0})
    seen = await ada.mention("owls", papers, answers=2, wait=2.0)
    assert len(seen.shown) == 1
    assert len(heard.heard) == 1


async def test_a_command_without_an_answer_is_acknowledged_and_that_is_all(
    heard: FakeCore, ada: Someone, papers: Room
) -> None:
    seen = await ada.run("nothing", papers, answers=1, wait=0.3)
    assert seen.ack_ms is not None
    assert seen.shown == []


async def test_long_answers_come_in_pages(heard: FakeCore, ada: Someone, papers: Room) -> None:
    seen = await ada.run("briefly", papers)
    assert "Noted briefly." in seen.text
