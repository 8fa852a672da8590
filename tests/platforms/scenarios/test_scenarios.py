"""One description of what people do and see, on every platform."""

from __future__ import annotations

from bot.papers.samples import sample_papers
from tests.platforms.scenarios.stage import ADA, BOB, Seen, Stage, needs, the_card_says, the_days_papers, until

PAPER = sample_papers()[0][0].paper
HOSTILE = (
    "<!channel> @everyone *video* _video_ ~video~ `video` <b>video</b> &amp; ||video||",
    "video <script>alert(1)</script>",
    "[video](https://evil.example)",
    "<https://evil.example|video>",
    "<@U1> video",
    "# video",
    "> video",
)


# ---- asking


async def test_an_answer_is_for_the_asker_until_it_is_shared(stage: Stage) -> None:
    found = await stage.type(ADA, "hypernetworks")
    assert "Papers on “hypernetworks”" in found.text
    assert found.private
    assert await stage.posted() == []
    await stage.press(ADA, found, "Share to channel")
    (shared,) = await until(stage, lambda posted: posted)
    assert not shared.private
    assert "Papers on “hypernetworks”" in shared.text


async def test_the_next_page_takes_the_place_of_the_first(stage: Stage) -> None:
    first = await stage.type(ADA, "video")
    second = await stage.press(ADA, first, "Next page")
    assert second.id == first.id
    assert second.private
    assert "Papers on “video”, page 2" in second.text
    third = await stage.press(ADA, second, "Next page")
    assert third.id == first.id
    assert "page 3" in third.text


async def test_a_shared_answer_tells_nothing_of_who_shared_it(stage: Stage) -> None:
    found = await stage.type(ADA, PAPER.title)
    await stage.press(ADA, found, "Vote")
    await stage.press(ADA, found, "Save")
    await stage.press(ADA, found, "Share to channel")
    (shared,) = await until(stage, lambda posted: posted)
    assert not {"Voted", "Saved"} & set(shared.buttons)


async def test_what_is_typed_only_shows_and_wakes_nobody(stage: Stage) -> None:
    for typed in HOSTILE:
        found = await stage.type(BOB, typed)
        assert found.text.startswith(f"Papers on “{typed}”\n")
        before = len(await stage.posted())
        await stage.press(BOB, found, "Share to channel")
        *_, shared = await until(stage, lambda posted: len(posted) > before)  # noqa: B023 - asked at once
        assert shared.text.startswith(f"Papers on “{typed}”\n")


async def test_a_mistake_is_answered_with_what_to_type(stage: Stage) -> None:
    mistake = await stage.type(ADA, "schedule soon")
    assert mistake.private
    assert "I can't read a time in “soon”" in mistake.text
    assert "For example: weekdays 09:00" in mistake.text
    slip = await stage.type(BOB, "trendng week")
    meant = await stage.press(BOB, slip, "Did you mean /papers trending?")
    assert meant.private
    assert "Trending this week" in meant.text


async def test_a_shared_answer_holds_no_button_that_acts_for_who_presses_it(stage: Stage) -> None:
    slip = await stage.type(BOB, "schedul daily 03:33 top 30 video")
    assert "Did you mean /papers schedule?" in slip.buttons
    await stage.press(BOB, slip, "Share to channel")
    (shared,) = await until(stage, lambda posted: posted)
    assert not any("Did you mean" in label or "Share" in label for label in shared.buttons)
    refused = await stage.press(BOB, slip, "Did you mean /papers schedule?")
    assert "Only an admin can use /papers schedule here." in refused.text
    mine = await stage.type(ADA, "schedul daily 18:00 UTC top 3")
    made = await stage.press(ADA, mine, "Did you mean /papers schedule?")
    assert "Scheduled: every day at 18:00 (UTC)" in made.text


async def test_a_shared_link_gets_its_card(stage: Stage) -> None:
    await stage.say(BOB, f"have you read {PAPER.links.page} ?")
    posted = await until(stage, lambda posted: any(PAPER.title in seen.text for seen in posted))
    assert "have you read" in posted[0].text
    assert "Vote" in posted[-1].buttons


# ---- the day's papers


async def test_the_days_papers_are_a_thread(stage: Stage) -> None:
    head, *replies = await the_days_papers(stage, top=2)
    assert "Papers for Friday, 29 May 2026" in head.text
    assert "2 papers, the most liked of" in head.text
    assert [reply.under for reply in replies] == [head.id, head.id]
    assert all({"Vote", "Save", "Similar"} <= set(reply.buttons) for reply in replies)
    assert not any(seen.private for seen in (head, *replies))

    def leads_to_cards(posted: list[Seen]) -> bool:
        """The digest's titles open its cards: in the browser its thread, elsewhere each card."""
        digest = next(str(seen.held) for seen in posted if seen.id == head.id)
        return f"thread={head.id}" in digest or all(reply.id in digest for reply in replies)

    await until(stage, leads_to_cards)


async def test_a_reaction_and_the_button_come_to_one_ballot_a_person(stage: Stage) -> None:
    _, card = await the_days_papers(stage)
    assert "(1 vote here)" in (await stage.press(BOB, card, "Vote")).text
    await the_card_says(stage, "1 vote here")
    await stage.react(BOB, card, "❤️")
    await stage.react(ADA, card, "👍")
    await stage.react(ADA, card, "🔥")
    await the_card_says(stage, "2 votes here")
    sure = await stage.press(ADA, card, "Vote")
    assert "(2 votes here)" in sure.text
    taken = await stage.press(ADA, card, "Vote")
    assert taken.private
    assert "was removed (1 vote here)" in taken.text
    await the_card_says(stage, "1 vote here")


