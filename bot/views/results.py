"""Answers: lists of papers, notes, and errors."""

from collections.abc import Sequence

from msgspec.structs import replace

from bot.chat.message import (
    Block,
    Bullets,
    Button,
    Card,
    Control,
    Controls,
    Footnote,
    Heading,
    Message,
    Papers,
    Paragraph,
    Span,
    Text,
    clean,
    text,
)
from bot.errors import PaperboyError
from bot.languages import tr, tr_parts
from bot.papers.full_text import Passage
from bot.papers.model import Paper
from bot.views import formatting
from bot.views.card import title

MAX_QUOTE_CHARS = 600


def answer(
    paper: Paper, question: str, reply: str, *, quotes: Sequence[Passage], by: str, controls: Sequence[Control] = ()
) -> Message:
    """The question, the reply, the quotes it rests on with their place in the paper, and who wrote it (`by`).

    All of it is text: nothing that a model or a user wrote becomes markup.
    """
    quoted = [(f"“{clean(quote.text, MAX_QUOTE_CHARS)}”", f" ({clean(quote.where)})") for quote in quotes]
    blocks: tuple[Block, ...] = (
        Heading(clean(question, 150)),
        Paragraph(text(reply)),
        *(Paragraph(text(Span(quote, italic=True), where)) for quote, where in quoted),
        Footnote(text(*tr_parts("About {paper}.", paper=Span(title(paper), url=paper.links.page)), f" {by}".rstrip())),
        Controls(tuple(controls)),
    )
    return Message(plain="\n".join([reply, *(quote + where for quote, where in quoted)]), blocks=blocks)


def results(
    heading: str,
    cards: Sequence[Card],
    *,
    lead: str = "",
    note: str = "",
    empty: str = "",
    controls: Sequence[Control] = (),
) -> Message:
    """Papers under a heading and perhaps a sentence `lead`, or the text `empty` when there are none."""
    heading, empty = clean(heading, 150), empty or tr("Nothing found.")
    blocks: list[Block] = [Heading(heading)]
    if lead:
        blocks.append(Paragraph(text(lead)))
    if not cards:
        blocks.append(Paragraph(text(empty)))
    blocks.extend(cards)
    plain = f"{heading}: {formatting.papers(len(cards))}" if cards else f"{heading}: {empty}"
    return Message(plain=plain, blocks=(*blocks, *_below(note, controls)))


def with_controls(message: Message, *controls: Control) -> Message:
    """The message with another row of buttons."""
    return replace(message, blocks=(*message.blocks, Controls(controls)))


def note(sentence: str, *more: str | Span, controls: Sequence[Control] = ()) -> Message:
    """A sentence or two, perhaps with links and buttons."""
    plain = sentence + "".join(part.text if isinstance(part, Span) else part for part in more)
    return Message(plain=plain, blocks=(Paragraph(text(sentence, *more)), *_below("", controls)))


def sheet(heading: str, lines: Sequence[Text], *, foot: str = "", controls: Sequence[Button] = ()) -> Message:
    """A heading and a list: schedules, help, explanations."""
    return described(heading, [Bullets(tuple(lines))], foot=foot, controls=controls)


def described(heading: str, blocks: Sequence[Block], *, foot: str = "", controls: Sequence[Button] = ()) -> Message:
    """A heading and anything below it."""
    plain = "\n".join([heading, *(line for block in blocks for line in _plain(block))])
    return Message(plain=plain, blocks=(Heading(clean(heading, 150)), *blocks, *_below(foot, controls)))


def _below(foot: str, controls: Sequence[Control]) -> list[Block]:
    small_print: list[Block] = [Footnote(text(foot))] if foot else []
    return [*small_print, *([Controls(tuple(controls))] if controls else [])]


def _plain(block: Block) -> list[str]:
    """The lines of a block, with the titles of papers alone."""
    match block:
        case Bullets(items=runs):
            return ["".join(span.text for span in run) for run in runs]
        case Footnote(text=run) | Paragraph(text=run):
            return ["".join(span.text for span in run)]
        case Papers(items=cards):
            return [card.title for card in cards]
        case Card(title=title):
            return [title]
    return []


def problem(error: PaperboyError) -> Message:
    """What was wrong with a request, and what to do about it."""
    what = clean(error.message, 500)
    if not error.hint:
        return Message(plain=what, blocks=(Paragraph(text(what)),))
    return Message(plain=f"{what} {error.hint}", blocks=(Paragraph(text(what)), Footnote(text(error.hint))))
