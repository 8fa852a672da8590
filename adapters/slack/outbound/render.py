"""A message as Slack's Block Kit. Pure.

Text goes where Slack parses nothing: into `rich_text` and `plain_text`. `mrkdwn` is used only for links in small
print, with labels that contain no markup. https://docs.slack.dev/block-kit
"""

import re
from collections.abc import Iterator, Sequence
from typing import assert_never

from adapters.slack.outbound.elements import Json, element, escape, is_linkable, plain_text, without_bidi
from bot.chat.adapter import Limits
from bot.chat.message import (
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
    Papers,
    Paragraph,
    Span,
    Text,
    clean,
    emphasize,
    text,
)

MAX_FALLBACK_CHARS = 3_000  # of `text` beside blocks; Slack advises at most 4,000
MAX_HEADER_CHARS = 150
MAX_TEXT_CHARS = 3_000  # of a section's text and of a text input
MAX_CONTEXT_CHARS = 2_000  # of one element of a context block
MAX_ALT_CHARS = 2_000  # of a picture

# Slack counts the JSON of the blocks, and so does `width`. The difference to 13,000 is for the JSON around texts and
# buttons, which `fit` does not count: enough for every post, since no post has many buttons.
LIMITS = Limits(
    max_chars=8_600, max_blocks=50, max_block_chars=3_000, max_buttons=5, max_label_chars=75, min_interval_s=1.0
)
VIEW_LIMITS = Limits(
    max_chars=60_000, max_blocks=90, max_block_chars=3_000, max_buttons=5, max_label_chars=75
)  # a modal or App Home

_FILE = re.compile(r"F[A-Z0-9]{2,20}")
_USER = re.compile(r"[UW][A-Z0-9]{2,20}")
_MARKUP = re.compile(r"[*_~`:<>&|\n]")  # has a meaning in the label of a mrkdwn link


