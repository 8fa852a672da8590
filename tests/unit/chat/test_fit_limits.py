"""Where a message is cut and where a page ends, each at the last size that fits and the first that doesn't."""

from __future__ import annotations

import pytest

from bot.chat.adapter import Limits
from bot.chat.fit import fit
from bot.chat.message import (
    Action,
    Block,
    Bullets,
    Button,
    Card,
    Control,
    Controls,
    Footnote,
    Heading,
    LinkButton,
    Message,
    Paragraph,
    Span,
    Text,
    clean,
    text,
)


def letters(run: Text) -> int:
    return sum(len(span.text) for span in run)


def limits(*, page: int = 10_000, blocks: int = 50, block: int = 1_000, buttons: int = 5, label: int = 75) -> Limits:
    return Limits(max_chars=page, max_blocks=blocks, max_block_chars=block, max_buttons=buttons, max_label_chars=label)


def pages(*blocks: Block, within: Limits, plain: str = "birds") -> list[tuple[Block, ...]]:
    return [page.blocks for page in fit(Message(plain=plain, blocks=blocks), within, letters)]


def paragraph(size: int) -> Paragraph:
    return Paragraph(text("a" * size))


def card(**parts: object) -> Card:
    return Card(**{"paper": "p", "title": "t" * 50, "url": "u", **parts})  # type: ignore[arg-type]


def fitted(whole: Card, within: Limits) -> Card:
    [[shown]] = pages(whole, within=within)
    assert isinstance(shown, Card)
    return shown


def press(label: str = "Vote", name: str = "vote") -> Button:
    return Button(label=label, action=Action(name))


@pytest.mark.parametrize(("size", "shown"), [(150, "a" * 150), (151, "a" * 149 + "…")])
def test_a_heading_holds_150_characters(size: int, shown: str) -> None:
    assert pages(Heading("a" * size), within=limits()) == [(Heading(shown),)]


def test_a_heading_holds_no_more_than_a_block() -> None:
    assert pages(Heading("a" * 41), within=limits(block=40)) == [(Heading("a" * 39 + "…"),)]
    assert pages(Heading("aaa"), within=limits(block=2), plain="p") == [(Heading("a…"),)]
    assert pages(Heading("aa"), within=limits(block=1), plain="p") == [(Heading(""),)]  # no room for a letter and "…"


def test_a_page_is_filled_to_its_last_character_and_the_next_one_too() -> None:
    one, two = paragraph(60), paragraph(40)
    assert pages(one, two, one, two, within=limits(page=100)) == [(one, two), (one, two)]
    assert pages(one, two, one, two, within=limits(page=99)) == [(one,), (two,), (one,), (two,)]


@pytest.mark.parametrize(
    "block",
    [
        Heading("a" * 40),
        Footnote(text("a" * 40)),
        Bullets((text("a" * 15), text("a" * 25))),
        Controls((press("V" * 30, "vote"), LinkButton(label="PD", url="http"))),
        card(title="t" * 4, byline="b" * 8, summary="s" * 8, why="w" * 8, body="o" * 8, facts=text("f" * 4)),
    ],
)
def test_each_kind_of_block_takes_its_40_characters(block: Block) -> None:
    assert len(pages(paragraph(60), block, within=limits(page=100))) == 1
    assert len(pages(paragraph(60), block, within=limits(page=99))) == 2


def test_a_card_takes_three_blocks_of_a_page() -> None:
    one = paragraph(1)
    assert len(pages(one, card(), one, within=limits(blocks=5))) == 1
    assert len(pages(one, card(), one, within=limits(blocks=4))) == 2


def test_later_pages_repeat_80_characters_of_the_plain_form() -> None:
    made = fit(Message(plain="p" * 81, blocks=(paragraph(9), paragraph(9))), limits(page=10), letters)
    assert [page.plain for page in made] == ["p" * 81, f"(2 of 2) {'p' * 79}…"]
    made = fit(Message(plain="p" * 80, blocks=(paragraph(9), paragraph(9))), limits(page=10), letters)
    assert made[1].plain == f"(2 of 2) {'p' * 80}"


def test_the_plain_form_keeps_within_a_block() -> None:
    assert fit(Message(plain="p" * 41), limits(block=40), letters)[0].plain == "p" * 39 + "…"


