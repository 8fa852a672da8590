"""The daily post: a head for the channel and one entry a paper, or all of it in one compact message."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import zip_longest

from msgspec import Struct

from bot.chat.message import Block, Footnote, Heading, Message, Paragraph, Span, Text, clean, text
from bot.papers.community import Submission
from bot.papers.model import Paper
from bot.papers.samples import SOURCE as STARTER
from bot.store.records import PostReason, Tally
from bot.views.card import brought_by, brought_why, card, title
from bot.views.formatting import days, plural, source_name, source_page

SHELF = "No source has answered yet, so these come from the shelf that is bundled with Paperboy. "


class Entry(Struct, frozen=True, kw_only=True):
    """A paper chosen for an edition, with what is shown of it."""

    paper: Paper
    line: str = ""
    tally: Tally = Tally()
    reasons: tuple[PostReason, ...] = ()


class About(Struct, frozen=True, kw_only=True):
    """What an edition is of."""

    day: date
    first: date | None = None  # of several days
    listed: int  # papers on the lists
    sources: Sequence[str]
    query: str = ""
    min_votes: int = 0
    nearest_to: str = ""  # `what you saved`, where taste decided
    brought: int = 0  # of the papers shown, those that people here brought: on no other list

    @property
    def days(self) -> str:
        return days(self.first or self.day, self.day)


def because(submission: Submission) -> tuple[PostReason, ...]:
    """Who brought a paper, and in their words why."""
    return tuple(filter(None, (brought_by(submission), brought_why(submission))))


def head(about: About, entries: Sequence[Entry]) -> Message:
    """The post that the day's thread hangs from: date, count, what was chosen and why."""
    foot = "" if STARTER not in about.sources else SHELF
    return Message(
        plain=_plain(about, entries),
        blocks=(
            Heading(f"Papers of {about.days}"),
            Paragraph(_chosen(about, len(entries))),
            Footnote(text(foot, "One reply a paper: react, or press Vote, on what your team should read.")),
        ),
    )


def entry(item: Entry) -> Message:
    """One paper's reply in the thread."""
    return Message(
        plain=f"{title(item.paper)}: {item.line}" if item.line else title(item.paper),
        blocks=(_card(item, buttons=True),),
    )


def compact(about: About, entries: Sequence[Entry]) -> Message:
    """The whole edition in one message, without buttons: for busy channels."""
    blocks: list[Block] = [Heading(f"Papers of {about.days}"), Paragraph(_chosen(about, len(entries)))]
    blocks.extend(_card(item, buttons=False) for item in entries)
    return Message(plain=_plain(about, entries), blocks=tuple(blocks))


def _card(item: Entry, *, buttons: bool) -> Block:
    by = next((reason for reason in item.reasons if isinstance(reason, Span)), None)
    why = "; ".join(reason for reason in item.reasons if isinstance(reason, str))
    return card(item.paper, line=item.line, tally=item.tally, by=by, why=why, buttons=buttons)


def _plain(about: About, entries: Sequence[Entry]) -> str:
    titles = "; ".join(title(item.paper) for item in entries[:3])
    return f"Papers of {about.days}: {plural(len(entries), 'paper')}. {titles}"


def _chosen(about: About, shown: int) -> Text:
    """What is shown of the lists, and what people here brought."""
    count = shown - about.brought
    if not count:
        return text(f"{plural(about.brought, 'paper')} that people here brought.")
    more = f" {plural(about.brought, 'more was', 'more were')} brought by people here." if about.brought else ""
    return text(*_of_lists(about, count), more)


def _of_lists(about: About, count: int) -> Text:
    """`The 10 papers on “diffusion” that Hugging Face Daily Papers readers like most, of 42 listed.`"""
    on = f" on “{clean(about.query, 100)}”" if about.query else ""
    votes = f" with at least {plural(about.min_votes, 'vote')}" if about.min_votes else ""
    what, sources = f"{plural(count, 'paper')}{on}{votes}", _linked(about)
    if count == about.listed:
        return text(f"{what} listed by ", *sources, ".")
    if about.nearest_to:
        near = f", that come nearest to {about.nearest_to}."
        return text(f"The {what}, of {about.listed:,} listed by ", *sources, near)
    return text(f"The {what} that ", *sources, f" readers like most, of {about.listed:,} listed.")


def _linked(about: About) -> list[Span]:
    """The sources in a row, each a link to its whole list of the day."""
    first = about.first or about.day
    names = [Span(source_name(source), url=source_page(source, first, about.day)) for source in about.sources]
    joints = [Span(", ")] * (len(names) - 2) + [Span(" and ")] * (len(names) > 1)
    return [span for pair in zip_longest(names, joints) for span in pair if span]
