"""Block Kit as Slack documents it: what it would refuse in a message or a view, and what would do harm.

Written from Slack's reference pages, not from the code under test: `check_message` and `check_view` give a list
of problems, empty when all is well. Text limits count characters after escaping, as Slack counts them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from tests.fakes.slack.elements import ACCESSORIES, ACTIVE, INPUTS, element, image
from tests.fakes.slack.look import Look, Problem
from tests.fakes.slack.rich import rich_text

__all__ = ["MESSAGE_CHARS", "Problem", "check_message", "check_metadata", "check_unfurl", "check_view", "size"]

MESSAGE_CHARS = 13_200  # bolt-js#2509: not documented, seen
TEXT_CHARS = 40_000
TEXT_ADVISED = 4_000
MARKDOWN_CHARS = 12_000
METADATA_CHARS = 16_000


def check_message(body: Mapping[str, Any]) -> list[Problem]:
    """Everything wrong with the content of a message, as chat.postMessage and response URLs take it."""
    found: list[Problem] = []
    look = Look(body, "", found)
    if body.get("text"):
        _fallback(look)
    if body.get("blocks"):
        _blocks(look["blocks"], 50, "message")
        if not body.get("text"):
            look.wrong("blocks without a text: notifications and screen readers have nothing to say", "advice")
    if body.get("metadata"):
        _metadata(look["metadata"])
    for i, attachment in enumerate(body.get("attachments") or ()):
        _attachment(Look(attachment, f"/attachments/{i}", found))
    return found


def check_view(body: Mapping[str, Any]) -> list[Problem]:
    """Everything wrong with a modal or a home tab."""
    found: list[Problem] = []
    look = Look(body, "/view", found)
    kind = body.get("type")
    if kind not in {"modal", "home"}:
        look.wrong(f"unsupported type: {kind}")
        return found
    common = "private_metadata callback_id external_id"
    if kind == "home":
        known = look.object("type blocks", common)
    else:
        extra = "close submit clear_on_close notify_on_close submit_disabled"
        known = look.object("type title blocks", f"{common} {extra}")
    if not known:
        return found
    for key in ("title", "submit", "close"):
        if look.has(key):
            look[key].plain(24)
    for key, most in (("private_metadata", 3000), ("callback_id", 255), ("external_id", 255)):
        if body.get(key):
            look[key].string(most)
    look.flags("clear_on_close", "notify_on_close", "submit_disabled")
    _blocks(look["blocks"], 100, str(kind))
    if kind == "modal" and "submit" not in body and any(b.get("type") == "input" for b in body["blocks"]):
        look.wrong("a modal with input blocks needs a submit button")
    return found


def check_unfurl(body: Mapping[str, Any], at: str = "") -> list[Problem]:
    """Everything wrong with what stands for one address in chat.unfurl."""
    found: list[Problem] = []
    _attachment(Look(body, at, found))
    return found


def check_metadata(metadata: Any) -> list[Problem]:
    found: list[Problem] = []
    _metadata(Look(metadata, "/metadata", found))
    return found


def size(blocks: Any) -> int:
    """What Slack seems to count towards `msg_blocks_too_long`: every string that is not a name of a type."""
    match blocks:
        case str():
            return len(blocks)
        case list():
            return sum(map(size, blocks))
        case Mapping():
            return sum(size(value) for key, value in blocks.items() if key not in {"type", "style"})
        case _:
            return 0


def _fallback(look: Look) -> None:
    text = look["text"]
    if text.string(TEXT_CHARS, 0):
        if len(text.value) > TEXT_ADVISED:
            text.wrong(f"more than the advised {TEXT_ADVISED} characters", "advice")
        if look.value.get("mrkdwn", True):
            named = bool(look.value.get("link_names")) or look.value.get("parse") == "full"
            text.markup(link_names=named)


def _metadata(look: Look) -> None:
    if not look.object("event_type event_payload"):
        return
    look["event_type"].string(255)
    payload = look["event_payload"]
    if not isinstance(payload.value, Mapping):
        payload.wrong("must be an object")
        return
    for key, value in payload.value.items():
        if not isinstance(value, str | int | float | bool):
            payload[key].wrong("must be a string, a number or a boolean")
    if len(json.dumps(look.value)) > METADATA_CHARS:
        look.wrong("metadata too large")


def _attachment(look: Look) -> None:
    known = "blocks color fallback text title title_link preview hide_color image_url thumb_url footer ts mrkdwn_in"
    if look.object("", known) and look.has("blocks"):
        _blocks(look["blocks"], 50, "message")


def _blocks(look: Look, most: int, surface: str) -> None:
    ids: list[str] = []
    for block in look.each(most, 0 if surface == "home" else 1):
        kind = block.value.get("type") if isinstance(block.value, dict) else None
        if kind not in BLOCKS:
            block.wrong(f"unsupported type: {kind}")
            continue
        needed, allowed, check = BLOCKS[kind]
        if block.object(needed, f"block_id {allowed}"):
            block.strings(block_id=255)
            check(block)
        ids += [block.value["block_id"]] if block.has("block_id") else []
    if len(set(ids)) < len(ids):
        look.wrong("two blocks have the same block_id")
    if sum(len(str(b.get("text", ""))) for b in _of(look.value, "markdown")) > MARKDOWN_CHARS:
        look.wrong(f"markdown blocks hold more than {MARKDOWN_CHARS} characters together")


def _of(blocks: Any, kind: str) -> Iterator[Mapping[str, Any]]:
    return (b for b in blocks if isinstance(b, Mapping) and b.get("type") == kind)


def _section(block: Look) -> None:
    if not block.has("text") and not block.has("fields"):
        block.wrong("missing required field: text or fields")
    if block.has("text"):
        block["text"].text(3000)
    if block.has("fields"):
        for field in block["fields"].each(10):
            field.text(2000)
    if block.has("accessory"):
        element(block["accessory"], ACCESSORIES)
    block.flags("expand")


def _header(block: Look) -> None:
    block["text"].plain(150)


def _context(block: Look) -> None:
    for part in block["elements"].each(10):
        if isinstance(part.value, dict) and part.value.get("type") == "image":
            element(part, {"image"})
        else:
            part.text(3000)


def _actions(block: Look) -> None:
    names = []
    for part in block["elements"].each(25):
        element(part, ACTIVE)
        names += [part.value["action_id"]] if part.has("action_id") else []
    if len(set(names)) < len(names):
        block.wrong("two elements have the same action_id")


def _image(block: Look) -> None:
    image(block)
    if block.has("title"):
        block["title"].plain(2000)


def _input(block: Look) -> None:
    block["label"].plain(2000)
    element(block["element"], INPUTS)
    if block.has("hint"):
        block["hint"].plain(2000)
    block.flags("optional", "dispatch_action")


def _markdown(block: Look) -> None:
    if block["text"].string(MARKDOWN_CHARS):
        block["text"].markup()


def _divider(block: Look) -> None:
    """Has nothing to check."""


# keys that are needed, keys that are allowed, and the rest of the rules
BLOCKS: dict[str, tuple[str, str, Callable[[Look], None]]] = {
    "section": ("", "text fields accessory expand", _section),
    "header": ("text", "", _header),
    "context": ("elements", "", _context),
    "actions": ("elements", "", _actions),
    "divider": ("", "", _divider),
    "image": ("alt_text", "image_url slack_file title", _image),
    "input": ("label element", "hint optional dispatch_action", _input),
    "markdown": ("text", "", _markdown),
    "rich_text": ("elements", "", rich_text),
}
