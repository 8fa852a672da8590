"""The terminal: `paperboy`. Prints for people; `--json` for programs; logs go to stderr."""

import click

from bot import __version__
from bot.cli.audit import audit
from bot.cli.costs import costs
from bot.cli.doctor import doctor
from bot.cli.group import Group
from bot.cli.index import index
from bot.cli.ingest import ingest
from bot.cli.keys import keys
from bot.cli.mcp import mcp
from bot.cli.plan import plan, why
from bot.cli.records import backup, export, forget, migrate, restore, retry
from bot.cli.run import run
from bot.cli.search import search, similar
from bot.cli.summarize import summarize
from bot.cli.verify import verify
from bot.cli.when import when


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="paperboy")
def main() -> None:
    """The day's research papers, where your team talks."""


for command in (
    run,
    ingest,
    index,
    search,
    similar,
    plan,
    why,
    when,
    summarize,
    verify,
    costs,
    audit,
    doctor,
    backup,
    restore,
    migrate,
    export,
    forget,
    retry,
    keys,
    mcp,
):
    main.add_command(command)
