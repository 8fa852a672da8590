"""Completion of what a person is typing after `/papers `."""

from collections.abc import Sequence

from bot.commands.context import Command
from bot.languages import tr
from bot.search import Search

MAX_COMPLETIONS = 8
FREE_TEXT = frozenset({"schedule", "follow"})  # commands whose words aren't titles of papers


async def complete(commands: Sequence[Command], search: Search, text: str) -> list[tuple[str, str]]:
    """Suggestions: command names first, each with its summary, then the options of the command typed, then titles of
    papers."""
    typed = text.lstrip()
    name, space, rest = typed.partition(" ")
    by_name = {command.name: command for command in commands}
    if not space:
        found = [command for command in by_name if command.startswith(typed.casefold())]
    elif name in by_name:
        found = [f"{name} {o}" for o in by_name[name].options if o.casefold().startswith(rest.casefold())]
    else:
        found = []
    takes_titles = name not in by_name or not by_name[name].options
    if len(found) < MAX_COMPLETIONS and len(rest or typed) > 1 and takes_titles and name not in FREE_TEXT:
        lead = f"{name} " if name in by_name and space else ""
        titles = await search.complete_title(rest if lead else typed, MAX_COMPLETIONS - len(found))
        found += [lead + title for title in titles]
    summaries = {name: tr(command.help.summary) for name, command in by_name.items()}
    return [(one, summaries.get(one, "")) for one in dict.fromkeys(found)][:MAX_COMPLETIONS]
