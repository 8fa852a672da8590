"""Messages and forms as modals, App Home and link previews. Pure, like `render`.

https://docs.slack.dev/surfaces/modals
"""

from __future__ import annotations

import json
from typing import assert_never

from msgspec import Struct

from adapters.slack.outbound.elements import Json, plain_text, width
from adapters.slack.outbound.render import LIMITS, MAX_TEXT_CHARS, VIEW_LIMITS, block, blocks
from bot.chat.event import Place
from bot.chat.fit import fit
from bot.chat.form import Field, Form
from bot.chat.message import (
    Block,
    Bullets,
    Card,
    Controls,
    Footnote,
    Heading,
    Message,
    Papers,
    Paragraph,
    Text,
    clean,
    text,
)
from bot.languages import tr

FORM, MESSAGE, HOME = "form", "shown", "home"  # callback_id: the kind of view; HOME is also Slack's own type
MAX_TITLE_CHARS = 24
MAX_LABEL_CHARS = 2_000  # of an input, and of its hint
MAX_OPTIONS = 100  # of a menu, and of each of its groups
MAX_OPTION_CHARS = 75  # of a choice's text, and of its value
VALUE = "value"  # action_id of every input: the block's id is the field's name


class ViewOrigin(Struct, frozen=True, kw_only=True):
    """What a view remembers in `private_metadata` (at most 3,000 characters): where it was opened and what it sends."""

    space: str = ""
    channel: str = ""
    thread: str = ""
    action: str = ""

    @classmethod
    def parse(cls, raw: str) -> ViewOrigin:
        """The origin in a view's `private_metadata`; an empty one when it is not ours."""
        try:
            found = json.loads(raw or "{}")
        except (ValueError, RecursionError):
            found = None
        known = found if isinstance(found, dict) else {}
        return cls(**{name: str(known.get(name, "")) for name in cls.__struct_fields__})

    def __str__(self) -> str:
        return json.dumps({name: value for name in self.__struct_fields__ if (value := getattr(self, name))})


def form_modal(form: Form, place: Place, *, intro: Message | None = None) -> Json:
    """A form below an introduction. When it is sent, the form's action and the place come back with the values."""
    origin = ViewOrigin(space=place.space, channel=place.channel, thread=place.thread, action=str(form.action))
    shown = [*(_view_blocks(intro) if intro else ()), *map(_input, form.fields)]
    return _modal(form.title, FORM, origin, shown) | {"submit": _title(form.submit_label)}


def message_modal(message: Message, place: Place) -> Json:
    """A message as a modal; its buttons work there too."""
    origin = ViewOrigin(space=place.space, channel=place.channel, thread=place.thread)
    return _modal("Paperboy", MESSAGE, origin, _view_blocks(message))


def home_view(message: Message, place: Place) -> Json:
    """A message as App Home; `place` is the direct message with its owner."""
    return {
        "type": HOME,
        "callback_id": HOME,
        "private_metadata": str(ViewOrigin(space=place.space, channel=place.channel)),
        "blocks": _view_blocks(message),
    }


def unfurl_blocks(message: Message) -> list[Json]:
    """A message below a link. Slack has refused rich text there, so the text is plain; the link itself is above."""
    return [shown for item in fit(message, LIMITS, width)[0].blocks for shown in _plain_blocks(item)]


def _modal(title: str, kind: str, origin: ViewOrigin, shown: list[Json]) -> Json:
    return {
        "type": "modal",
        "callback_id": kind,
        "title": _title(title),
        "close": plain_text(tr("Close")),
        "private_metadata": str(origin),
        "blocks": shown,
    }


def _view_blocks(message: Message) -> list[Json]:
    """As much as a view has room for; the core pages longer answers."""
    page = fit(message, VIEW_LIMITS, width)[0]
    return blocks(page.blocks) or blocks((Paragraph(text(page.plain)),))


def _input(field: Field) -> Json:
    shown: Json = {
        "type": "input",
        "block_id": field.name,
        "label": plain_text(field.label[:MAX_LABEL_CHARS]),
        "optional": not field.required,
        "element": _select(field) if field.choices else _text_input(field),
    }
    return shown | {"hint": plain_text(field.hint[:MAX_LABEL_CHARS])} if field.hint else shown


def _text_input(field: Field) -> Json:
    max_chars = min(field.max_length, MAX_TEXT_CHARS)
    element: Json = {"type": "plain_text_input", "action_id": VALUE, "max_length": max_chars}
    return element | {"initial_value": field.value[:max_chars]} if field.value else element


def _select(field: Field) -> Json:
    options = {
        value: {"text": plain_text(clean(label, MAX_OPTION_CHARS)), "value": value}
        for value, label in field.choices
        if len(value) <= MAX_OPTION_CHARS
    }
    shown = list(options.values())
    parts = [shown[n : n + MAX_OPTIONS] for n in range(0, len(shown), MAX_OPTIONS)]
    groups = [{"label": plain_text(f"{part[0]['value']} …"), "options": part} for part in parts]
    element: Json = {"type": "static_select", "action_id": VALUE}
    element |= {"options": shown} if len(groups) < 2 else {"option_groups": groups}
    return element | {"initial_option": options[field.value]} if field.value in options else element


def _plain_blocks(item: Block) -> list[Json]:
    match item:
        case Heading() | Controls():
            return list(block(item))
        case Paragraph(text=run):
            return _plain_section(_run_text(run))
        case Footnote(text=run):
            return _plain_context(_run_text(run))
        case Bullets(items=runs):
            return _plain_section("\n".join(f"• {_run_text(run)}" for run in runs))
        case Papers(items=items, first=first):
            rows = (f"{n}. {item.title}\n{item.summary}".strip() for n, item in enumerate(items, first))
            return _plain_section("\n".join(rows))
        case Card():
            return [
                *_plain_section("\n".join(filter(None, (item.title, item.summary)))),
                *_plain_context(" · ".join(filter(None, (item.byline, _run_text(item.facts), item.why)))),
                *block(Controls(item.controls)),
            ]
        case _:
            assert_never(item)


def _plain_section(words: str) -> list[Json]:
    return [{"type": "section", "text": plain_text(words[:MAX_TEXT_CHARS])}] if words.strip() else []


def _plain_context(words: str) -> list[Json]:
    return [{"type": "context", "elements": [plain_text(words[:MAX_LABEL_CHARS])]}] if words.strip() else []


def _run_text(run: Text) -> str:
    return "".join(span.text for span in run)


def _title(raw: str) -> Json:
    return plain_text(raw[:MAX_TITLE_CHARS])
