"""`/papers help [COMMAND]`."""

import tomllib
from collections.abc import Mapping, Sequence
from importlib.resources import files

from bot.chat.adapter import CommandHelp
from bot.chat.event import Answer
from bot.chat.message import Block, Bullets, Footnote, Heading, Message, Paragraph, Span, Text, clean, text
from bot.commands.context import Command, Effect, Request, as_command
from bot.errors import AskError
from bot.languages import mark, tr
from bot.views.results import sheet

_TEXTS = tomllib.loads(files("bot.commands").joinpath("help.toml").read_text("utf-8"))
EXAMPLES: Mapping[str, Sequence[str]] = _TEXTS["examples"]
EXAMPLES_IN_WORDS: Mapping[str, str] = _TEXTS["examples_in_words"]
FILTERS: Mapping[str, str] = _TEXTS["filters"]  # with what they mean
GROUPS: Mapping[str, Sequence[str]] = _TEXTS["groups"]  # of commands, by their heading
FILTERED = ("find", "schedule", "follow")  # commands that take filters


def help_for(commands: Sequence[Command]) -> Command:
    """The help command, over all the others."""
    names = tuple(command.name for command in commands)

    @as_command("help [COMMAND]", mark("List the commands, or explain one."), Effect.READS, options=names)
    async def help(request: Request, rest: str) -> Answer:
        """List all commands, or explain one with examples."""
        name = rest.strip().casefold()
        if not name:
            return Answer(message=_overview(commands))
        for command in commands:
            if command.name == name:
                return Answer(message=_one(command))
        raise AskError(
            tr("There is no command “{name}”.", name=clean(name, 40)), tr("To list all commands: /papers help")
        )

    return help


def _overview(commands: Sequence[Command]) -> Message:
    """The commands in groups; those to start with come first, and those of no group last."""
    rest = {command.name: _line(command.help) for command in commands}
    blocks: list[Block] = [Heading(tr("Commands"))]
    for title, names in GROUPS.items():
        if lines := [rest.pop(name) for name in names if name in rest]:
            blocks += [Paragraph(text(Span(tr(title), bold=True))), Bullets(tuple(lines))]
    if rest:
        blocks += [Paragraph(text(Span(tr("More"), bold=True))), Bullets(tuple(rest.values()))]
    blocks.append(Footnote(text(tr("Only you see the answers, until you share them."))))
    plain = "\n".join([tr("Commands"), *(f"/papers {command.help.usage}" for command in commands)])
    return Message(plain=plain, blocks=tuple(blocks))


def _one(command: Command) -> Message:
    shown = [_line(command.help)]
    in_words = [tr(EXAMPLES_IN_WORDS[command.name])] if command.name in EXAMPLES_IN_WORDS else []
    examples = (*EXAMPLES.get(command.name, ()), *in_words)
    shown += [text(Span(f"/papers {example}", code=True)) for example in examples]
    if command.name in FILTERED:
        shown += [text(Span(example, code=True), f" {tr(meaning)}") for example, meaning in FILTERS.items()]
    foot = tr("Only admins can use this command.") if command.help.admin else ""
    return sheet(f"/papers {command.help.usage}", shown, foot=foot)


def _line(help: CommandHelp) -> Text:
    return text(Span(f"/papers {help.usage}", code=True), f" {tr(help.summary)}")
