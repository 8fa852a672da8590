"""Messages as Discord's components (version 2). Pure.

Each card is a box with its own buttons; embeds would have all buttons below the message. A message may have 40
components, and each button is one: a message with many buttons first drops the boxes, then replaces buttons by menus
with the same actions. Links that have no button then become text.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias, assert_never

from msgspec.structs import replace

from adapters.discord.delivery_mark import mark_components, walk_components
from adapters.discord.escape import href, markdown, one_line, utf16_units, without_controls
from bot.chat.adapter import Limits
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
    Papers,
    Paragraph,
    Span,
    clean,
    emphasize,
)
from bot.languages import tr

Json: TypeAlias = dict[str, Any]

MAX_TEXT_CHARS = 4_000  # characters in all texts of a message
MAX_COMPONENTS = 40  # in a message, at any depth
MAX_LABEL_CHARS = 80
MAX_ALT_CHARS = 1_024  # of a picture
MAX_BUTTONS_PER_ROW = 5  # buttons
V2 = 1 << 15  # message flag: made of components
PRIVATE = 1 << 6  # message flag: for the asker only
NO_MENTIONS: Json = {"parse": []}  # a message notifies no one but the role and the people that it names

# 19: as menus, a block of three rows (a card) takes 3 components and one of one row at most 2, and links one more.
LIMITS = Limits(
    max_chars=3_800,  # of `MAX_TEXT_CHARS`: the numbers and styles of a list of papers are not in `width`
    max_blocks=19,
    max_block_chars=3_400,
    max_buttons=MAX_BUTTONS_PER_ROW,
    max_label_chars=MAX_LABEL_CHARS,
    min_interval_s=1.0,
)

ACCENT = 0x3E63DD
TEXT, ROW_TYPE, BUTTON, MENU, BOX, SECTION, THUMBNAIL, GALLERY = 10, 1, 2, 3, 17, 9, 11, 12
SECONDARY, PRIMARY, SUCCESS, LINK = 2, 1, 3, 5
STYLES = {"plain": SECONDARY, "primary": PRIMARY, "pressed": SUCCESS}
DUPLICATE = "%~"  # tells equal custom ids apart; an action's own `%` is always `%25` or `%7C`
PICK = "pick"  # custom id of a menu; the actions are in its options


def message_payload(message: Message, *, ids: Sequence[int] = (), private: bool = False) -> Json:
    """The body of a message; the `ids` of a delivery key mark it."""
    components = _components(message)
    mark_components(components, ids)
    return {
        "flags": V2 | (PRIVATE if private else 0),
        "components": components,
        "allowed_mentions": NO_MENTIONS
        | ({"roles": [message.ping]} if message.ping else {})
        | ({"users": [id for id in message.pings if id.isdecimal()]} if message.pings else {}),
    }


def action_of(custom_id: str, values: list[str]) -> Action:
    """The action of a pressed button or a chosen menu entry."""
    wire = values[0] if values and custom_id.partition(DUPLICATE)[0] == PICK else custom_id
    return Action.parse(wire.partition(DUPLICATE)[0])


def _components(message: Message) -> list[Json]:
    laid: list[Json] = []
    for boxes, card_buttons, buttons in ((1, 1, 1), (0, 1, 1), (0, 0, 1), (0, 0, 0)):
        laid = _Layout(bool(boxes), bool(card_buttons), bool(buttons)).lay(message)
        if sum(1 for _ in walk_components(laid)) <= MAX_COMPONENTS:
            break
    return laid


class _Layout:
    """One layout: with or without boxes, card buttons, buttons."""

    def __init__(self, boxes: bool, card_buttons: bool, buttons: bool) -> None:
        self._boxes = boxes
        self._card_buttons = card_buttons
        self._buttons = buttons
        self._ids: set[str] = set()
        self._links: list[str] = []

    def lay(self, message: Message) -> list[Json]:
        found: list[Json] = []
        lines = [markdown((Span(message.ping, role=True),))] if message.ping else []
        for block in message.blocks or (Paragraph((Span(message.plain),)),):
            if isinstance(block, Card | Controls):
                found += [*_text(lines), *self._pressable(block)]
                lines = []
            else:
                lines += _lines(block)
        found += _text(lines)
        used = sum(utf16_units(part.get("content", "")) for part in walk_components(found))
        found += self._remaining_links(MAX_TEXT_CHARS - used)
        return found or _text([one_line((Span(message.plain),)) or "…"])

    def _pressable(self, block: Card | Controls) -> list[Json]:
        if isinstance(block, Controls):
            return list(self._rows(block.items, self._buttons))
        words = _text(_card(block))
        if self._boxes and words and (picture := _picture(block)):
            if block.credit:
                words.append({"type": GALLERY, "items": [picture]})
            else:
                words = [{"type": SECTION, "components": words, "accessory": {"type": THUMBNAIL, **picture}}]
        inner = [*words, *self._rows(block.controls, self._card_buttons)]
        return [{"type": BOX, "accent_color": ACCENT, "components": inner}] if self._boxes and inner else inner

    def _rows(self, controls: tuple[Control, ...], as_buttons: bool) -> Iterator[Json]:
        shown = [found for control in controls if (found := self._button(control))]
        if as_buttons:
            for i in range(0, len(shown), MAX_BUTTONS_PER_ROW):
                yield {"type": ROW_TYPE, "components": shown[i : i + MAX_BUTTONS_PER_ROW]}
            return
        self._links += [
            one_line((Span(control.label, url=control.url),)) for control in controls if isinstance(control, LinkButton)
        ]
        if options := [_option(button) for button in shown if "url" not in button]:
            menu = {"type": MENU, "custom_id": self._unique_id(PICK), "placeholder": tr("Choose …"), "options": options}
            yield {"type": ROW_TYPE, "components": [menu]}

    def _button(self, control: Control) -> Json | None:
        """A button; None for a link to an unusable address, or an action whose id can't be told apart."""
        match control:
            case LinkButton(label=label, url=url):
                link = href(url)
                return {"type": BUTTON, "style": LINK, "label": _label(label), "url": link} if link else None
            case Button(label=label, action=action, style=style):
                id = self._unique_id(str(action))
                if not id:
                    return None
                return {"type": BUTTON, "style": STYLES[style], "label": _label(label), "custom_id": id}
            case _:
                assert_never(control)

    def _unique_id(self, wire: str) -> str:
        """A custom id that no other component of the message has; empty when it would be too long."""
        id, n = wire, 1
        while id in self._ids:
            n += 1
            id = f"{wire}{DUPLICATE}{n}"
        if len(id) > 100:  # an equal action of the maximum length: the first button does the same
            return ""
        self._ids.add(id)
        return id

    def _remaining_links(self, room: int) -> list[Json]:
        """Links without a button, as many as fit."""
        shown: list[str] = []
        for link in self._links:
            room -= utf16_units(link) + 3
            if room < 1:
                shown.append("…")
                break
            shown.append(link)
        return _text([" · ".join(shown)])