def payload(message: Message) -> Json:
    """The message's arguments for `chat.postMessage`, `chat.update` and a response URL."""
    shown = blocks(message.blocks) or [_paragraph((Span(message.plain),))]
    people = [{"type": "user", "user_id": id} for id in message.pings if _USER.fullmatch(id)]
    mention = [{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": people}]}] if people else []
    return {"text": fallback(message), "blocks": mention + shown}


def fallback(message: Message) -> str:
    """The plain form, for notifications and screen readers. Nothing in it mentions anyone or links."""
    words = without_bidi(message.plain)
    shown = escape(words)
    while len(shown) > MAX_FALLBACK_CHARS:
        words = words[: len(words) * MAX_FALLBACK_CHARS // (len(shown) + 1)]
        shown = f"{escape(words)}…"
    return shown


def blocks(items: Sequence[Block]) -> list[Json]:
    """All blocks of a message, without empty ones."""
    return [shown for item in items for shown in block(item)]


def block(item: Block) -> Iterator[Json]:
    """One of our blocks as Slack's."""
    match item:
        case Heading(text=title):
            yield from _header(title)
        case Paragraph(text=spans):
            yield from _rich(spans)
        case Bullets(items=lines):
            if shown := [_section(line) for line in lines if any(span.text.strip() for span in line)]:
                bullets = {"type": "rich_text_list", "style": "bullet", "elements": shown}
                yield {"type": "rich_text", "elements": [bullets]}
        case Card():
            yield from _card(item)
        case Papers():
            yield from _papers(item)
        case Controls(items=controls):
            yield from _actions(controls)
        case Footnote(text=spans):
            yield from _small(spans)
        case _:
            assert_never(item)


def button(control: Control, number: int) -> Json | None:
    """A button; None for an address that Slack does not take. The value is the whole action: no state is kept."""
    match control:
        case Button(label=label, action=action, style=style):
            text = plain_text(_label(label))
            shown = {"type": "button", "action_id": f"{number}", "text": text, "value": str(action)}
            return shown if style == "plain" else shown | {"style": "primary"}
        case LinkButton(label=label, url=url):
            if not is_linkable(url):
                return None
            return {"type": "button", "action_id": f"link-{number}", "text": plain_text(_label(label)), "url": url}
        case _:
            assert_never(control)


def _label(raw: str) -> str:
    """A button's label, which must not be empty."""
    return raw if without_bidi(raw).strip() else "…"


def _header(title: str) -> Iterator[Json]:
    if shown := clean(title, MAX_HEADER_CHARS):
        yield {"type": "header", "text": plain_text(shown)}


def _paragraph(run: Text) -> Json:
    return {"type": "rich_text", "elements": [_section(run)]}


def _rich(run: Text) -> Iterator[Json]:
    if any(span.code and "\n" in span.text for span in run):
        whole = {"type": "text", "text": without_bidi("".join(span.text for span in run))}
        yield {"type": "rich_text", "elements": [{"type": "rich_text_preformatted", "elements": [whole]}]}
    elif any(span.text.strip() for span in run):
        yield _paragraph(run)


def _section(run: Text) -> Json:
    return {"type": "rich_text_section", "elements": [element(span) for span in run if span.text]}


def _papers(papers: Papers) -> Iterator[Json]:
    """A numbered list: title and votes, and the summary in a line of its own."""
    rows = [_section((_title(card), *_after(" ·\u00a0", card.facts), *_line(card))) for card in papers.items]
    if rows:
        numbered = {"type": "rich_text_list", "style": "ordered", "offset": papers.first - 1, "elements": rows}
        yield {"type": "rich_text", "elements": [numbered]}


def _title(card: Card) -> Span:
    return Span(card.title or card.paper, bold=True, url=card.url)


def _line(card: Card) -> Text:
    return emphasize(f"\n{card.summary}", card.matched) if card.summary else ()


def _after(joint: str, run: Text) -> Text:
    return (Span(joint), *run) if run else ()


def _card(card: Card) -> Iterator[Json]:
    """Title, summary and abstract; below, in small print, authors, date, votes and the reason it is shown."""
    picture = _picture(card)
    if picture and not card.credit and card.summary.strip():
        yield _paragraph((_title(card),))
        yield {"type": "section", "text": plain_text(card.summary[:MAX_TEXT_CHARS]), "accessory": picture}
        yield from _rich((Span(card.body),))
    else:
        yield _paragraph((_title(card), *_line(card), *_after("\n", text(card.body))))
        yield from (picture,) if picture and card.credit else ()
    parts = ((Span(card.byline),), card.facts, (Span(card.why),), card.credit)
    runs = [run for run in parts if any(span.text for span in run)]
    yield from _small(tuple(span for i, run in enumerate(runs) for span in ((Span(" · "), *run) if i else run)))
    yield from _actions(card.controls)


def _picture(card: Card) -> Json | None:
    """A card's picture, at an address or as a file at Slack."""
    if is_linkable(card.picture):
        source: Json = {"image_url": card.picture}
    elif _FILE.fullmatch(card.picture):
        source = {"slack_file": {"id": card.picture}}
    else:
        return None
    alt = ". ".join(filter(None, ("".join(span.text for span in card.credit), card.title or card.paper)))
    return {"type": "image", **source, "alt_text": alt[:MAX_ALT_CHARS]}


def _small(run: Text) -> Iterator[Json]:
    """Small print. Where a context block would read markup in it, it is rich text: larger, but inert."""
    words = "".join(without_bidi(span.text) for span in run).strip()
    if not any(is_linkable(span.url) for span in run):
        line = plain_text(words)
    elif any(_MARKUP.search(span.text) for span in run):
        yield from _rich(run)
        return
    else:
        shown = "".join(_mrkdwn(span.url, without_bidi(span.text)) for span in run).strip()
        line = {"type": "mrkdwn", "text": shown, "verbatim": True}
    if words and len(line["text"]) <= MAX_CONTEXT_CHARS:
        yield {"type": "context", "elements": [line]}
    else:
        yield from _rich(run)


def _mrkdwn(url: str, words: str) -> str:
    """A link, with an address that can't end early inside `<…|…>`."""
    address = escape(url.replace("|", "%7C").replace("<", "%3C").replace(">", "%3E"))
    return f"<{address}|{words}>" if is_linkable(url) and words.strip() else words


def _actions(controls: Sequence[Control]) -> Iterator[Json]:
    shown = [made for i, control in enumerate(controls) if (made := button(control, i))]
    if shown:
        yield {"type": "actions", "elements": shown}
