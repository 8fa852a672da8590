"""The answer to a question about a paper. Everything in it is text: no word of a model or a stranger is markup."""

from __future__ import annotations

from collections.abc import Sequence

from bot.chat.message import Block, Control, Controls, Footnote, Heading, Message, Paragraph, Span, clean, text
from bot.papers.model import Paper
from bot.views.card import title

SENTENCE_CHARS = 600


def answer(
    paper: Paper, question: str, said: str, *, quotes: Sequence[str], by: str, controls: Sequence[Control] = ()
) -> Message:
    """What was asked, what is said to it, what that rests on, and who says so."""
    marked = [f"“{clean(quote, SENTENCE_CHARS)}”" for quote in quotes]
    blocks: tuple[Block, ...] = (
        Heading(clean(question, 150)),
        Paragraph(text(said)),
        *(Paragraph(text(Span(quote, italic=True))) for quote in marked),
        Footnote(text("From the abstract of ", Span(title(paper), url=paper.links.page), f". {by}".rstrip())),
        Controls(tuple(controls)),
    )
    return Message(plain="\n".join([said, *marked]), blocks=blocks)
