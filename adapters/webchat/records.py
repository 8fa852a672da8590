"""The records of the chat: messages, open forms, changes; and the allowed channel names and emoji."""

import re
from datetime import datetime
from typing import Literal

from msgspec import Struct

from adapters.webchat.people import BOT
from bot.chat.form import Form
from bot.chat.message import Message

DEFAULT_CHANNEL = "papers"
CHANNEL_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
EMOJI = ("👍", "👎", "❤️", "🔥", "🎉", "👀")


class OpenForm(Struct, frozen=True, kw_only=True):
    """A form as one person sees it; its fields hold what they filled in last.

    `new`: the form alone. `wrong`: open, below the message that says what is wrong. `sent`: folded away below
    the answer, to change something and send it again.
    """

    form: Form
    state: Literal["new", "wrong", "sent"] = "new"


class ChatMessage(Struct, frozen=True, kw_only=True):
    """One message of the chat."""

    id: str
    channel: str
    thread: str = ""  # id of the message that it replies to
    author: str = BOT  # or a person's id
    at: datetime
    message: Message
    private: bool = False
    edited: bool = False
    open_form: OpenForm | None = None  # only in private messages, which are not stored


class Change(Struct, frozen=True):
    """A message that is new, or that looks different now."""

    seq: int  # counts up from 1 since the start of the process
    id: str
    new: bool
