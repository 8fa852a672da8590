"""Buttons that change something: each works only for the person, place and hour it was made for.

Anyone can share a message with buttons, so a button can't stand for the person who presses it. A button that changes
something carries a signature over person, place, time and command. The key is in the store: the button works after a
restart and in every process.
"""

import base64
import hmac
import secrets
from datetime import timedelta
from typing import Literal

from bot.chat.message import Action
from bot.commands.context import Request, button_text, stored_text
from bot.errors import AskError
from bot.languages import tr
from bot.store.sql import Store

MAX_BUTTON_AGE = timedelta(hours=1)
SIGNATURE_BYTES = 10  # 80 bits: 16 characters; an action takes 100 bytes in all
KEY_BYTES = 32

Step = Literal["run", "confirm"]
"""`run`: the command as if typed. `confirm`: the command after its warning or preview was shown."""


async def bound_action(request: Request, step: Step, text: str) -> Action:
    """The action that runs a command for the asker alone."""
    made = str(int(request.now.timestamp()))
    return Action(step, (made, await _signature(request, step, made, text), await button_text(request, text)))


async def bound_command(request: Request, action: Action) -> tuple[str, str]:
    """The command of a bound action and its signature, which is unique to the button. Raises `AskError`."""
    made, signature, named = (*action.args, "", "", "")[:3]
    text = await stored_text(request, named)
    expected = await _signature(request, action.name, made, text)
    if not text or not hmac.compare_digest(expected.encode(), signature.encode()):
        raise AskError(tr("This button was made for someone else."), tr("To do the same, type the command yourself."))
    if request.now.timestamp() - int(made) > MAX_BUTTON_AGE.total_seconds():
        raise AskError(tr("This button has expired."), tr("To do it now, type: /papers {text}", text=text))
    return text, signature


async def _signature(request: Request, step: str, made: str, text: str) -> str:
    signed = "\0".join((step, request.who.key, str(request.place.in_thread("")), made, text))
    digest = hmac.digest(await _key(request.store), signed.encode(), "sha256")
    return base64.b32encode(digest[:SIGNATURE_BYTES]).decode().lower()


async def _key(store: Store) -> bytes:
    """The secret of all processes on this store; made by the first that needs it."""
    kept = store.key_value("commands")
    if key := await kept.get("button-key"):
        return key
    await kept.put("button-key", secrets.token_bytes(KEY_BYTES), if_absent=True)
    return await kept.get("button-key") or b""
