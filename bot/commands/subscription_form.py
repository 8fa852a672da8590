"""A subscription as a person types it after `schedule` or fills it into the form, and back again."""

import re
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import asdict, replace

from bot.chat.form import Field, Form, filled, time_zones
from bot.chat.message import Action, clean
from bot.commands.context import Request
from bot.delivery.schedule_parser import ParsedSchedule, parse_schedule, read_schedule
from bot.delivery.topic_words import VERBATIM
from bot.errors import AskError
from bot.languages import mark, tr
from bot.papers.community import SOURCE as COMMUNITY
from bot.papers.pictures import Pictures
from bot.schedule import Schedule
from bot.search.query import parse_query
from bot.store.records import Layout, Subscription
from bot.views.formatting import listing

MAX_PAPERS = 30  # per post; the form names it too
DEFAULT_PAPERS = 10
MAX_QUERY_CHARS = 200
MAX_TEXT_CHARS = 1_000  # of a typed subscription: schedule, topic and options
ID_CHARS = 4
ID_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # without letters that look alike
LAYOUTS: tuple[tuple[Layout, str], ...] = (
    ("thread", mark("Digest with a card per paper in its thread")),
    ("compact", mark("Digest alone")),
    ("cards", mark("Cards alone, one message per paper")),
)

PICTURES: tuple[tuple[Pictures, str], ...] = (  # the default first, as above
    ("thumbnails", mark("Thumbnails from Hugging Face")),
    ("figures", mark("Figures of the papers, where the licence allows")),
    ("none", mark("No pictures")),
)
AUTHORS = (("all", mark("Anyone")), ("ours", mark("People of this community")))

NOT_A_NUMBER = {
    "count": mark("I can't read “{text}” as a number of papers."),
    "votes": mark("I can't read “{text}” as a number of votes."),
}
T = TypeVar("T")

TITLE = mark("Schedule papers")  # of the form for a new schedule

_OPTIONS = {  # in the order in which they are taken from the text
    "top": re.compile(r"\btop\s+(\d{1,3})\b", re.I),
    "votes": re.compile(r"\b(?:votes|upvotes|min)\s+(\d{1,5})\b|(?<![\w:])(\d{1,5})\s*\+?\s*(?:votes|upvotes)\b", re.I),
    "layout": re.compile(r"(?<!\S)layout[:\s]\s*(compact|thread|cards)(?!\S)|\b(compact|thread)\b(?!\S)", re.I),
    "pictures": re.compile(r"(?<!\S)pictures[:\s]\s*(none|thumbnails|figures)(?!\S)", re.I),
    "lang": re.compile(r"(?<!\S)lang:\s*(\S*)", re.I),
    "ping": re.compile(r"(?<!\S)ping:\s*(\d{1,25})(?!\S)", re.I),
    "authors": re.compile(r"(?<![\w:-])by (?:our|our own|own) people\b|(?<!\S)by:us(?!\S)", re.I),
}
_FROM = re.compile(r"\bfrom\s+([\w.:-]+(?:\s*,\s*[\w.:-]+)*)", re.I)
_TAG = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{2,8})?")  # `de`, `pt-br`
_ENDS = re.compile(r"\s*(?:$|(?:top|votes|compact|thread|layout)\b)", re.I)
_ABOUT = re.compile(r"^\s*(?:about|on|for)\s+", re.I)

FIELDS_WITH_ROLE = (
    Field(
        name="when",
        label=mark("When"),
        hint="weekdays 09:00 Europe/Berlin · mon,thu 8:30 · when complete",
        required=True,
    ),
    Field(
        name="query",
        label=mark("Topic"),
        hint=mark("Words, “a phrase”, cat:cs.CL, -survey, has:code, stars:100. Leave empty for all papers"),
        max_length=MAX_QUERY_CHARS,
    ),
    Field(name="count", label=mark("Maximum papers"), hint=mark("1 to 30"), value=str(DEFAULT_PAPERS), max_length=2),
    Field(name="layout", label=mark("Layout"), value="thread", choices=LAYOUTS),
    Field(
        name="ping",
        label=mark("Role to notify"),
        hint=mark("The day's post mentions it. You need the right to do so"),
        role=True,
    ),
    Field(
        name="votes",
        label=mark("Minimum votes"),
        hint=mark("Upvotes on Hugging Face plus votes here"),
        value="0",
        max_length=5,
    ),
    Field(name="pictures", label=mark("Pictures"), value="thumbnails", choices=PICTURES),
    Field(name="authors", label=mark("Authors"), value="all", choices=AUTHORS),
)
FIELDS = tuple(field for field in FIELDS_WITH_ROLE if not field.role)
ZONE = Field(name="zone", label=mark("Time zone"), hint=mark("Where “When” names none. Leave empty for yours"))


