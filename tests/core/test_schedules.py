"""Making, changing and seeing schedules, by words and by form."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from bot.chat.message import Action, Bullets
from bot.views.formatting import long_day
from tests.builders import BOB, PAPERS, listing, paper
from tests.core.conftest import Channel, buttons

FORM = {"when": "weekdays 10:00", "query": "hypernetworks", "count": "3", "votes": "2", "layout": "compact"}


async def kept(channel: Channel, text: str) -> None:
    """Type a schedule, and press its button where it has a topic."""
    answer = await channel.says(text)
    if button := buttons(answer.message).get("Schedule it"):
        await channel.presses(button)


async def test_words_left_over_are_shown_as_the_topic_before_anything_is_saved(channel: Channel) -> None:
    answer = await channel.says("schedule weekdays 09:00 hypernetworks top 3 votes 2 compact from huggingface lang:de")
    lines = next(block.items for block in answer.message.blocks if isinstance(block, Bullets))
    assert lines[0][0].text == "Topic: “hypernetworks”."
    assert await channel.store.subscriptions.in_place(PAPERS) == []
    await channel.presses(buttons(answer.message)["Schedule it"])
    (made,) = await channel.store.subscriptions.in_place(PAPERS)
    assert (made.query, made.count, made.min_votes, made.layout) == ("hypernetworks", 3, 2, "compact")
    assert (made.sources, made.language, str(made.schedule)) == (("huggingface",), "de", "weekdays 09:00 UTC")


async def test_a_change_with_words_left_over_is_shown_first_too(channel: Channel) -> None:
    await channel.says("schedule weekdays 09:00")
    (made,) = await channel.store.subscriptions.in_place(PAPERS)
    answer = await channel.says(f"change {made.id} mon 10:00 owls")
    assert await channel.store.subscriptions.in_place(PAPERS) == [made]
    await channel.presses(buttons(answer.message)["Change it"])
    (changed,) = await channel.store.subscriptions.in_place(PAPERS)
    assert (changed.id, changed.query, str(changed.schedule)) == (made.id, "owls", "mon 10:00 UTC")


async def test_a_removed_schedule_can_be_brought_back_by_what_is_said(channel: Channel) -> None:
    await channel.says("schedule mon,thu 08:30 top 4 votes 1 layout:cards pictures:none lang:de about: top 3 votes")
    (made,) = await channel.store.subscriptions.in_place(PAPERS)
    assert (made.layout, made.pictures, made.query) == ("cards", "none", "top 3 votes")
    await channel.says(f"change {made.id} mon,thu 08:30 layout:cards Pictures: figures lang:de about: top 3 votes")
    (made,) = await channel.store.subscriptions.in_place(PAPERS)
    assert made.pictures == "figures"
    said = (await channel.says("unschedule")).message.plain
    await channel.says(said.partition("To bring it back: /papers ")[2])
    (again,) = await channel.store.subscriptions.in_place(PAPERS)
    assert replace(again, id=made.id) == made


async def test_the_form_is_offered_where_no_words_are_given(channel: Channel) -> None:
    form = (await channel.says("schedule")).form
    assert form is not None
    assert [field.name for field in form.fields] == [
        "when",
        "query",
        "count",
        "layout",
        "votes",
        "pictures",
        "authors",
        "zone",
    ]
    assert form.action == Action("schedule")


async def test_a_filled_form_shows_what_it_would_bring_and_keeps_nothing_yet(channel: Channel) -> None:
    answer = await channel.fills(Action("schedule"), **FORM)
    assert "Hypernetworks for Nests" in answer.message.plain
    assert "Diffusion of Feathers" not in answer.message.plain
    assert "Schedule it" in buttons(answer.message)
    assert await channel.store.subscriptions.in_place(PAPERS) == []


async def test_the_button_of_the_preview_keeps_it_once(channel: Channel) -> None:
    preview = await channel.fills(Action("schedule"), **FORM)
    kept = await channel.presses(buttons(preview.message)["Schedule it"])
    assert kept.replace
    (made,) = await channel.store.subscriptions.in_place(PAPERS)
    assert (made.query, made.count, made.min_votes, made.layout) == ("hypernetworks", 3, 2, "compact")
    assert str(made.schedule) == "weekdays 10:00 UTC"


async def test_a_form_that_can_not_be_read_says_which_part(channel: Channel) -> None:
    for field, wrong, said in (
        ("when", "whenever", "For example"),
        ("count", "many", "as a number of"),
        ("count", "99", "1 to 30"),
        ("votes", "-1", "as a number of"),
    ):
        answer = await channel.fills(Action("schedule"), **(FORM | {field: wrong}))
        assert said in answer.message.plain, field
        assert buttons(answer.message) == {}


async def test_the_form_of_a_schedule_holds_what_it_is_now_and_changes_it(channel: Channel) -> None:
    await channel.says("schedule weekdays 10:00 top 3 about: hypernetworks")
    (made,) = await channel.store.subscriptions.in_place(PAPERS)
    listed = await channel.says("schedules")
    form = (await channel.presses(buttons(listed.message)[f"Change {made.id}"])).form
    assert form is not None
    now = {field.name: field.value for field in form.fields}
    assert now == {
        "when": "weekdays 10:00",
        "query": "hypernetworks",
        "count": "3",
        "votes": "0",
        "layout": "thread",
        "pictures": "thumbnails",
        "zone": "UTC",
        "authors": "all",
    }
    preview = await channel.fills(form.action, **(now | {"when": "daily 07:00", "query": "", "pictures": "figures"}))
    await channel.presses(buttons(preview.message)["Change it"])
    (changed,) = await channel.store.subscriptions.in_place(PAPERS)
    assert (changed.id, str(changed.schedule), changed.query, changed.count) == (made.id, "daily 07:00 UTC", "", 3)
    assert changed.pictures == "figures"


async def test_only_those_who_may_can_send_the_form_or_press_its_button(channel: Channel) -> None:
    preview = await channel.fills(Action("schedule"), **FORM)
    for refused in (
        await channel.fills(Action("schedule"), who=BOB, **FORM),
        await channel.presses(Action("schedule"), who=BOB),
    ):
        assert "Only an admin can use" in refused.message.plain
    pressed = await channel.presses(buttons(preview.message)["Schedule it"], who=BOB)
    assert "made for someone else" in pressed.message.plain
    assert await channel.store.subscriptions.in_place(PAPERS) == []


async def test_a_query_that_speaks_of_scratch_names_no_source(channel: Channel) -> None:
    await kept(channel, "schedule daily 09:00 learning from scratch")
    (made,) = await channel.store.subscriptions.in_place(PAPERS)
    assert (made.query, made.sources) == ("learning from scratch", ("huggingface", "community"))


@pytest.mark.parametrize(
    ("text", "query", "sources"),
    [
        ("learning from community feedback", "learning from community feedback", ("huggingface", "community")),
        ("owls from community", "owls", ("community",)),
        ("from community top 3", "", ("community",)),
        ("owls from huggingface top 3", "owls", ("huggingface",)),
    ],
)
async def test_a_list_is_named_at_the_end(channel: Channel, text: str, query: str, sources: tuple[str, ...]) -> None:
    await kept(channel, f"schedule daily 09:00 {text}")
    (made,) = await channel.store.subscriptions.in_place(PAPERS)
    assert (made.query, made.sources) == (query, sources)


async def test_a_list_that_came_too_late_for_its_occurrence_is_told_when_a_newer_one_passes_it(
    channel: Channel,
) -> None:
    await channel.says("schedule daily 10:00")
    await channel.tomorrow()
    first = channel.clock.now().date()
    channel.clock.moment += timedelta(days=2)
    late, newest = (listing(paper(50 + n), day=first + timedelta(days=n)) for n in (0, 1))
    await channel.store.papers.add_listings([late, newest], channel.clock.now())
    await channel.deliver()
    said = (await channel.says("why")).message.plain
    assert f"The list for {long_day(first)} was skipped" in said


async def test_a_channel_that_closes_is_held_its_maker_told_once_and_it_comes_back(channel: Channel) -> None:
    await channel.says("schedule daily 10:00")
    channel.platform.closed.add("papers")
    await channel.tomorrow()
    await channel.tomorrow()
    notices = channel.platform.said("dm-ada")
    assert len(notices) == 1
    assert "archived" in notices[0]
    assert "is paused" in (await channel.says("why")).message.plain
    channel.platform.closed.clear()
    await channel.returned(PAPERS)
    assert (await channel.store.subscriptions.in_place(PAPERS))[0].inactive_reason == ""


async def test_a_channel_that_opens_again_unheard_comes_back_by_itself(channel: Channel) -> None:
    await channel.says("schedule daily 10:00")
    channel.platform.closed.add("papers")
    await channel.tomorrow()
    assert await channel.availability.release_open_places() == 0
    channel.platform.closed.clear()
    assert await channel.availability.release_open_places() == 1
    assert (await channel.store.subscriptions.in_place(PAPERS))[0].inactive_reason == ""
    assert await channel.availability.release_open_places() == 0


async def test_what_an_admin_paused_does_not_come_back_with_the_channel(channel: Channel) -> None:
    await channel.says("schedule daily 10:00")
    await channel.says("pause")
    await channel.removed(PAPERS)
    await channel.returned(PAPERS)
    assert (await channel.store.subscriptions.in_place(PAPERS))[0].paused


async def test_the_zone_of_a_form_is_a_list_and_one_in_the_words_comes_first(channel: Channel) -> None:
    form = (await channel.says("schedule")).form
    assert form is not None
    zones = dict(next(field.choices for field in form.fields if field.name == "zone"))
    assert {"Europe/Berlin", "America/New_York", "Asia/Kolkata", "UTC"} <= set(zones)
    for when, zone, made in (
        ("daily 07:00", "Europe/Berlin", "daily 07:00 Europe/Berlin"),
        ("daily 07:00 Asia/Tokyo", "Europe/Berlin", "daily 07:00 Asia/Tokyo"),
        ("daily 07:00", "", "daily 07:00 UTC"),
    ):
        preview = await channel.fills(Action("schedule"), **(FORM | {"when": when, "zone": zone}))
        await channel.presses(buttons(preview.message)["Schedule it"])
        assert str((await channel.store.subscriptions.in_place(PAPERS))[-1].schedule) == made
        await channel.says("unschedule")
    refused = await channel.fills(Action("schedule"), **(FORM | {"when": "daily 07:00", "zone": "Mars/Base"}))
    assert "I can't read" in refused.message.plain
