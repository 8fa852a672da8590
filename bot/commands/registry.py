"""All commands, in the order in which help lists them."""

from bot.chat.adapter import CanInvite
from bot.commands import (
    ask,
    cite,
    digest,
    email,
    feed,
    follow,
    forget_me,
    home,
    leaderboard,
    new,
    people,
    reading_lists,
    schedule,
    search,
    show,
    similar,
    submit,
    taste,
    today,
    trending,
    why,
    zotero,
)
from bot.commands.context import Command
from bot.commands.help import help_for

_ALWAYS: tuple[Command, ...] = (
    search.find,
    today.today,
    trending.trending,
    new.new,
    similar.similar,
    show.show,
    ask.ask,
    cite.cite_papers,
    reading_lists.save,
    reading_lists.saved,
    reading_lists.show_list,
    reading_lists.read,
    reading_lists.write_note,
    zotero.send_to_zotero,
    follow.mine,
    follow.follow,
    follow.following,
    follow.unfollow,
    digest.digest,
    taste.taste,
    leaderboard.leaderboard,
    people.people,
    people.near,
    schedule.schedule,
    schedule.schedules,
    schedule.change,
    schedule.pause,
    schedule.resume,
    schedule.unschedule,
    submit.submit,
    submit.unsubmit,
    why.why,
    home.home,
    forget_me.forget_me,
)


def commands(*, feeds: bool = False, invites: CanInvite | None = None) -> tuple[Command, ...]:
    """Every command; `feed` and `mail` only where feeds are served and mail is sent."""
    found = (*_ALWAYS, *([feed.feed] if feeds else []), *([email.command(invites)] if invites else []))
    return (*found, help_for(found))