class TypedSubscription(Struct, frozen=True, kw_only=True):
    """A subscription as typed, before it belongs to a channel."""

    schedule: Schedule
    names_zone: bool  # False: the schedule is in the default zone
    query: str = ""
    is_topic_guessed: bool = False  # the topic is what was left of the text, rather than named by `about:`
    sources: tuple[str, ...]
    count: int = DEFAULT_PAPERS
    min_votes: int = 0
    layout: Layout = "thread"
    pictures: Pictures = "thumbnails"
    is_by_us: bool = False
    language: str = ""  # empty: none is named
    ping: str = ""  # id of the role to notify


class UnclearSchedule(AskError):
    """A schedule that can be read in several ways: `choices` are the phrases without the doubt."""

    def __init__(self, parsed: ParsedSchedule) -> None:
        super().__init__(parsed.question, " · ".join(choice.phrase for choice in parsed.choices))
        self.choices = parsed.choices


def parse(
    text: str, time_zone: str, default_sources: Sequence[str], more_sources: Sequence[str] = ()
) -> TypedSubscription:
    """Parse `WHEN [TOPIC] [top N] …`. Raises `AskError`, or `UnclearSchedule` with the choices to offer."""
    _check_length(text)
    parsed = read_schedule(text, time_zone)
    if parsed.question:
        raise UnclearSchedule(parsed)
    schedule, more = parsed.accept()
    more, _, about = more.partition(VERBATIM)  # the form's topic isn't searched for options
    sources, more = _sources(more, tuple(default_sources), tuple(more_sources))
    found = dict[str, str]()
    for name, option in _OPTIONS.items():
        found[name], more = _take(option, more)
    query = clean(about or _ABOUT.sub("", more), MAX_QUERY_CHARS)
    _check_filters(query)
    return TypedSubscription(
        schedule=schedule,
        names_zone=parsed.names_zone,
        query=query,
        is_topic_guessed=bool(query) and not about,
        sources=sources,
        count=_count(found["top"] or str(DEFAULT_PAPERS)),
        layout=_choice(found["layout"], LAYOUTS),
        pictures=_choice(found["pictures"], PICTURES),
        min_votes=int(found["votes"] or 0),
        is_by_us=bool(found["authors"]),
        language=_language(found["lang"]) if found["lang"] else "",
        ping=found["ping"],
    )


def read(request: Request, text: str) -> TypedSubscription:
    """Parse the text in the asker's time zone. Raises like `parse`."""
    return parse(text, request.time_zone, request.context.sources, request.context.more_sources)


def subscription(request: Request, typed: TypedSubscription, *, language: str = "en") -> Subscription:
    """A new subscription for the channel it was typed in; `language` applies when none was named."""
    blank = Subscription(
        id=_draw_id(),
        place=request.place.in_thread(""),
        schedule=typed.schedule,
        language=language,
        created=request.now,
        created_by=request.who.key,
        maker_language=request.who.language,
    )
    return changed(blank, typed, request.now)


async def add_subscription(request: Request, new: Subscription) -> Subscription:
    """Store a new subscription, with another id if its own is taken; returns it as stored."""
    subscriptions = request.store.subscriptions
    while await subscriptions.get_subscription(new.id):
        new = replace(new, id=_draw_id())
    await subscriptions.add_subscription(new, cause=request.cause)
    return new


def changed(old: Subscription, typed: TypedSubscription, now: datetime) -> Subscription:
    """A subscription with what was typed; whether it is paused, and for whom it is, stays."""
    own = {name: value for name, value in asdict(typed).items() if name in old.__struct_fields__}
    return replace(old, **own | {"language": typed.language or old.language, "created": now})


def as_text(subscription: Subscription, default_sources: tuple[str, ...]) -> str:
    """The text that `read` reads as this subscription."""
    parts = [f"{subscription.schedule} {_options(values_of(subscription))}"]
    if subscription.language != "en":
        parts.append(f"lang:{subscription.language}")
    if subscription.sources != default_sources:
        parts.append(f"from {','.join(subscription.sources)}")
    if subscription.query:
        parts.append(f"{VERBATIM} {subscription.query}")
    return " ".join(parts)


def _options(values: Mapping[str, str]) -> str:
    """The options to type for values of the form."""
    text = f"top {values['count']} votes {values['votes']} layout:{values['layout']}"
    text += f" pictures:{values['pictures']}" if values["pictures"] != "thumbnails" else ""
    text += f" ping:{values['ping']}" if values["ping"] else ""
    return text + " by:us" * (values["authors"] == "ours")


