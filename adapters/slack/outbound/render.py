"""A message as Slack's Block Kit. Pure: values in, JSON out.

Words of strangers go where Slack parses nothing: into `rich_text` and `plain_text`. `mrkdwn` is written for links in
small print only, with labels that have no mark-up in them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, TypeAlias, assert_never

from bot.chat.adapter import Limits
from bot.chat.fit import fit
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
    Paragraph,
    Span,
    Text,
)

Json: TypeAlias = dict[str, Any]

MOST_JSON = 13_000  # of one message's blocks: `msg_blocks_too_long` comes at about 13,200 (bolt-js #2509)
BLOCK_ID = 20  # `"block_id":"aBc1X",` which Slack adds
FALLBACK = 3_000  # `text` beside blocks; Slack advises at most 4,000
HEADER = 150
SMALL = 2_000  # characters of a context element
SMALL_PARTS = 10  # elements of a context block
LINK = 3_000  # characters of a button's address

# Slack counts the JSON of the blocks, so `width` does as well. What is left up to 13,000 is for the frames of blocks
# and buttons, which `fit` does not count: enough for whatever is posted, where no message has many buttons.
LIMITS = Limits(chars=8_600, blocks=50, block_chars=3_000, controls=5, label=75, pace=1.0)
VIEW_LIMITS = Limits(chars=60_000, blocks=90, block_chars=3_000, controls=5, label=75)  # a modal or App Home

_CHANNEL = re.compile(r"[CG][A-Z0-9]{2,20}")
_MARKUP = re.compile(r"[*_~`:<>&|\n]")  # what mrkdwn reads in the label of a link
_TURNS = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])  # characters that turn the reading direction
_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


def payload(message: Message) -> Json:
    """What `chat.postMessage`, `chat.update` and a response address take."""
    return {"text": fallback(message), "blocks": blocks(message.blocks) or [_paragraph((Span(message.plain),))]}


def pages(message: Message) -> list[Json]:
    """An answer in as many messages as it needs. `fit` does not count what buttons take; this does."""
    return [payload(part) for page in fit(message, LIMITS, width) for part in _halves(page)]


def weight(shown: Sequence[Json]) -> int:
    """What blocks count towards Slack's limit: their JSON, with the id that each is given."""
    return len(_json(shown)) + BLOCK_ID * len(shown)


def _halves(page: Message) -> Iterator[Message]:
    middle = len(page.blocks) // 2
    if not middle or weight(blocks(page.blocks)) <= MOST_JSON:
        yield page
        return
    for half in (page.blocks[:middle], page.blocks[middle:]):
        yield from _halves(Message(plain=page.plain, blocks=half))


