"""All commands, in the order in which help lists them."""

from bot.chat.adapter import CanInvite
from bot.commands import (
    ask,
    digest,
    email,
    feed,
    follow,
    forget_me,
    home,
    leaderboard,
    new,
    saved,
    schedule,
    search,
    show,
    similar,
    submit,
    taste,
    today,
    trending,
    why,
)
from bot.commands.context import Command
from bot.commands.help import help_for

_ALWAYS: tuple[Command, ...] = (
    search.COMMAND,
    today.COMMAND,
    trending.COMMAND,
    new.COMMAND,
    similar.COMMAND,
    show.COMMAND,
    ask.COMMAND,
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


def commands(*, feeds: bool = False, invites: CanInvite | None = None) -> tuple[Command, ...]:
    """Every command; `feed` and `mail` only where feeds are served and mail is sent."""
    found = (*_ALWAYS, *([feed.COMMAND] if feeds else []), *([email.command(invites)] if invites else []))
    return (*found, help_for(found))
