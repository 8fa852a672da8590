"""The two people of the chat: an admin and a member, so that you can see what each of them sees."""

from bot.chat.event import Person, Place

PLATFORM, SPACE = "web", "home"

YOU = Person(platform=PLATFORM, space=SPACE, id="you", name="You", admin=True)
ROBIN = Person(platform=PLATFORM, space=SPACE, id="robin", name="Robin")
PEOPLE = {person.id: person for person in (YOU, ROBIN)}
BOT = "paperboy"


def place(channel: str, thread: str = "") -> Place:
    """A channel, or a thread in it."""
    return Place(PLATFORM, SPACE, channel, thread)


def person_for(cookie: str | None) -> Person:
    """The person that a cookie names; the admin for any other value."""
    return PEOPLE.get(cookie or "", YOU)
