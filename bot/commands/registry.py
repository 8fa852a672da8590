"""All commands, in the order in which help lists them."""

from __future__ import annotations

from bot.chat.adapter import CanInvite
from bot.commands import ask as asking
from bot.commands import (
    digest,
    feed,
    follow,
    forget_me,
    home,
    leaderboard,
    new,
    saved,
    schedule,
    show,
    similar,
    submit,
    taste,
    today,
    trending,
    why,
)
from bot.commands import email as mail
from bot.commands import search as find
from bot.commands.context import Command
from bot.commands.help import help_for

_ALWAYS: tuple[Command, ...] = (
    find.COMMAND,
    today.COMMAND,
    trending.COMMAND,
    new.COMMAND,
    similar.COMMAND,
    show.COMMAND,
    asking.COMMAND,
    saved.SAVE,
    saved.SAVED,
    follow.MINE,
    follow.FOLLOW,
    follow.FOLLOWING,
    follow.UNFOLLOW,
    digest.COMMAND,
    taste.COMMAND,
    leaderboard.COMMAND,
    schedule.SCHEDULE,
    schedule.SCHEDULES,
    schedule.CHANGE,
    schedule.PAUSE,
    schedule.RESUME,
    schedule.UNSCHEDULE,
    submit.SUBMIT,
    submit.UNSUBMIT,
    why.COMMAND,
    home.COMMAND,
    forget_me.COMMAND,
)


def known(*, feeds: bool = False, invites: CanInvite | None = None) -> tuple[Command, ...]:
    """Every command; those for feeds and mail only where there are such."""
    commands = (*_ALWAYS, *([feed.COMMAND] if feeds else []), *([mail.command(invites)] if invites else []))
    return (*commands, help_for(commands))
