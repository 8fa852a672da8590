"""A channel's wish, as somebody types it after `schedule WHEN` or fills it into the form, and back again."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping

from bot.chat.form import Field, Form, filled
from bot.chat.message import Action, clean
from bot.commands.context import Request
from bot.delivery.schedule_parser import parse_schedule, split_schedule
from bot.errors import AskError
from bot.papers.community import SOURCE as COMMUNITY
from bot.store.records import Subscription
from bot.views.formatting import listing

MOST_PAPERS = 30
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is mistaken for another
LAYOUTS = (("thread", "A thread: one reply a paper"), ("compact", "Compact: all in one message"))

VERBATIM = "about:"
TITLE = "Bring papers here"  # of a new wish's form

_TOP = re.compile(r"\btop\s+(\d{1,3})\b", re.I)
_VOTES = re.compile(r"\b(?:votes|upvotes|min)\s+(\d{1,5})\b|\b(\d{1,5})\s*\+?\s*(?:votes|upvotes)\b", re.I)
_LAYOUT = re.compile(r"\b(compact|thread)\b(?!\S)", re.I)
_FROM = re.compile(r"\bfrom\s+([\w.:-]+(?:\s*,\s*[\w.:-]+)*)", re.I)
_LANGUAGE = re.compile(r"(?<!\S)lang:\s*(\S*)", re.I)
_TAG = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{2,8})?")  # `de`, `pt-br`
_ENDS = re.compile(r"\s*(?:$|(?:top|votes|compact|thread)\b)", re.I)
_ABOUT = re.compile(r"^\s*(?:about|on|for)\s+", re.I)

FIELDS = (
    Field(name="when", label="When", hint="weekdays 09:00 Europe/Berlin · mon,thu 8:30 · when complete", required=True),
    Field(
        name="query", label="About", hint="Words, “a phrase”, cat:cs.CL, author:name. Empty: everything", max_length=200
    ),
    Field(name="count", label="Papers at most", hint=f"1 to {MOST_PAPERS}", value="10", max_length=2),
    Field(name="votes", label="Votes at least", hint="Upvotes outside plus votes here", value="0", max_length=5),
    Field(name="layout", label="Layout", value="thread", choices=LAYOUTS),
)


def read(ask: Request, text: str, *, language: str = "en") -> Subscription:
    """The wish that `WHEN [QUERY] [top N] …` says, for the channel it was said in. Raises `AskError`.

    `language` is meant where none is named.
    """
    wanted, more = split_schedule(text, ask.desk.time_zone)
    more, _, about = more.partition(VERBATIM)  # what the form says it is about is not read for options
    sources, more = _sources(ask, more)
    top, more = _take(_TOP, more)
    votes, more = _take(_VOTES, more)
    layout, more = _take(_LAYOUT, more)
    named, more = _take(_LANGUAGE, more)
    return Subscription(
        id="".join(secrets.choice(LETTERS) for _ in range(4)),
        place=ask.place.in_thread(""),
        schedule=str(wanted),
        query=clean(about or _ABOUT.sub("", more), 200),
        sources=sources,
        count=_count(top[1] if top else "10"),
        layout="compact" if layout and layout[1].casefold() == "compact" else "thread",
        min_votes=int(votes[1] or votes[2]) if votes else 0,
        language=_language(named[1]) if named else language,
        created=ask.now,
        created_by=ask.who.key,
    )


def form(subscription: Subscription | None = None) -> Form:
    """What to fill in for a new wish, or to change one."""
    if subscription is None:
        return Form(title=TITLE, action=Action("schedule"), fields=FIELDS, submit_label="Preview")
    now = {
        "when": subscription.schedule,
        "query": subscription.query,
        "count": str(subscription.count),
        "votes": str(subscription.min_votes),
        "layout": subscription.layout,
    }
    return _filled(f"Change schedule {subscription.id}", Action("schedule", (subscription.id,)), now)


def again(action: Action, values: Mapping[str, str]) -> Form:
    """The form with what was typed into it, to mend."""
    return _filled("Change the schedule" if action.args else TITLE, action, values)


def _filled(title: str, action: Action, values: Mapping[str, str]) -> Form:
    return Form(title=title, action=action, fields=filled(FIELDS, values), submit_label="Preview")


def typed(values: Mapping[str, str], time_zone: str) -> str:
    """What somebody would type for the values of the form. Raises `AskError`."""
    parse_schedule(clean(values.get("when", "")), time_zone)  # complains of this field alone
    said = {field.name: clean(values.get(field.name, ""), field.max_length) or field.value for field in FIELDS}
    for name in ("count", "votes"):
        if not said[name].isdecimal():
            raise AskError(
                f"{said[name]!r} is no number of {'papers' if name == 'count' else 'votes'}.", "Give digits."
            )
    _count(said["count"])
    options = f"top {said['count']} votes {said['votes']} {said['layout']}"
    return f"{said['when']} {options} {VERBATIM} {said['query']}".strip()


def _take(option: re.Pattern[str], text: str) -> tuple[re.Match[str] | None, str]:
    """An option, and the text without it: “top 3 votes 2” must not be read as “3 votes”."""
    found = option.search(text)
    return found, option.sub(" ", text, count=1)


def _count(text: str) -> int:
    if not 1 <= int(text) <= MOST_PAPERS:
        raise AskError(f"Top {text}?", f"A post takes 1 to {MOST_PAPERS} papers.")
    return int(text)


def _language(text: str) -> str:
    tag = text.casefold()
    if not _TAG.fullmatch(tag):
        raise AskError(f"lang:{text[:20]}?", "Name a language by its code: lang:de, lang:fr, lang:pt-br.")
    return tag


def _sources(ask: Request, text: str) -> tuple[tuple[str, ...], str]:
    """The sources that `from …` names, and the text without it; words like “learning from scratch” name none."""
    for named in _FROM.finditer(text):
        wanted = tuple(name.strip().casefold() for name in named[1].split(","))
        if COMMUNITY in wanted and not _ENDS.match(text[named.end() :]):
            continue  # “learning from community feedback” is about it
        unknown = [name for name in wanted if name not in ask.desk.sources]
        if not unknown:
            return wanted, text[: named.start()] + text[named.end() :]
        if len(wanted) > 1:
            known = listing(ask.desk.sources)
            raise AskError(f"No source {unknown[0][:40]!r} is set up here.", f"There is {known}.")
    return ask.desk.sources, text
