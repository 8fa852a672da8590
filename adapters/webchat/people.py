"""Who can be tried here: an admin and somebody else, so that two people's votes can be seen."""

from __future__ import annotations

from bot.chat.event import Person, Place

PLATFORM, SPACE = "web", "home"

YOU = Person(platform=PLATFORM, space=SPACE, id="you", name="You", admin=True)
ROBIN = Person(platform=PLATFORM, space=SPACE, id="robin", name="Robin")
PEOPLE = {person.id: person for person in (YOU, ROBIN)}
BOT = "paperboy"


def place(channel: str, thread: str = "") -> Place:
    """A channel of this home, or a thread in it."""
    return Place(PLATFORM, SPACE, channel, thread)
