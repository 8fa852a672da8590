"""Messages as Discord's components (version 2). Pure: values in, payload out.

Each card is a box with its own buttons under it; an embed can't have that (its buttons all stand below the message).
A message takes 40 components, and a button is one: a message of many buttons gives up first the boxes, then the
buttons, for menus that hold the same. Links that find no button then stand as text.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias, assert_never

from adapters.discord.escape import href, markdown, one_line, seen, units
from adapters.discord.mark import stamp, walk
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
    Paragraph,
    Span,
)

Json: TypeAlias = dict[str, Any]

MOST_TEXT = 4_000  # characters in all texts of a message
MOST_COMPONENTS = 40  # in a message, at any depth
MOST_LABEL = 80
ROW = 5  # buttons
V2 = 1 << 15  # message flag: made of components
PRIVATE = 1 << 6  # message flag: for the asker only
NOBODY: Json = {"parse": []}  # nothing in a message notifies anybody

# 19: as menus, a block of three rows (a card) takes 3 components and one of one row at most 2, and links one more.
LIMITS = Limits(
    max_chars=3_600,
    max_blocks=19,
    max_block_chars=3_400,
    max_buttons=ROW,
    max_label_chars=MOST_LABEL,
    min_interval_s=1.0,
)

ACCENT = 0x3E63DD
TEXT, ROW_TYPE, BUTTON, MENU, BOX = 10, 1, 2, 3, 17
SECONDARY, PRIMARY, SUCCESS, LINK = 2, 1, 3, 5
STYLES = {"plain": SECONDARY, "primary": PRIMARY, "pressed": SUCCESS}
AGAIN = "%~"  # sets a button's id apart from an equal one; an action's own `%` is always `%25` or `%7C`
PICK = "pick"  # a menu's id; what it says is in its options


def payload(message: Message, *, ids: Sequence[int] = (), private: bool = False) -> Json:
    """The body of a message; with the `ids` of a key it can be found again."""
    components = _components(message)
    stamp(components, ids)
    return {
        "flags": V2 | (PRIVATE if private else 0),
        "components": components,
        "allowed_mentions": NOBODY,
    }


def action_of(custom_id: str, values: list[str]) -> Action:
    """The action of a pressed button, or of what was picked from a menu."""
    wire = values[0] if values and custom_id.partition(AGAIN)[0] == PICK else custom_id
    return Action.parse(wire.partition(AGAIN)[0])


def _components(message: Message) -> list[Json]:
    laid: list[Json] = []
    for boxes, card_buttons, buttons in ((1, 1, 1), (0, 1, 1), (0, 0, 1), (0, 0, 0)):
        laid = _Layout(bool(boxes), bool(card_buttons), bool(buttons)).lay(message)
        if sum(1 for _ in walk(laid)) <= MOST_COMPONENTS:
            break
    return laid


class _Layout:
    """One way of laying a message out."""

    def __init__(self, boxes: bool, card_buttons: bool, buttons: bool) -> None:
        self._boxes = boxes
        self._card_buttons = card_buttons
        self._buttons = buttons
        self._ids: set[str] = set()
        self._links: list[str] = []

    def lay(self, message: Message) -> list[Json]:
        found: list[Json] = []
        lines: list[str] = []
        for block in message.blocks or (Paragraph((Span(message.plain),)),):
            if isinstance(block, Card | Controls):
                found += [*_text(lines), *self._pressable(block)]
                lines = []
            else:
                lines += _lines(block)
        found += _text(lines)
        found += self._left_over(MOST_TEXT - sum(units(part.get("content", "")) for part in walk(found)))
        return found or _text([one_line((Span(message.plain),)) or "…"])

    def _pressable(self, block: Card | Controls) -> list[Json]:
        if isinstance(block, Controls):
            return list(self._rows(block.items, self._buttons))
        inner = [*_text(_card(block)), *self._rows(block.controls, self._card_buttons)]
        return [{"type": BOX, "accent_color": ACCENT, "components": inner}] if self._boxes and inner else inner

    def _rows(self, controls: tuple[Control, ...], as_buttons: bool) -> Iterator[Json]:
        shown = [found for control in controls if (found := self._button(control))]
        if as_buttons:
            for i in range(0, len(shown), ROW):
                yield {"type": ROW_TYPE, "components": shown[i : i + ROW]}
            return
        self._links += [
            one_line((Span(control.label, url=control.url),)) for control in controls if isinstance(control, LinkButton)
        ]
        if options := [_option(button) for button in shown if "url" not in button]:
            menu = {"type": MENU, "custom_id": self._alone(PICK), "placeholder": "Choose …", "options": options}
            yield {"type": ROW_TYPE, "components": [menu]}

    def _button(self, control: Control) -> Json | None:
        """A button; None for a link that leads nowhere, or for a press whose id can't be told from another's."""
        match control:
            case LinkButton(label=label, url=url):
                link = href(url)
                return {"type": BUTTON, "style": LINK, "label": _label(label), "url": link} if link else None
            case Button(label=label, action=action, style=style):
                id = self._alone(str(action))
                if not id:
                    return None
                return {"type": BUTTON, "style": STYLES[style], "label": _label(label), "custom_id": id}
            case _:
                assert_never(control)

    def _alone(self, wire: str) -> str:
        """An id that no other component of the message has; empty when there is no room to tell it apart."""
        id, n = wire, 1
        while id in self._ids:
            n += 1
            id = f"{wire}{AGAIN}{n}"
        if len(id) > 100:  # only an equal press of the greatest length: the first does the same
            return ""
        self._ids.add(id)
        return id

    def _left_over(self, room: int) -> list[Json]:
        """Links that found no button, as far as there is room."""
        shown: list[str] = []
        for link in self._links:
            room -= units(link) + 3
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
            return [markdown(spans)]
        case Bullets(items=items):
            return [f"- {one_line(item)}" for item in items]
        case Footnote(text=spans):
            return [f"-# {one_line(spans)}"]
        case Card() | Controls():
            return []
        case _:
            assert_never(block)


def _card(card: Card) -> list[str]:
    """Title, one line, then the small print; the abstract last."""
    return [
        f"### {one_line((Span(card.title, url=card.url),))}",
        f"-# {one_line((Span(card.byline),))}",
        one_line((Span(card.summary),)),
        f"-# {one_line(card.facts)}",
        f"-# {one_line((Span(card.why),))}",
        markdown((Span(card.body),)),
    ]


def _text(lines: list[str]) -> list[Json]:
    """Lines as one component, without those that hold nothing but their mark."""
    content = "\n".join(line for line in lines if line.strip().strip("#- "))
    return [{"type": TEXT, "content": content}] if content else []


def _option(button: Json) -> Json:
    check = "✓ " if button["style"] == SUCCESS else ""
    return {"label": f"{check}{button['label']}"[:100], "value": button["custom_id"]}


def _label(label: str) -> str:
    short = " ".join(seen(label).split()) or "…"
    return short if len(short) <= MOST_LABEL else short[: MOST_LABEL - 1] + "…"
