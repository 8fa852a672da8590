"""`/papers help [COMMAND]`."""

from collections.abc import Sequence

from bot.chat.adapter import CommandHelp
from bot.chat.event import Answer
from bot.chat.message import Block, Bullets, Footnote, Heading, Message, Paragraph, Span, Text, clean, text
from bot.commands.context import Command, Effect, Request, as_command
from bot.errors import AskError
from bot.languages import mark, tr
from bot.views.results import sheet

EXAMPLES = {
    "find": (
        "hypernetworks",
        "“mixture of experts” after:2025-01 cat:cs.CL",
        "author:hinton capsule networks",
        "diffusion -survey -cat:cs.CV has:code stars:100",
        mark("2405.15738, or the address of a paper"),
    ),
    "schedule": (
        "schedule weekdays 09:00 Europe/Berlin",
        "schedule mon 08:30 diffusion models top 5",
        "schedule when complete cat:cs.CL votes 10 layout:cards",
        "schedule weekdays 09:00 -survey has:code max:2/topic",
    ),
    "follow": ("follow state space models", "follow author:bengio", "follow cat:cs.CL", "follow lab:deepmind"),
    "similar": (
        "similar 2405.15738",
        "similar 2405.15738 2408.01234",
        mark("similar An abstract, or an idea of your own in a few sentences"),
    ),
    "new": ("new cs.CL",),
    "submit": ("submit https://arxiv.org/abs/2405.15738", "submit https://huggingface.co/papers/2405.15738 for Friday"),
    "cite": ("cite 2405.15738", "cite saved ris", "cite leaderboard month"),
    "save": ("save 2405.15738", "save 2405.15738 to reading group", "save 2405.15738 to channel:journal club"),
    "people": ("people add Ada Lovelace", "people add Ada Lovelace 0000-0002-1825-0097", "people remove Ada Lovelace"),
    "ask": ("ask 2405.15738 which data sets does it use?",),
}

FILTERED = ("find", "schedule", "follow")  # commands that take filters
FILTERS = (
    ("-survey", mark("without a word, or a phrase in quotation marks")),
    ("cat:cs.CL", mark("in a category; -cat:cs.CV for those in none")),
    ("author:hinton", mark("by an author; likewise lab: and source:, and each with - before it")),
    ("after:2025-01", mark("published since then; likewise before:")),
    ("stars:100", mark("with at least so many stars on GitHub")),
    ("has:code", mark("with a link to code")),
    ("cat:cs.CL is:new", mark("new in that category, not cross-listed to it")),
    ("max:2/topic", mark("at most two papers that are near in meaning")),
)
GROUPS = (
    (mark("To start"), ("find", "today", "trending", "schedule", "follow", "why")),
    (mark("Papers"), ("new", "show", "similar", "ask", "cite", "leaderboard", "submit", "unsubmit", "people")),
    (mark("This channel"), ("schedules", "change", "pause", "resume", "unschedule", "feed", "near")),
    (mark("Your papers"), ("save", "saved", "list", "read", "note", "zotero")),
    (mark("You"), ("home", "following", "unfollow", "mine", "digest", "taste", "mail", "forget-me")),
)


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
    for title, names in GROUPS:
        if lines := [rest.pop(name) for name in names if name in rest]:
            blocks += [Paragraph(text(Span(tr(title), bold=True))), Bullets(tuple(lines))]
    if rest:
        blocks += [Paragraph(text(Span(tr("More"), bold=True))), Bullets(tuple(rest.values()))]
    blocks.append(Footnote(text(tr("Only you see the answers, until you share them."))))
    plain = "\n".join([tr("Commands"), *(f"/papers {command.help.usage}" for command in commands)])
    return Message(plain=plain, blocks=tuple(blocks))


def _one(command: Command) -> Message:
    shown = [_line(command.help)]
    shown += [text(Span(f"/papers {tr(example)}", code=True)) for example in EXAMPLES.get(command.name, ())]
    if command.name in FILTERED:
        shown += [text(Span(example, code=True), f" {tr(meaning)}") for example, meaning in FILTERS]
    foot = tr("Only admins can use this command.") if command.help.admin else ""
    return sheet(f"/papers {command.help.usage}", shown, foot=foot)


def _line(help: CommandHelp) -> Text:
    return text(Span(f"/papers {help.usage}", code=True), f" {tr(help.summary)}")