def test_a_text_breaks_between_words_when_one_ends_in_its_second_half() -> None:
    [shown] = pages(Paragraph(text("aaaaaa bbbbbbbb")), within=limits(block=10))
    assert shown == (Paragraph(text("aaaaaa")), Paragraph(text("bbbbbbbb")))
    [shown] = pages(Paragraph(text("aaaaa bbbbbbbbb")), within=limits(block=10))
    assert shown == (Paragraph(text("aaaaa bbbb")), Paragraph(text("bbbbb")))


def test_spans_share_a_block_up_to_its_last_character() -> None:
    four, six = Span("aaaa", bold=True), Span("bbbbbb")
    assert pages(Paragraph((four, six)), within=limits(block=10)) == [(Paragraph((four, six)),)]
    assert pages(Paragraph((four, six)), within=limits(block=9)) == [(Paragraph((four,)), Paragraph((six,)))]
    assert pages(Paragraph(()), within=limits()) == [()]


def test_bullets_share_a_block_up_to_its_last_character() -> None:
    four, six = text("aaaa"), text("bbbbbb")
    assert pages(Bullets((four, six, four, six)), within=limits(block=10)) == [
        (Bullets((four, six)), Bullets((four, six)))
    ]
    assert pages(Bullets((four, six, four)), within=limits(block=9)) == [
        (Bullets((four,)), Bullets((six,)), Bullets((four,)))
    ]
    assert pages(Bullets(()), within=limits()) == [()]


def test_buttons_stand_in_rows_and_those_of_a_card_in_one() -> None:
    row: tuple[Control, ...] = tuple(press(f"Vote {n}") for n in range(5))
    assert pages(Controls(row), within=limits(buttons=2)) == [
        (Controls(row[:2]), Controls(row[2:4]), Controls(row[4:]))
    ]
    assert fitted(card(controls=row), limits(buttons=2)).controls == row[:2]


@pytest.mark.parametrize(("label", "shown"), [("V" * 20, "V" * 20), ("V" * 21, "V" * 19 + "…")])
def test_a_label_is_cut_to_its_limit(label: str, shown: str) -> None:
    assert pages(Controls((press(label),)), within=limits(label=20)) == [(Controls((press(shown),)),)]


def test_a_card_that_fits_to_the_last_character_stays() -> None:
    whole = card(byline="b" * 10, summary="s" * 10, why="w" * 10, body="o" * 10, facts=text("f" * 10))
    assert fitted(whole, limits(block=100)) == whole
    assert fitted(whole, limits(block=99)).body == "o" * 8 + "…"


def test_a_card_loses_its_abstract_first_and_its_title_last() -> None:
    whole = card(byline="b" * 10, summary="s" * 10, why="w" * 10, body="o" * 10, facts=text("f" * 10))
    shown = fitted(whole, limits(block=85))
    assert (shown.body, shown.why, shown.byline) == ("", "wwww…"[:4] + "…", "b" * 10)
    shown = fitted(whole, limits(block=55))
    assert (shown.body, shown.why, shown.byline, shown.summary) == ("", "", "", "")
    assert (len(shown.title), shown.facts) == (45, text("f" * 10))
    shown = fitted(whole, limits(block=50))
    assert (len(shown.title), shown.facts) == (40, text("f" * 10))
    shown = fitted(whole, limits(block=45))
    assert (len(shown.title), shown.facts) == (40, ())  # the title stays readable, the facts go


@pytest.mark.parametrize(("limit", "shown"), [(0, "a b cd"), (6, "a b cd"), (5, "a b…"), (4, "a b…"), (3, "a…")])
def test_text_from_outside_is_cut_to_its_limit(limit: int, shown: str) -> None:
    assert clean("a \u200b b\ncd", limit) == shown


def test_an_action_takes_100_bytes() -> None:
    assert str(Action("vote", ("ü" * 47 + "a",))) == "vote|" + "ü" * 47 + "a"
    with pytest.raises(ValueError, match="at most 100 bytes"):
        Action("vote", ("ü" * 48,))
    assert Action.parse("vote|" + "a" * 95).name == "vote"
    assert Action.parse("vote|" + "a" * 96) == Action("unknown")
