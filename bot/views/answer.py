"""The answer to a question about a paper. Everything in it is text: no word of a model or a stranger is markup."""

from __future__ import annotations

from collections.abc import Sequence

from bot.chat.message import Block, Control, Controls, Footnote, Heading, Message, Paragraph, Span, clean, text
from bot.papers.full_text import Passage
from bot.papers.model import Paper
from bot.views.card import title

SENTENCE_CHARS = 600


def answer(
    paper: Paper, question: str, said: str, *, quotes: Sequence[Passage], by: str, controls: Sequence[Control] = ()
) -> Message:
    """What was asked, what is said to it, what that rests on and where it stands, and who says so."""
    marked = [(f"“{clean(quote.text, SENTENCE_CHARS)}”", f" ({clean(quote.where)})") for quote in quotes]
    blocks: tuple[Block, ...] = (
        Heading(clean(question, 150)),
        Paragraph(text(said)),
        *(Paragraph(text(Span(quote, italic=True), where)) for quote, where in marked),
        Footnote(text("About ", Span(title(paper), url=paper.links.page), f". {by}".rstrip())),
        Controls(tuple(controls)),
    )
    return Message(plain="\n".join([said, *(quote + where for quote, where in marked)]), blocks=blocks)
