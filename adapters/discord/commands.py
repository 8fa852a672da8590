"""The application commands, from the core's commands. Pure: the payload, and its fingerprint.

`/papers query:` takes any text, as on other platforms; a command with fields also exists as `/papers-NAME` with typed
options. Discord doesn't allow both in one command: one with sub-commands can't be used by itself.
"""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from adapters.discord.modals import MAX_CHOICES
from adapters.discord.permissions import MANAGE_SERVER
from bot.chat.adapter import CommandHelp, MenuEntry
from bot.chat.form import Field
from bot.languages import mark, translations

NAME, OPTION = "papers", "query"
CHAT, ON_MESSAGE = 1, 3  # types of commands
STRING, ROLE = 3, 8  # types of options
IN_SERVER, IN_DIRECT_MESSAGE, IN_PRIVATE_CHANNEL = 0, 1, 2  # contexts; the last: between other people
FOR_SERVER, FOR_PERSON = 0, 1  # who installed the app
ONLY_GLOBAL = frozenset({"contexts", "integration_types"})  # fields that a server's own commands don't have
MAX_QUERY_CHARS = 1_000
COMMAND_SUMMARY = mark("Find, vote on and schedule research papers.")
QUERY_HINT = mark("Words, a title, or a command such as today; empty for help.")
LOCALES = {"es": ("es-ES", "es-419"), "pt_BR": ("pt-BR",), "zh_CN": ("zh-CN",)}  # where Discord's name is another


def command_payload(commands: Sequence[CommandHelp], menu: Sequence[MenuEntry]) -> list[dict[str, Any]]:
    """All commands, as Discord's API takes them."""
    typed = [_typed(help) for help in commands if help.fields]
    entries = (_anywhere(ON_MESSAGE, entry.label[:32]) | _localized("name", entry.label) for entry in menu)
    return [_papers(), *typed, *entries]


def fingerprint(body: Sequence[Mapping[str, Any]]) -> bytes:
    """Changes when the commands do."""
    return hashlib.sha256(msgspec.json.encode(body, order="deterministic")).hexdigest().encode()


def typed_name(help: CommandHelp) -> str:
    """The name of a command with typed options."""
    return f"{NAME}-{help.name}"[:32]


def _papers() -> dict[str, Any]:
    query = {"type": STRING, "name": OPTION, "max_length": MAX_QUERY_CHARS, "autocomplete": True}
    return _command(NAME, COMMAND_SUMMARY) | {"options": [query | _described(QUERY_HINT)]}


def _typed(help: CommandHelp) -> dict[str, Any]:
    required_first = sorted(help.fields, key=lambda field: not field.required)
    command = _command(typed_name(help), help.summary) | {"options": [_option(field) for field in required_first[:25]]}
    if help.admin:  # nothing can be posted in a conversation between other people
        command["contexts"] = [IN_SERVER, IN_DIRECT_MESSAGE]
        command["default_member_permissions"] = str(MANAGE_SERVER)
    return command


def without_global_fields(command: Mapping[str, Any]) -> dict[str, Any]:
    """A command as a single server gets it."""
    return {name: value for name, value in command.items() if name not in ONLY_GLOBAL}


def _command(name: str, summary: str) -> dict[str, Any]:
    return _anywhere(CHAT, name) | _described(summary)


def _anywhere(kind: int, name: str) -> dict[str, Any]:
    return {
        "type": kind,
        "name": name,
        "integration_types": [FOR_SERVER, FOR_PERSON],
        "contexts": [IN_SERVER, IN_DIRECT_MESSAGE, IN_PRIVATE_CHANNEL],
    }


def _option(field: Field) -> dict[str, Any]:
    option = {
        "type": ROLE if field.role else STRING,
        "name": field.name,
        "required": field.required,
        **_described(field.hint or field.label),
    }
    if 0 < len(field.choices) <= MAX_CHOICES:
        choices = [{"name": shown[:100], "value": v} | _localized("name", shown) for v, shown in field.choices]
        return option | {"choices": choices}
    if field.role:
        return option
    return option | {"max_length": max(1, min(field.max_length, 6_000))}


def _described(sentence: str) -> dict[str, Any]:
    """A description with its translations."""
    short = sentence if len(sentence) <= 100 else f"{sentence[:99]}…"
    return {"description": short} | _localized("description", sentence)


def _localized(what: str, sentence: str) -> dict[str, Any]:
    """The translations of a text, by Discord's names of their languages."""
    found = {tag: text[:100] for name, text in translations(sentence).items() for tag in LOCALES.get(name, (name,))}
    return {f"{what}_localizations": found} if found else {}
