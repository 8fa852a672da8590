"""What an application command may be."""

from __future__ import annotations

import re
from typing import Any

from tests.fakes.discord.errors import ApiError, Form
from tests.fakes.discord.model import Json

_NAME = re.compile(r"^[-_'\w]{1,32}$")
_MOST = {1: 100, 2: 15, 3: 15}  # commands by kind: chat input, on a user, on a message


def check_commands(bodies: object) -> None:
    """A whole set, as a bulk overwrite sends it."""
    form = Form()
    found = form.most("commands", bodies, 130)
    for i, body in enumerate(found):
        _check(form, f"{i}.", body)
    names = [(body.get("name"), body.get("type") or 1) for body in found]
    form.done()
    if len(set(names)) < len(names):
        form.wrong("0.name", "APPLICATION_COMMANDS_DUPLICATE_NAME", "Application command names must be unique")
        form.done()
    if any(sum(kind == of for _, of in names) > most for kind, most in _MOST.items()):
        raise ApiError(400, 30032, "Maximum number of application commands reached.")


def check_command(body: Json) -> None:
    form = Form()
    _check(form, "", body)
    form.done()


def _check(form: Form, path: str, body: Json) -> None:
    if (body.get("type") or 1) == 1:
        _check_name(form, f"{path}name", body.get("name"))
        form.text(f"{path}description", body.get("description"), 100, least=1)
        _check_options(form, path, body.get("options"))
    else:
        form.text(f"{path}name", body.get("name"), 32, least=1)
        if body.get("description") or body.get("options"):
            form.wrong(f"{path}description", "APPLICATION_COMMAND_DESCRIPTION_INVALID", "Must be empty for this type.")
    if size(body) > 8000:
        form.wrong(f"{path}name", "APPLICATION_COMMAND_TOO_LARGE", "Command exceeds maximum size (8000)")


def _check_name(form: Form, path: str, name: Any) -> None:
    if not isinstance(name, str) or not _NAME.match(name) or name != name.lower():
        form.wrong(path, "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")


def _check_options(form: Form, path: str, options: object) -> None:
    found = form.most(f"{path}options", options, 25)
    for i, option in enumerate(found):
        _check_option(form, f"{path}options.{i}.", option)
    names = [option.get("name") for option in found]
    if len(set(names)) < len(names):
        form.wrong(f"{path}options", "APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS", "Option name already exists")
    wanted = [bool(option.get("required")) for option in found]
    if wanted != sorted(wanted, reverse=True):
        text = "Required options must be placed before non-required options"
        form.wrong(f"{path}options", "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", text)


def _check_option(form: Form, path: str, option: Json) -> None:
    _check_name(form, f"{path}name", option.get("name"))
    form.text(f"{path}description", option.get("description"), 100, least=1)
    choices = form.most(f"{path}choices", option.get("choices"), 25)
    for i, choice in enumerate(choices):
        form.text(f"{path}choices.{i}.name", choice.get("name"), 100, least=1)
        if isinstance(choice.get("value"), str):
            form.text(f"{path}choices.{i}.value", choice["value"], 100, least=1)
    if choices and option.get("autocomplete"):
        form.wrong(f"{path}autocomplete", "APPLICATION_COMMAND_AUTOCOMPLETE_WITH_CHOICES", "Not together with choices")
    _check_options(form, path, option.get("options"))


def size(body: Json) -> int:
    """The characters that count in a command's 8,000: names, descriptions and values, with the longest translation."""
    own = sum(_longest(body, name) for name in ("name", "description"))
    values = sum(len(str(c.get("value", ""))) + _longest(c, "name") for c in body.get("choices") or [])
    return own + values + sum(size(option) for option in body.get("options") or [])


def _longest(body: Json, name: str) -> int:
    return max(len(text or "") for text in [body.get(name), *(body.get(f"{name}_localizations") or {}).values()])