def fallback(message: Message) -> str:
    """The plain form for notifications and screen readers, with nothing that pings or links."""
    words = straight(message.plain)
    shown = escape(words)
    while len(shown) > FALLBACK:
        words = words[: len(words) * FALLBACK // (len(shown) + 1)]
        shown = f"{escape(words)}…"
    return shown


def escape(raw: str) -> str:
    """The three characters that Slack reads in any text, as entities."""
    return raw.translate(_ENTITIES)


def width(run: Text) -> int:
    """The length of a text's JSON: what Slack's limit of a message counts."""
    return sum(map(_size, run))


@lru_cache(maxsize=4096)
def _size(span: Span) -> int:
    """Cached: `fit` asks for the same text again and again."""
    return len(_json(_element(span))) + 1


def _json(shown: object) -> str:
    return json.dumps(shown, ensure_ascii=False, separators=(",", ":"))


def blocks(items: Sequence[Block]) -> list[Json]:
    """All blocks of a message; empty ones are left out."""
    return [shown for item in items for shown in block(item)]


def block(item: Block) -> Iterator[Json]:
    """One block of ours as those of Slack."""
    match item:
        case Heading(text=title):
            yield from _header(title)
        case Paragraph(text=spans):
            yield from _rich(spans)
        case Bullets(items=lines):
            yield from _bullets(lines)
        case Card():
            yield from _card(item)
        case Controls(items=controls):
            yield from _actions(controls)
        case Footnote(text=spans):
            yield from _small(spans)
        case _:
            assert_never(item)


def straight(raw: str) -> str:
    """Words that read in the direction they are written in."""
    return raw if raw.isascii() else raw.translate(_TURNS)


def linked(url: str) -> bool:
    """Whether an address may be linked to."""
    return url.startswith(("http://", "https://")) and len(url) <= LINK and not re.search(r"\s", url)


def plain(raw: str) -> Json:
    """Words in which nothing is read, not even `:tada:`."""
    return {"type": "plain_text", "text": straight(raw), "emoji": False}


def button(control: Control, number: int) -> Json | None:
    """A button; None for a link to nowhere. The whole action is in it, so it works after any restart."""
    match control:
        case Button(label=label, action=action, style=style):
            shown = {"type": "button", "action_id": f"{number}", "text": plain(_label(label)), "value": str(action)}
            return shown if style == "plain" else shown | {"style": "primary"}
        case LinkButton(label=label, url=url):
            if not linked(url):
                return None
            return {"type": "button", "action_id": f"link-{number}", "text": plain(_label(label)), "url": url}
        case _:
            assert_never(control)


def _label(raw: str) -> str:
    """A button's words; Slack takes none without."""
    return raw if straight(raw).strip() else "…"


def _header(title: str) -> Iterator[Json]:
    shown = straight(title).strip()
    if shown:
        shown = shown if len(shown) <= HEADER else shown[: HEADER - 1] + "…"
        yield {"type": "header", "text": plain(shown)}


def _paragraph(run: Text) -> Json:
    return {"type": "rich_text", "elements": [_section(run)]}


def _rich(run: Text) -> Iterator[Json]:
    if any(span.text.strip() for span in run):
        yield _paragraph(run)


def _section(run: Text) -> Json:
    return {"type": "rich_text_section", "elements": [_element(span) for span in run if span.text]}


def _element(span: Span) -> Json:
    """A span as an element of rich text, in which Slack looks for no mark-up."""
    words = straight(span.text)
    if span.channel and _CHANNEL.fullmatch(words):
        return {"type": "channel", "channel_id": words}
    shown: Json = {"type": "text", "text": words}
    if linked(span.url):
        shown = {"type": "link", "url": span.url, "text": words}
    styles = {name: True for name in ("bold", "italic", "code") if getattr(span, name)}
    return shown | {"style": styles} if styles else shown


def _bullets(lines: Sequence[Text]) -> Iterator[Json]:
    shown = [_section(line) for line in lines if any(span.text.strip() for span in line)]
    if shown:
        yield {"type": "rich_text", "elements": [{"type": "rich_text_list", "style": "bullet", "elements": shown}]}


def _card(card: Card) -> Iterator[Json]:
    """Title, line and abstract to read; who, when, how it is liked and why it is shown beneath, small."""
    title = Span(card.title or card.paper, bold=True, url=card.url)
    said = [Span(f"\n{words}") for words in (card.line, card.body) if words]
    yield _paragraph((title, *said))
    yield from _small(_joined([(Span(card.byline),), card.facts, (Span(card.why),)]))
    yield from _actions(card.controls)


def _joined(runs: Sequence[Text]) -> Text:
    """Runs in one line, with a dot between."""
    shown = [run for run in runs if any(span.text for span in run)]
    return tuple(span for i, run in enumerate(shown) for span in ((Span(" · "), *run) if i else run))


def _small(run: Text) -> Iterator[Json]:
    """Small print. Where context can't hold it without mark-up, it is rich text: larger, and still inert."""
    parts = list(_parts(run))
    fits = len(parts) <= SMALL_PARTS and all(len(part["text"]) <= SMALL for part in parts)
    if fits and not any(span.url and _MARKUP.search(span.text) for span in run):
        if parts:
            yield {"type": "context", "elements": parts}
    else:
        yield from _rich(run)


def _parts(run: Text) -> Iterator[Json]:
    """Elements of a context: plain words, and links. Slack sets elements apart itself, so a dot between is not kept."""
    words = ""
    for span in (*run, Span("", url="https://end.invalid")):
        if not linked(span.url):
            words += span.text
            continue
        if kept := straight(words).strip().strip("·").strip():
            yield plain(kept)
        if label := straight(span.text).strip():
            yield {"type": "mrkdwn", "text": f"<{_address(span.url)}|{label}>", "verbatim": True}
        words = ""


def _address(url: str) -> str:
    """An address that ends where it should inside `<…|…>`."""
    return escape(url.replace("|", "%7C").replace("<", "%3C").replace(">", "%3E"))


def _actions(controls: Sequence[Control]) -> Iterator[Json]:
    shown = [made for i, control in enumerate(controls) if (made := button(control, i))]
    if shown:
        yield {"type": "actions", "elements": shown}