def form(subscription: Subscription | None = None, *, has_roles: bool = False) -> Form:
    """The form for a new subscription, or to change one; with a role to notify where there are roles."""
    fields = FIELDS_WITH_ROLE if has_roles else FIELDS
    if subscription is None:
        return _filled(tr(TITLE), Action("schedule"), fields, {})
    title = tr("Change schedule {id}", id=subscription.id)
    return _filled(title, Action("schedule", (subscription.id,)), fields, values_of(subscription))


def values_of(subscription: Subscription) -> dict[str, str]:
    """The values of the form for a subscription."""
    return {
        "when": str(subscription.schedule).removesuffix(f" {subscription.schedule.zone}"),
        "zone": subscription.schedule.zone,
        "query": subscription.query,
        "count": str(subscription.count),
        "votes": str(subscription.min_votes),
        "layout": subscription.layout,
        "pictures": subscription.pictures,
        "ping": subscription.ping,
        "authors": "ours" if subscription.is_by_us else "all",
    }


def refilled(action: Action, values: Mapping[str, str]) -> Form:
    """The form with what was typed into it, to correct."""
    fields = FIELDS_WITH_ROLE if "ping" in values else FIELDS
    return _filled(tr("Change the schedule") if action.args else tr(TITLE), action, fields, values)


def _filled(title: str, action: Action, fields: tuple[Field, ...], values: Mapping[str, str]) -> Form:
    zone = replace(ZONE, choices=time_zones())
    return Form(title=title, action=action, fields=filled((*fields, zone), values), submit_label=tr("Preview"))


def text_of_form(values: Mapping[str, str], time_zone: str) -> str:
    """The text to type for the values of the form. Raises `AskError` that names the field."""
    _check_length("".join(values.values()))
    when = clean(values.get("when", ""), FIELDS[0].max_length)
    if (zone := values.get("zone", "")) and not read_schedule(when, time_zone).names_zone:
        when = f"{when} {zone}"
    parse_schedule(when, time_zone)  # raises for this field alone
    text = {
        field.name: clean(values.get(field.name, ""), field.max_length) or field.value for field in FIELDS_WITH_ROLE
    }
    for name, problem in NOT_A_NUMBER.items():
        if not text[name].isdecimal():
            raise AskError(tr(problem, text=text[name]), tr("Use digits."))
    _count(text["count"])
    return f"{when} {_options(text)} {VERBATIM} {text['query']}".strip()


def _draw_id() -> str:
    return "".join(secrets.choice(ID_LETTERS) for _ in range(ID_CHARS))


def _check_length(text: str) -> None:
    if len(text) > MAX_TEXT_CHARS:
        raise AskError(
            tr("I can't read a schedule this long."), tr("The limit is {limit} characters.", limit=MAX_TEXT_CHARS)
        )


def _check_filters(topic: str) -> None:
    if ignored := parse_query(topic).ignored:
        raise AskError(
            tr("I can't read “{text}” as a filter.", text=ignored[0][:40]), tr("To see the filters: /papers help find")
        )


def _take(option: re.Pattern[str], text: str) -> tuple[str, str]:
    """The value of an option and the text without it, so that “top 3 votes 2” isn't read as “3 votes”."""
    found = option.search(text)
    return next(filter(None, (*found.groups(), found[0])), "") if found else "", option.sub(" ", text, count=1)


def _choice(typed: str, choices: Sequence[tuple[T, str]]) -> T:
    """The choice with this name, else the first."""
    return next((name for name, _ in choices if name == typed.casefold()), choices[0][0])


def _count(text: str) -> int:
    if not 1 <= int(text) <= MAX_PAPERS:
        raise AskError(
            tr("I can't post {number} papers at a time.", number=text),
            tr("Choose a number from 1 to {limit}.", limit=MAX_PAPERS),
        )
    return int(text)


def _language(text: str) -> str:
    tag = text.casefold()
    if not _TAG.fullmatch(tag):
        raise AskError(
            tr("I can't read the language “lang:{code}”.", code=text.removeprefix("lang:")[:20]),
            tr("Use a code, for example lang:de, lang:fr or lang:pt-br."),
        )
    return tag


def _sources(text: str, default: tuple[str, ...], more: tuple[str, ...]) -> tuple[tuple[str, ...], str]:
    """The sources that `from …` names, and the text without it; “learning from scratch” names none."""
    for match in _FROM.finditer(text):
        names = tuple(name.strip().casefold() for name in match[1].split(","))
        if COMMUNITY in names and not _ENDS.match(text[match.end() :]):
            continue  # “learning from community feedback” is a topic
        unknown = [name for name in names if name not in default + more]
        if not unknown:
            return names, text[: match.start()] + text[match.end() :]
        if len(names) > 1:
            raise AskError(
                tr("There is no source “{source}” here.", source=unknown[0][:40]),
                tr("The sources are {sources}.", sources=listing(default + more)),
            )
    return default, text
