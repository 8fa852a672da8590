"""What somebody typing after `/papers ` may go on with."""

from __future__ import annotations

from collections.abc import Sequence

from bot.commands.context import Command
from bot.store.protocol import Papers

MOST = 8


async def complete(commands: Sequence[Command], papers: Papers, text: str) -> list[str]:
    """Commands first, then the options of the one typed, then titles."""
    typed = text.lstrip()
    name, space, rest = typed.partition(" ")
    known = {command.name: command for command in commands}
    if not space:
        found = [command for command in known if command.startswith(typed.casefold())]
    elif name in known:
        found = [f"{name} {o}" for o in known[name].options if o.casefold().startswith(rest.casefold())]
    else:
        found = []
    takes_words = name not in known or not known[name].options
    if len(found) < MOST and len(rest or typed) > 1 and takes_words and name not in {"schedule", "follow"}:
        lead = f"{name} " if name in known and space else ""
        found += [lead + title for title in await papers.complete_title(rest if lead else typed, MOST - len(found))]
    return list(dict.fromkeys(found))[:MOST]
