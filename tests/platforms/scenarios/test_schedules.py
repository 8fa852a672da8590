"""Schedules, by words and by dialog, and who may set them; on every platform."""

from __future__ import annotations

from tests.platforms.scenarios.stage import ADA, BOB, Seen, Stage, needs, the_days_papers

DISCORD_FIELDS = 5


def other_fields(dialog: Seen, zone: str = "") -> dict[str, str]:
    """Discord's dialog takes five fields, and a server has roles: what is left out keeps its value."""
    if "ping" in dialog.dialog:
        return {"ping": ""}
    return {"votes": "0"} | ({} if len(dialog.dialog) == DISCORD_FIELDS else all_fields(zone))


def all_fields(zone: str) -> dict[str, str]:
    return {"authors": "all", "pictures": "thumbnails", "zone": zone}


async def test_a_schedule_is_made_in_a_dialog_after_its_preview(stage: Stage) -> None:
    dialog = await stage.type(ADA, "schedule")
    others = other_fields(dialog)
    assert dict(dialog.dialog) == {"when": "", "query": "", "count": "10", "layout": "thread", **others}
    preview = await stage.fill(ADA, dialog, {"when": "daily 18:00 Europe/Berlin", "count": "2", "layout": "compact"})
    assert preview.private
    assert "Every day at 18:00 (Europe/Berlin)" in preview.text
    assert "Up to 2 papers, as a digest," in preview.text
    assert "Preview for Friday, 29 May 2026: 2 papers" in preview.text
    assert "Nothing is scheduled here" in (await stage.type(ADA, "schedules")).text
    made = await stage.press(ADA, preview, "Schedule it")
    assert "Scheduled: every day at 18:00 (Europe/Berlin)" in made.text
    assert "every day at 18:00 (Europe/Berlin): up to 2 papers" in (await stage.type(BOB, "schedules")).text


async def test_a_dialog_that_can_not_be_read_says_what_to_type(stage: Stage) -> None:
    dialog = await stage.type(ADA, "schedule")
    mistake = await stage.fill(ADA, dialog, {"when": "sometimes"})
    assert "I can't read a time in “sometimes" in mistake.text
    assert "For example" in mistake.text


async def test_a_dialog_comes_again_with_what_was_filled_in(stage: Stage) -> None:
    needs(stage, "a dialog after a dialog")
    dialog = await stage.type(ADA, "schedule")
    again = await stage.fill(ADA, dialog, {"when": "sometimes", "query": "video"})
    assert (again.dialog["when"], again.dialog["query"], again.dialog["count"]) == ("sometimes", "video", "10")
    preview = await stage.fill(ADA, again, {"when": "daily 09:00 UTC"})
    assert "Up to 10 papers on “video”" in preview.text


async def test_what_is_filled_into_a_dialog_stays_in_its_field(stage: Stage) -> None:
    dialog = await stage.type(ADA, "schedule")
    preview = await stage.fill(ADA, dialog, {"when": "daily 09:00", "query": "compact video models"})
    assert "on “compact video models”, as a digest with a thread" in preview.text


async def test_a_schedule_is_changed_paused_resumed_and_removed(stage: Stage) -> None:
    await stage.type(ADA, "schedule daily 09:00 UTC top 3 about: video")
    dialog = await stage.type(ADA, "change")
    assert dict(dialog.dialog) == {
        "when": "daily 09:00",
        "query": "video",
        "count": "3",
        "layout": "thread",
        **other_fields(dialog, "UTC"),
    }
    preview = await stage.fill(ADA, dialog, {"when": "weekdays 10:00 UTC"})
    changed = await stage.press(ADA, preview, "Change it")
    assert "Changed: Weekdays at 10:00 (UTC)" in changed.text
    assert "is paused" in (await stage.type(ADA, "pause")).text
    assert "weekdays at 10:00 (UTC): up to 3 papers on “video” (paused" in (await stage.type(ADA, "schedules")).text
    assert "is running again: weekdays at 10:00 (UTC)" in (await stage.type(ADA, "resume")).text
    assert "paused" not in (await stage.type(ADA, "schedules")).text
    assert "Removed schedule" in (await stage.type(ADA, "unschedule")).text
    assert "Nothing is scheduled here" in (await stage.type(ADA, "schedules")).text


async def test_the_list_of_schedules_has_buttons_for_who_may_change_them(stage: Stage) -> None:
    await stage.type(ADA, "schedule daily 09:00 UTC")
    listed = await stage.type(ADA, "schedules")
    change, add = listed.buttons
    assert (await stage.press(ADA, listed, change)).dialog["when"] == "daily 09:00"
    assert (await stage.press(ADA, listed, add)).dialog["when"] == ""
    assert (await stage.type(BOB, "schedules")).buttons == ()


async def test_others_are_told_privately_that_they_may_not(stage: Stage) -> None:
    refused = await stage.type(BOB, "schedule daily 09:00 UTC")
    assert refused.private
    assert "Only an admin can use /papers schedule here." in refused.text
    assert "Nothing is scheduled here" in (await stage.type(BOB, "schedules")).text
    assert await stage.posted() == []


async def test_why_tells_why_it_is_quiet(stage: Stage) -> None:
    quiet = await stage.type(BOB, "why")
    assert quiet.private
    assert "Nothing has been posted in this channel yet." in quiet.text
    assert "Nothing is scheduled here" in quiet.text
    await the_days_papers(stage)
    told = await stage.type(BOB, "why")
    assert "The last post was" in told.text
    assert "(every day at 09:00 (UTC)) posts next" in told.text
    assert "Everything is working." in told.text


async def test_a_time_zone_of_several_meanings_is_asked_back_with_buttons(stage: Stage) -> None:
    asked = await stage.type(ADA, "schedule daily 09:00 IST video top 3")
    assert asked.private
    assert "Which time zone is IST?" in asked.text
    assert "Nothing is scheduled here" in (await stage.type(ADA, "schedules")).text
    shown = await stage.press(ADA, asked, next(label for label in asked.buttons if "Kolkata" in label))
    assert "Topic: “video”." in shown.text
    assert "Nothing is scheduled here" in (await stage.type(ADA, "schedules")).text
    made = await stage.press(ADA, shown, "Schedule it")
    assert "Scheduled: every day at 09:00 (Asia/Kolkata)" in made.text
