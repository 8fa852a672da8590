"""What is read into a schedule is said, and what is doubtful is asked back before anything is saved."""

from __future__ import annotations

from msgspec.structs import replace as with_

from bot.chat.message import Action
from tests.builders import ADA, BOB, PAPERS, listing, paper
from tests.core.conftest import Channel, buttons

BERLINER = with_(ADA, id="berliner", time_zone="Europe/Berlin")


async def test_an_abbreviation_of_several_zones_is_asked_back_with_a_button_for_each(channel: Channel) -> None:
    answer = await channel.says("schedule weekdays 09:00 IST top 3 votes 2")
    assert "Which time zone is IST?" in answer.message.plain
    assert await channel.store.subscriptions.in_place(PAPERS) == []
    assert len(buttons(answer.message)) >= 2
    india = next(action for label, action in buttons(answer.message).items() if "Kolkata" in label)
    assert "made for someone else" in (await channel.presses(india, who=BOB)).message.plain
    made = await channel.presses(india)
    assert "Scheduled: weekdays at 09:00 (Asia/Kolkata)" in made.message.plain
    (kept,) = await channel.store.subscriptions.in_place(PAPERS)
    assert (str(kept.schedule), kept.count, kept.min_votes) == ("weekdays 09:00 Asia/Kolkata", 3, 2)


async def test_after_the_zone_the_topic_is_shown_before_it_is_saved(channel: Channel) -> None:
    asked = await channel.says("schedule weekdays 09:00 CST hypernetworks top 3")
    chicago = next(action for label, action in buttons(asked.message).items() if "Chicago" in label)
    shown = await channel.presses(chicago)
    assert "Topic: “hypernetworks”." in shown.message.plain
    assert await channel.store.subscriptions.in_place(PAPERS) == []
    await channel.presses(buttons(shown.message)["Schedule it"])
    (kept,) = await channel.store.subscriptions.in_place(PAPERS)
    assert (kept.query, kept.count, kept.schedule.zone) == ("hypernetworks", 3, "America/Chicago")


async def test_digests_and_changes_are_asked_back_too(channel: Channel) -> None:
    await channel.says("follow hypernetworks", who=BOB)
    asked = await channel.says("digest daily 9am BST", who=BOB)
    london = next(action for label, action in buttons(asked.message).items() if "London" in label)
    await channel.presses(london, who=BOB)
    (digest,) = await channel.store.subscriptions.digests_of(BOB.key)
    assert digest.schedule.zone == "Europe/London"
    await channel.says("schedule daily 09:00 UTC")
    (made,) = await channel.store.subscriptions.in_place(PAPERS)
    asked = await channel.says(f"change {made.id} daily 9am CST")
    await channel.presses(next(a for label, a in buttons(asked.message).items() if "Shanghai" in label))
    (changed,) = await channel.store.subscriptions.in_place(PAPERS)
    assert (changed.id, changed.schedule.zone) == (made.id, "Asia/Shanghai")


async def test_a_time_without_a_zone_is_in_the_persons_own_and_the_zone_is_named(channel: Channel) -> None:
    mine = await channel.says("schedule daily 9am", who=BERLINER)
    assert "every day at 09:00 (Europe/Berlin)" in mine.message.plain
    assert "Europe/Berlin is your time zone." in mine.message.plain
    default = await channel.says("schedule daily 9am", who=ADA)
    assert "UTC is the default time zone here." in default.message.plain
    named = await channel.says("schedule daily 9am UTC", who=BERLINER)
    assert "your time zone" not in named.message.plain
    form = await channel.fills(Action("schedule"), BERLINER, when="daily 10:00")
    assert "Every day at 10:00 (Europe/Berlin)" in form.message.plain


async def test_what_can_not_be_read_is_refused_and_never_a_topic(channel: Channel) -> None:
    for phrase in (
        "in 2 hours",
        "every other day at 9",
        "first monday of the month at 9:00",
        "weekdays 09:00 13:00 am",
    ):
        answer = await channel.says(f"schedule {phrase}")
        assert "I can't read" in answer.message.plain, phrase
        assert buttons(answer.message) == {}
    assert await channel.store.subscriptions.in_place(PAPERS) == []


async def test_papers_from_files_can_be_scheduled(channel: Channel) -> None:
    await channel.store.papers.add_listings([listing(paper(9, "From a File"), source="files")], channel.clock.now())
    await channel.says("schedule daily 10:00 from files")
    (made,) = await channel.store.subscriptions.in_place(PAPERS)
    assert made.sources == ("files",)
    await channel.tomorrow()
    assert any("From a File" in said for said in channel.platform.said("papers"))
    assert not any("Hypernetworks" in said for said in channel.platform.said("papers"))
