"""The answer to a question about a paper. All of it is text: nothing that a model or a user wrote becomes markup."""

from __future__ import annotations

from collections.abc import Sequence

from bot.chat.message import Block, Control, Controls, Footnote, Heading, Message, Paragraph, Span, clean, text
from bot.languages import tr_parts
from bot.papers.full_text import Passage
from bot.papers.model import Paper
from bot.views.card import title

MAX_QUOTE_CHARS = 600


def answer(
    paper: Paper, question: str, reply: str, *, quotes: Sequence[Passage], by: str, controls: Sequence[Control] = ()
) -> Message:
    """The question, the reply, the quotes it rests on with their place in the paper, and who wrote it (`by`)."""
    quoted = [(f"“{clean(quote.text, MAX_QUOTE_CHARS)}”", f" ({clean(quote.where)})") for quote in quotes]
    blocks: tuple[Block, ...] = (
        Heading(clean(question, 150)),
        Paragraph(text(reply)),
        *(Paragraph(text(Span(quote, italic=True), where)) for quote, where in quoted),
        Footnote(text(*tr_parts("About {paper}.", paper=Span(title(paper), url=paper.links.page)), f" {by}".rstrip())),
        Controls(tuple(controls)),
    )
    return Message(plain="\n".join([reply, *(quote + where for quote, where in quoted)]), blocks=blocks)
