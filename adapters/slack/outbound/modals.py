"""Slack's surfaces beside messages: dialogs, App Home and unfurled links. Pure, like `render`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import assert_never

from msgspec import Struct

from adapters.slack.outbound.render import LIMITS, VIEW_LIMITS, Json, block, blocks, plain, width
from bot.chat.event import Place
from bot.chat.fit import fit
from bot.chat.form import Field, Form
from bot.chat.message import Block, Bullets, Card, Controls, Footnote, Heading, Message, Paragraph, Text, text

FORM, SHOWN, HOME = "form", "shown", "home"  # callback_id: what kind of view it is
TITLE = 24
LABEL = 2_000  # of an input, and of its hint
OPTION, OPTION_VALUE = 75, 75
VALUE = "value"  # action_id of every input: its block carries the field's name
PLAIN = 3_000


class ViewOrigin(Struct, frozen=True, kw_only=True):
    """What a view remembers (`private_metadata`, at most 3,000 characters): where it belongs and what it sends."""

    channel: str = ""
    thread: str = ""
    action: str = ""

    @classmethod
    def parse(cls, raw: str) -> ViewOrigin:
        """What a view remembered; nothing when it is none of ours."""
        try:
            found = json.loads(raw or "{}")
        except ValueError:
            found = None
        known = found if isinstance(found, dict) else {}
        return cls(**{name: str(known.get(name, "")) for name in cls.__struct_fields__})

    def __str__(self) -> str:
        return json.dumps({name: value for name in self.__struct_fields__ if (value := getattr(self, name))})


def dialog(form: Form, place: Place, *, said: Message | None = None) -> Json:
    """A form as a modal, below what is to be said of it; what is sent comes back with the form's action and the place
    it was asked in."""
    origin = ViewOrigin(channel=place.channel, thread=place.thread, action=str(form.action))
    return _modal(form.title, FORM, origin, [*(_all(said) if said else ()), *map(_input, form.fields)]) | {
        "submit": _short(form.send)
    }


def sheet(message: Message, place: Place, *, title: str = "Paperboy") -> Json:
    """A message as a modal; its buttons work there too."""
    origin = ViewOrigin(channel=place.channel, thread=place.thread)
    return _modal(title, SHOWN, origin, _all(message))


def home(message: Message, channel: str) -> Json:
    """A message as App Home; `channel` is the conversation with its owner."""
    return {
        "type": "home",
        "callback_id": HOME,
        "private_metadata": str(ViewOrigin(channel=channel)),
        "blocks": _all(message),
    }


def submitted(state: Mapping[str, Mapping[str, Json]]) -> dict[str, str]:
    """The values of a form by the name of their field."""
    found: dict[str, str] = {}
    for name, inputs in state.items():
        for given in inputs.values():
            picked = given.get("selected_option") or {}
            found[name] = str(picked.get("value") or given.get("value") or "").strip()
    return found


def unfurled(message: Message) -> list[Json]:
    """A message under a link. Slack has refused rich text there, so words are plain; the link itself stands above."""
    return [shown for item in fit(message, LIMITS, width)[0].blocks for shown in _under(item)]


def _modal(title: str, kind: str, origin: ViewOrigin, shown: list[Json]) -> Json:
    return {
        "type": "modal",
        "callback_id": kind,
        "title": _short(title),
        "close": plain("Close"),
        "private_metadata": str(origin),
        "blocks": shown,
    }


def _all(message: Message) -> list[Json]:
    """All that a view has room for; the core pages what is longer."""
    page = fit(message, VIEW_LIMITS, width)[0]
    return blocks(page.blocks) or blocks((Paragraph(text(page.plain)),))


def _input(field: Field) -> Json:
    shown: Json = {
        "type": "input",
        "block_id": field.name,
        "label": plain(field.label[:LABEL]),
        "optional": not field.required,
        "element": _select(field) if field.choices else _typed(field),
    }
    return shown | {"hint": plain(field.hint[:LABEL])} if field.hint else shown


def _typed(field: Field) -> Json:
    element: Json = {"type": "plain_text_input", "action_id": VALUE, "max_length": min(field.most, PLAIN)}
    return element | {"initial_value": field.value[: min(field.most, PLAIN)]} if field.value else element


def _select(field: Field) -> Json:
    options = {value: _option(value, shown) for value, shown in field.choices if len(value) <= OPTION_VALUE}
    element: Json = {"type": "static_select", "action_id": VALUE, "options": list(options.values())}
    return element | {"initial_option": options[field.value]} if field.value in options else element


def _option(value: str, shown: str) -> Json:
    return {"text": plain(shown if len(shown) <= OPTION else shown[: OPTION - 1] + "…"), "value": value}


def _under(item: Block) -> list[Json]:
    match item:
        case Heading() | Controls():
            return list(block(item))
        case Paragraph(text=spans):
            return _plain_section(_said(spans))
        case Footnote(text=spans):
            return _plain_context(_said(spans))
        case Bullets(items=lines):
            return _plain_section("\n".join(f"• {_said(line)}" for line in lines))
        case Card():
            return [
                *_plain_section("\n".join(filter(None, (item.title, item.line)))),
                *_plain_context(" · ".join(filter(None, (item.byline, _said(item.facts), item.why)))),
                *block(Controls(item.controls)),
            ]
        case _:
            assert_never(item)


def _plain_section(words: str) -> list[Json]:
    return [{"type": "section", "text": plain(words[:PLAIN])}] if words.strip() else []


def _plain_context(words: str) -> list[Json]:
    return [{"type": "context", "elements": [plain(words[:LABEL])]}] if words.strip() else []


def _said(run: Text) -> str:
    return "".join(span.text for span in run)


def _short(raw: str) -> Json:
    return plain(raw[:TITLE])
