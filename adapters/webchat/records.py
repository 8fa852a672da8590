"""What the chat consists of: messages, forms that wait to be filled in, changes. And what names things may have."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Literal

from msgspec import Struct

from adapters.webchat.people import BOT
from bot.chat.form import Form
from bot.chat.message import Message

DEFAULT = "papers"
CHANNEL = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
EMOJI = ("👍", "👎", "❤️", "🔥", "🎉", "👀")


class Blank(Struct, frozen=True, kw_only=True):
    """A form as one person has it before them; its fields hold what was filled in last.

    `new`: the form alone. `wrong`: it stays open under the words of its message. `sent`: it is folded away
    under the answer, for whoever wants to change something.
    """

    form: Form
    state: Literal["new", "wrong", "sent"] = "new"


class Said(Struct, frozen=True, kw_only=True):
    """One message of the chat."""

    id: str
    channel: str
    thread: str = ""  # the message it replies to
    author: str = BOT  # or a person's id
    at: datetime
    message: Message
    private: bool = False
    edited: bool = False
    blank: Blank | None = None  # only in private ones, which are not kept


class Change(Struct, frozen=True):
    """A message that is new, or looks different now."""

    seq: int
    id: str
    new: bool
