"""Writes docs/commands.md and docs/settings.md from the code. Run without arguments; `tests/test_docs.py` fails when a
page is out of date."""

from __future__ import annotations

import importlib
import inspect
import re
import types
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin

import click
import msgspec

from bot.cli import main as terminal
from bot.commands.help import EXAMPLES, FILTERS, GROUPS
from bot.commands.registry import commands
from bot.config import _ALIASES, Settings
from tests.fakes.invites import FakeInvites

ROOT = Path(__file__).parent.parent
ADAPTERS = {"slack": "slack", "discord": "discord", "web": "webchat", "site": "site", "email": "email"}
PAGES = {"slack": "slack", "discord": "discord", "web": "webchat", "site": "site", "email": "email"}
NOTE = "<!-- Written by tools/reference.py: change the code, then run it. -->\n"
ENABLED = {"enabled": "false: not used, also with all that it needs"}
TYPES = {str: "text", bool: "`true`, `false`", int: "whole number", float: "number"}


def commands_page() -> str:
    """The commands in chat, by group, then those in the terminal."""
    found = {command.name: command for command in commands(feeds=True, invites=FakeInvites())}
    lines = ["# Commands", NOTE, "## In chat", ""]
    lines += [
        "Type `/papers` and a command; without one, Paperboy searches. Only you see the answers, until you share them."
    ]
    lines += [
        "`feed` is there while the site is on, and `mail` when mail is set up. `/papers help COMMAND` explains one."
    ]
    for title, names in (*GROUPS.items(), ("More", sorted(set(found) - set(chain(*GROUPS.values()))))):
        shown = [found[name] for name in names if name in found]
        lines += ["", f"### {title}", "", "| command | what it does |", "|---|---|"] if shown else []
        lines += [f"| `/papers {_cell(each.help.usage)}` | {_cell(each.help.summary)} |" for each in shown]
    lines += ["", "### Examples", ""]
    lines += [f"- `/papers {example}`" for name in EXAMPLES for example in EXAMPLES[name]]
    lines += [
        "",
        "### Filters",
        "",
        "In searches, schedules and followed topics:",
        "",
        "| filter | papers |",
        "|---|---|",
    ]
    lines += [f"| `{_cell(name)}` | {_cell(meaning)} |" for name, meaning in FILTERS.items()]
    lines += ["", "## In the terminal", "", "Exit codes: 0 done, 1 failed with a reason in one line, 2 wrong usage."]
    lines += [line for path, command in _leaves(terminal, ("paperboy",)) for line in _terminal(path, command)]
    return "\n".join(lines) + "\n"


def _leaves(command: click.Command, path: Sequence[str]) -> Iterator[tuple[str, click.Command]]:
    if not isinstance(command, click.Group):
        yield " ".join(path), command
        return
    for name in sorted(command.commands):
        yield from _leaves(command.commands[name], (*path, name))


def _terminal(path: str, command: click.Command) -> Iterator[str]:
    context = click.Context(command, info_name=path)
    yield from ("", f"### `{path}`", "", _cell(inspect.cleandoc(command.help or "")), "")
    yield from ("```text", f"{path} {' '.join(command.collect_usage_pieces(context))}", "```")
    options = [each.get_help_record(context) for each in command.params if isinstance(each, click.Option)]
    if rows := [f"| `{_cell(names)}` | {_cell(text)} |" for names, text in filter(None, options)]:
        yield from ("", "| option | meaning |", "|---|---|", *rows)


def settings_page() -> str:
    """Every setting by section, with its default, its values and the variable that sets it."""
    lines = [
        "# Settings",
        NOTE,
        "A setting stands in a TOML file (`paperboy run --config my.toml`, or `PAPERBOY_CONFIG`) or in the",
    ]
    lines += ["environment, which wins. Lists are separated by commas there. Keep secrets (🔒) in the environment."]
    lines += ["[config/paperboy.toml](../config/paperboy.toml) is a file to copy, with every default."]
    told = _comments_of_sample()
    for section, kind in _sections(Settings, ""):
        lines += _table(section, kind, told, "")
    for name, package in ADAPTERS.items():
        kind = importlib.import_module(f"adapters.{package}.settings").Settings
        lines += _table(f"adapters.{name}", kind, told, f"See [{PAGES[name]}.md]({PAGES[name]}.md).")
    return "\n".join(lines) + "\n"


