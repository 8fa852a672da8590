"""From the pages and the reports to events for the core. Pure."""

from datetime import datetime

from bot.chat.event import BotRemoved, Command, Person, Place

PLATFORM, SPACE = "email", "mail"


def place(subscriber: str) -> Place:
    """Where a subscriber (an id) gets mail."""
    return Place(PLATFORM, SPACE, subscriber)


def command(subscriber: str, text: str, *, at: datetime, cause: str) -> Command:
    """A command in the subscriber's own place, where they are the admin. The same cause is the same event."""
    return Command(id=f"mail-{cause}", at=at, who=_person(subscriber), place=place(subscriber), text=text)


def removed(subscriber: str, why: str, *, at: datetime, cause: str) -> BotRemoved:
    return BotRemoved(id=f"mail-{cause}", at=at, who=_person(subscriber), place=place(subscriber), why=why)


def _person(subscriber: str) -> Person:
    return Person(platform=PLATFORM, space=SPACE, id=subscriber, admin=True)
