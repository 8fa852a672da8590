"""Any message fits any platform, in as many pages as it takes, and nothing is cut in silence."""

from __future__ import annotations

from html import escape

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.chat.adapter import Limits
from bot.chat.fit import fit
from bot.chat.message import (
    Action,
    Bullets,
    Button,
    Card,
    Controls,
    Footnote,
    Heading,
    Message,
    Papers,
    Paragraph,
    Span,
    Text,
)

words = st.text(alphabet="ab &<>é ", min_size=1, max_size=400)
texts = st.lists(words.map(Span), min_size=1, max_size=4).map(tuple)
buttons = st.lists(st.just(Button(label="Vote for this paper", action=Action("vote", ("arxiv:1",)))), max_size=9).map(
    tuple
)
cards = st.builds(
    Card, paper=st.just("p"), title=words, url=st.just("https://example.org"), byline=words, summary=words, body=words,
    facts=texts, controls=buttons,
)  # fmt: skip
blocks = st.one_of(
    words.map(Heading), texts.map(Paragraph), texts.map(Footnote), st.lists(texts, max_size=5).map(tuple).map(Bullets),
    cards, buttons.filter(bool).map(Controls), st.lists(cards, max_size=4).map(tuple).map(Papers),
)  # fmt: skip
messages = st.builds(Message, plain=words.filter(str.strip), blocks=st.lists(blocks, max_size=12).map(tuple))
limits = st.builds(
    Limits, max_chars=st.integers(1_500, 13_000), max_blocks=st.integers(6, 50),
    max_block_chars=st.integers(300, 1_500), max_buttons=st.integers(2, 5),
)  # fmt: skip


def width(run: Text) -> int:
    """As Slack counts: after escaping."""
    return sum(len(escape(span.text)) + len(span.url) for span in run)


@settings(max_examples=150)
@given(messages, limits)
def test_every_page_keeps_within_the_limits(message: Message, limits: Limits) -> None:
    for page in fit(message, limits, width):
        assert sum(_size(block) for block in page.blocks) <= limits.max_chars
        assert sum(3 if isinstance(block, Card) else 1 for block in page.blocks) <= limits.max_blocks
        for block in page.blocks:
            if isinstance(block, Paragraph | Footnote):
                assert width(block.text) <= limits.max_block_chars
            if isinstance(block, Controls):
                assert len(block.items) <= limits.max_buttons


@given(st.lists(st.sampled_from(["bird", "nest & egg", "<tag>"]), min_size=1, max_size=300))
def test_running_text_loses_no_word(said: list[str]) -> None:
    message = Message(plain="birds", blocks=(Paragraph((Span(" ".join(said)),)),))
    pages = fit(message, Limits(max_chars=2_000, max_blocks=10, max_block_chars=100, max_buttons=5), width)
    shown = " ".join(span.text for page in pages for block in page.blocks for span in block.text)  # type: ignore[union-attr]
    assert shown.split() == " ".join(said).split()


def test_what_fits_stays_as_it_is() -> None:
    message = Message(plain="one", blocks=(Heading("One"), Paragraph((Span("two"),))))
    assert fit(message, Limits(max_chars=3_000, max_blocks=50, max_block_chars=3_000, max_buttons=5), width) == (
        message,
    )


def test_a_title_that_is_shortened_says_so() -> None:
    card = Card(paper="p", title="bird " * 300, url="https://example.org")
    page = fit(
        Message(plain="x", blocks=(card,)),
        Limits(max_chars=900, max_blocks=9, max_block_chars=500, max_buttons=5),
        width,
    )[0]
    shown = page.blocks[0]
    assert isinstance(shown, Card)
    assert shown.title.endswith("…")


def _size(block: object) -> int:
    match block:
        case Heading(text=title):
            return width((Span(title),))
        case Paragraph(text=spans) | Footnote(text=spans):
            return width(spans)
        case Bullets(items=items):
            return sum(map(width, items))
        case Papers(items=items):
            return sum(map(_size, items))
        case Card(title=title, byline=byline, summary=summary, body=body, facts=facts, why=why):
            return sum(len(escape(part)) for part in (title, byline, summary, body, why)) + width(facts)
    return 0