def _sections(kind: type[msgspec.Struct], path: str) -> Iterator[tuple[str, type[msgspec.Struct]]]:
    yield path, kind
    for field in msgspec.structs.fields(kind):
        if isinstance(field.type, type) and issubclass(field.type, msgspec.Struct):
            yield from _sections(field.type, f"{path}.{field.name}".strip("."))
        elif field.name == "prices":
            yield f"{path}.prices.MODEL", get_args(field.type)[1]


def _table(section: str, kind: type[msgspec.Struct], told: dict[str, str], intro: str) -> list[str]:
    lines = ["", f"## `[{section}]`" if section else "## At the top", ""] + ([intro, ""] if intro else [])
    lines += ["| setting | default | values | what it does |", "|---|---|---|---|"]
    comments = dict(re.findall(r"^    (\w+): [^\n]*?  # ([^\n]*)$", inspect.getsource(kind), re.M))
    for field in msgspec.structs.fields(kind):
        base, values = _values(field.type)
        if (isinstance(base, type) and issubclass(base, msgspec.Struct)) or field.name in {"adapters", "prices"}:
            continue
        path = f"{section}.{field.name}".strip(".")
        text = told.get(path) or comments.get(field.name) or ENABLED.get(field.name, "")
        text = re.sub(r"^or [A-Z_]+(; |$)", "", text)  # the column beside it names the variable
        secret = " 🔒" if re.search(r"token$|secret|password|_key$|secret_keys", field.name) else ""
        lines.append(f"| `{field.name}`{secret}{_variable(path)} | {_default(field)} | {values} | {_cell(text)} |")
    return lines


def _variable(path: str) -> str:
    """The environment variable's name, below the setting's; none for those that can't come from there."""
    if path.startswith("summaries.prices."):
        return ""
    usual = [name for name, place in _ALIASES.items() if ".".join(place) == path]
    names = usual or ["PAPERBOY_" + path.removeprefix("adapters.").replace(".", "_").upper()]
    if path.startswith(("adapters.slack.", "adapters.discord.", "adapters.email.")):
        names = [names[0].removeprefix("PAPERBOY_")]
    return f"<br>`{names[0]}`"


def _values(kind: Any) -> tuple[Any, str]:
    """The bare type, and the values it takes, in words."""
    if get_origin(kind) is Annotated:
        base, *meta = get_args(kind)
        lowest = next((one.ge if one.ge is not None else one.gt for one in meta), None)
        highest = next((one.le for one in meta), None)
        more = next((one.gt is not None for one in meta), False)
        words = f"{'more than' if more else 'from'} {lowest}" if lowest is not None else ""
        return base, f"{words} to {highest}" if highest is not None else words
    if get_origin(kind) is Literal:
        return str, ", ".join(f"`{value}`" for value in get_args(kind))
    if get_origin(kind) is tuple:
        return tuple, "list"
    if isinstance(kind, types.UnionType):
        return _values(next(each for each in get_args(kind) if each is not type(None)))
    return kind, TYPES.get(kind, "")


def _default(field: Any) -> str:
    if field.required:
        return "none: must be set"
    value = field.default
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, tuple):
        return f"`{list(value)}`"
    return "" if value in {"", None} else f"`{value}`"


def _comments_of_sample() -> dict[str, str]:
    """What config/paperboy.toml says about each setting, by its path."""
    section, last, found = "", "", {}
    for line in (ROOT / "config" / "paperboy.toml").read_text("utf-8").splitlines():
        if heading := re.match(r"#?\[([\w.\"-]+)\]", line):
            section, last = heading[1], ""
        elif row := re.match(r"# ?(\w+) = .*?\s+# (.*)$", line):
            last = f"{section}.{row[1]}".strip(".")
            found[last] = row[2]
        elif last and (more := re.match(r"\s+# (.*)$", line)):
            found[last] += f" {more[1]}"
        else:
            last = ""
    return found


def _cell(text: str) -> str:
    """Safe within a table."""
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")


def pages() -> dict[Path, str]:
    """Both pages, by file."""
    return {ROOT / "docs" / "commands.md": commands_page(), ROOT / "docs" / "settings.md": settings_page()}


def main() -> None:
    for file, text in pages().items():
        file.write_text(text, "utf-8")


if __name__ == "__main__":
    main()
