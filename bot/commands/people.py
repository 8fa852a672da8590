"""`/papers people` and `near me`: people of this community as authors of papers, and as likely readers."""

import re
from collections.abc import Sequence

from msgspec.structs import replace

from bot.chat.event import Answer
from bot.chat.message import Span, clean, text
from bot.commands.context import Effect, Request, as_command, check_admin
from bot.errors import AskError
from bot.languages import mark, tr
from bot.papers.author_names import OurAuthor, is_full_name, is_same_name
from bot.store.records import Reader
from bot.views.results import note, sheet

MAX_ABOUT_CHARS = 1_000
EXAMPLE = mark("For example: /papers people add Ada Lovelace")
HOW = mark("Their papers are marked and come first. A schedule of these alone: /papers schedule weekdays 09:00 by:us")
OFF_NOTE = mark("You aren't named in this channel. To be named beside papers like those you read: /papers near me on")
ON_NOTE = mark(
    "In this channel you are named beside up to three papers a day like those you saved or follow."
    " To be notified of each: /papers near me ping. To end it: /papers near me off"
)
PING_NOTE = mark("In this channel you are notified of up to three papers a day like those you saved or follow.")
_ORCID = re.compile(r"(?:https?://orcid\.org/)?(\d{4}-\d{4}-\d{4}-\d{3}[\dX])$", re.IGNORECASE)


@as_command(
    "people [add NAME [ORCID] | remove NAME]",
    mark("Mark papers by people of this community."),
    Effect.CHANGES,
    options=("add", "remove"),
)
async def people(request: Request, rest: str) -> Answer:
    """List the community's people, or add or remove one."""
    verb, _, name = clean(rest).partition(" ")
    listed = await request.store.our_people.authors_in(request.who.tenant)
    match verb.casefold():
        case "":
            lines = [text(Span(author.name, url=author.orcid)) for author in listed] or [text(tr(EXAMPLE))]
            return Answer(message=sheet(tr("People of this community"), lines, foot=tr(HOW)))
        case "add":
            return await _add(request, name, listed)
        case "remove":
            return await _remove(request, name, listed)
    raise AskError(tr("I can't read “people {text}”.", text=clean(rest, 60)), tr(EXAMPLE))


async def _add(request: Request, text: str, listed: Sequence[OurAuthor]) -> Answer:
    orcid, name = _ORCID.search(text), _ORCID.sub("", text).strip()
    if len(name) > 100 or not is_full_name(name):
        raise AskError(tr("I can't read “{text}” as a full name.", text=clean(text, 60)), tr(EXAMPLE))
    person = request.who.key if _check_rights(request, name) else ""
    known = _find(listed, name) or OurAuthor(tenant=request.who.tenant, name=name)
    author = replace(
        known, person=person or known.person, orcid=f"https://orcid.org/{orcid[1].upper()}" if orcid else known.orcid
    )
    await request.store.our_people.add_author(author, request.now, cause=request.cause)
    return Answer(message=note(tr("From the next post on, papers by {name} are marked and come first.", name=name)))


async def _remove(request: Request, name: str, listed: Sequence[OurAuthor]) -> Answer:
    known = _find(listed, name)
    if known is None:
        raise AskError(tr("“{name}” isn't listed.", name=clean(name, 60)), tr("To see who is: /papers people"))
    if known.person != request.who.key:
        _check_rights(request, known.name)
    await request.store.our_people.remove_author(known.tenant, known.name, cause=request.cause)
    return Answer(message=note(tr("From the next post on, papers by {name} are not marked.", name=known.name)))


def _find(listed: Sequence[OurAuthor], name: str) -> OurAuthor | None:
    return next((one for one in listed if is_same_name(one.name, name)), None)


def _check_rights(request: Request, name: str) -> bool:
    """Whether the name is the asker's own here. Raises `AskError` for a member when it isn't: it says of another person
    where they work."""
    is_own = is_same_name(request.who.name, name)
    check_admin("people", request.who, or_maker=True)
    if not is_own and not request.who.admin:
        raise AskError(
            tr("Only an admin can add or remove someone else."),
            tr("To add yourself, your name here must be the one on your papers. Otherwise ask an admin."),
        )
    return is_own


@as_command(
    "near me [on [TEXT] | ping | off]",
    mark("Be named here beside papers like those you read."),
    Effect.CHANGES,
    options=("me on", "me ping", "me off"),
)
async def near(request: Request, rest: str) -> Answer:
    """Turn it on or off in this channel, or say which it is. TEXT is a paragraph on what to look for."""
    _, _, choice = clean(rest, MAX_ABOUT_CHARS).partition(" ")  # after `me`
    verb, _, about = choice.partition(" ")
    people, place, person = request.store.our_people, request.place.in_thread(""), request.who.key
    known = next((one for one in await people.readers_in(place) if one.person == person), None)
    if verb in {"on", "ping"} and not request.who.guest:
        known = Reader(person=person, is_notified=verb == "ping", about=about or (known.about if known else ""))
        await people.set_reader(place, known, request.now, cause=request.cause)
    elif verb == "off":
        await people.remove_reader(place, person, cause=request.cause)
        known = None
    elif verb:
        raise AskError(tr("I can't read “near {text}”.", text=clean(rest, 40)), tr(OFF_NOTE))
    return Answer(message=note(tr((PING_NOTE if known.is_notified else ON_NOTE) if known else OFF_NOTE)))
