"""All commands: those of the files in this folder, in the order in which help lists them."""

from importlib import import_module
from pkgutil import iter_modules

import bot.commands
from bot.chat.adapter import CanInvite
from bot.commands import email, feed
from bot.commands.context import Command
from bot.commands.help import GROUPS, help_for


def commands(*, feeds: bool = False, invites: CanInvite | None = None) -> tuple[Command, ...]:
    """Every command; `feed` and `mail` only where feeds are served and mail is sent."""
    modules = [import_module(f"bot.commands.{module.name}") for module in iter_modules(bot.commands.__path__)]
    found = [one for module in modules for one in vars(module).values() if isinstance(one, Command)]
    found = [one for one in found if feeds or one is not feed.feed]
    found += [email.command(invites)] if invites else []
    order = [name for names in GROUPS.values() for name in names]
    found.sort(key=lambda one: order.index(one.name) if one.name in order else len(order))
    return (*found, help_for(found))