def _lines(block: Block) -> list[str]:
    match block:
        case Heading(text=title):
            return [f"## {one_line((Span(title),))}"]
        case Paragraph(text=spans):
            is_heading = bool(spans) and all(span.bold for span in spans)  # of a part of the message
            plain = tuple(replace(span, bold=False) for span in spans)
            return [f"### {one_line(plain)}" if is_heading else markdown(spans)]
        case Bullets(items=items):
            return [f"- {one_line(item)}" for item in items]
        case Papers(items=items, first=first):
            return [line for number, item in enumerate(items, first) for line in _row(item, number)]
        case Footnote(text=spans):
            return [f"-# {one_line(spans)}"]
        case Card() | Controls():
            return []
        case _:
            assert_never(block)


def _row(card: Card, number: int) -> list[str]:
    """Title and votes; the summary in small print. Discord's own numbers would begin again after each summary."""
    votes = (Span(" ·\u00a0"), *card.facts) if card.facts else ()
    title = (Span(f"{number}.", bold=True), Span(" "), Span(card.title or card.paper, bold=True, url=card.url))
    return [one_line((*title, *votes)), f"-# {one_line(emphasize(card.summary, card.matched))}"]


def _card(card: Card) -> list[str]:
    """Title, authors, summary, facts, reason, abstract."""
    return [
        f"### {one_line((Span(card.title, url=card.url),))}",
        f"-# {one_line((Span(card.byline),))}",
        one_line(emphasize(card.summary, card.matched)),
        f"-# {one_line(card.facts)}",
        f"-# {one_line((Span(card.why),))}",
        markdown((Span(card.body),)),
        f"-# {one_line(card.credit)}",
    ]


def _picture(card: Card) -> Json | None:
    """A card's picture, at an address or in a file that comes with the message."""
    address = href(card.picture) or f"attachment://{file_name(card.picture)}"
    alt = ". ".join(filter(None, ("".join(span.text for span in card.credit), card.title or card.paper)))
    return {"media": {"url": address}, "description": alt[:MAX_ALT_CHARS]} if card.picture else None


def file_name(picture: str) -> str:
    """The name of a picture's file; Discord would replace other characters in it, and not find it again."""
    return f"{re.sub(r'[^A-Za-z0-9.-]+', '-', picture)}.jpg"


def _text(lines: list[str]) -> list[Json]:
    """Lines as one component, without empty ones."""
    content = "\n".join(line for line in lines if line.strip().strip("#- "))
    return [{"type": TEXT, "content": content}] if content else []


def _option(button: Json) -> Json:
    check = "✓ " if button["style"] == SUCCESS else ""
    return {"label": f"{check}{button['label']}"[:100], "value": button["custom_id"]}


def _label(label: str) -> str:
    return clean(without_controls(label), MAX_LABEL_CHARS) or "…"