async def test_a_reaction_that_is_taken_back_counts_no_more(stage: Stage) -> None:
    _, card = await the_days_papers(stage)
    await stage.react(ADA, card, "👍")
    await stage.react(BOB, card, "👎")
    await the_card_says(stage, "1 vote here, 1 against")
    await stage.unreact(BOB, card, "👎")
    await until(stage, lambda posted: "1 vote here" in posted[-1].text and "against" not in posted[-1].text)
    await stage.unreact(ADA, card, "👍")
    await until(stage, lambda posted: "vote here" not in posted[-1].text)


async def test_a_reaction_counts_in_any_skin_tone(stage: Stage) -> None:
    needs(stage, "skin tones")
    _, card = await the_days_papers(stage)
    await stage.react(BOB, card, "👍🏽")
    await the_card_says(stage, "1 vote here")
    await stage.unreact(BOB, card, "👍🏽")
    await until(stage, lambda posted: "vote here" not in posted[-1].text)


async def test_similar_papers_are_in_the_menu_of_what_is_posted(stage: Stage) -> None:
    _, card = await the_days_papers(stage)
    similar = await stage.menu(BOB, card, "Find similar papers")
    assert similar.private
    assert f"Similar to “{card.text.splitlines()[0]}”" in similar.text


async def test_the_menu_works_on_what_people_write_too(stage: Stage) -> None:
    await stage.say(ADA, f"have you read {PAPER.links.page} ?")
    said, *_ = await until(stage, lambda posted: posted)
    saved = await stage.menu(BOB, said, "Save this paper")
    assert f"Saved “{PAPER.title}”" in saved.text
    assert saved.private


# ---- one's own


async def test_what_is_saved_is_ones_own(stage: Stage) -> None:
    found = await stage.type(ADA, PAPER.title)
    saved = await stage.press(ADA, found, "Save")
    assert saved.private
    assert f"Saved “{PAPER.title}”" in saved.text
    kept = await stage.type(ADA, "saved")
    assert PAPER.title in kept.text
    assert "Saved" in kept.buttons
    assert "You haven't saved any papers yet" in (await stage.type(BOB, "saved")).text


async def test_home_shows_an_admin_the_schedules(stage: Stage) -> None:
    needs(stage, "rights at home")
    await the_days_papers(stage)
    assert "every day at 09:00 (UTC): up to 1 paper" in (await stage.home(ADA)).text
    assert "every day at 09:00" not in (await stage.home(BOB)).text


async def test_home_shows_ones_own_papers(stage: Stage) -> None:
    _, card = await the_days_papers(stage)
    await stage.press(BOB, card, "Vote")
    await stage.type(ADA, f"save {PAPER.id}")
    hers, his = await stage.home(ADA), await stage.home(BOB)
    assert hers.private
    assert PAPER.title in hers.text
    assert "None yet. Press Save on a paper to add it." in his.text
    assert "every day at 09:00" not in his.text
    assert "1 vote here" in his.text
    opened = await stage.press(BOB, his, "Help")
    assert "Commands" in opened.text


async def test_what_is_kept_of_somebody_can_be_deleted(stage: Stage) -> None:
    found = await stage.type(BOB, PAPER.title)
    await stage.press(BOB, found, "Save")
    await stage.press(BOB, found, "Vote")
    asked = await stage.type(BOB, "forget-me")
    assert "This deletes your votes, saved papers" in asked.text
    assert PAPER.title in (await stage.type(BOB, "saved")).text
    done = await stage.press(BOB, asked, "Delete it")
    assert done.private
    assert "records about you deleted." in done.text
    assert "You haven't saved any papers yet" in (await stage.type(BOB, "saved")).text


# ---- after a restart


async def test_old_buttons_still_work(stage: Stage) -> None:
    found = await stage.type(ADA, "video")
    _, card = await the_days_papers(stage)
    async with stage.away():
        pass
    assert "Papers on “video”, page 2" in (await stage.press(ADA, found, "Next page")).text
    assert "(1 vote here)" in (await stage.press(BOB, card, "Vote")).text
    await the_card_says(stage, "1 vote here")


async def test_what_was_posted_is_not_posted_again(stage: Stage) -> None:
    before = await the_days_papers(stage)
    async with stage.away():
        pass
    await stage.deliver()
    assert [seen.id for seen in await stage.posted()] == [seen.id for seen in before]


async def test_reactions_made_meanwhile_are_counted(stage: Stage) -> None:
    needs(stage, "reactions while Paperboy is down")
    _, card = await the_days_papers(stage)
    await stage.react(ADA, card, "👍")
    await the_card_says(stage, "1 vote here")
    async with stage.away():
        await stage.react(BOB, card, "🔥")
        await stage.react(BOB, card, "👎")
        await stage.unreact(BOB, card, "👎")
        await stage.unreact(ADA, card, "👍")
        await stage.react(ADA, card, "👎")
    await the_card_says(stage, "1 vote here, 1 against")
