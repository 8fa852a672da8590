"""The daily post: a head for the channel and one entry a paper, or all of it in one compact message."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import zip_longest

from msgspec import Struct

from bot.chat.message import Block, Footnote, Heading, Message, Paragraph, Span, Text, clean, text
from bot.papers.model import Paper
from bot.papers.starter import SOURCE as STARTER
from bot.store.records import Tally
from bot.views.card import card, title
from bot.views.wording import long_day, plural, source_name, source_page

SHELF = "No source has answered yet, so these come from the shelf that is bundled with Paperboy. "


class Entry(Struct, frozen=True, kw_only=True):
    """A paper chosen for an edition, with what is shown of it."""

    paper: Paper
    line: str = ""
    tally: Tally = Tally()
    reasons: tuple[str, ...] = ()


def head(
    day: date,
    entries: Sequence[Entry],
    *,
    listed: int,
    sources: Sequence[str],
    query: str = "",
    min_votes: int = 0,
    nearest_to: str = "",
) -> Message:
    """The post that the day's thread hangs from: date, count, what was chosen and why."""
    foot = "" if STARTER not in sources else SHELF
    return Message(
        plain=_plain(day, entries),
        blocks=(
            Heading(f"Papers of {long_day(day)}"),
            Paragraph(_chosen(len(entries), listed, _linked(sources, day), query, min_votes, nearest_to=nearest_to)),
            Footnote(text(foot, "One reply a paper: react, or press Vote, on what your team should read.")),
        ),
    )


def entry(item: Entry) -> Message:
    """One paper's reply in the thread."""
    return Message(
        plain=f"{title(item.paper)}: {item.line}" if item.line else title(item.paper),
        blocks=(_card(item, buttons=True),),
    )


def compact(
    day: date,
    entries: Sequence[Entry],
    *,
    listed: int,
    sources: Sequence[str],
    query: str = "",
    min_votes: int = 0,
    nearest_to: str = "",
) -> Message:
    """The whole edition in one message, without buttons: for busy channels."""
    blocks: list[Block] = [Heading(f"Papers of {long_day(day)}")]
    blocks.append(
        Paragraph(_chosen(len(entries), listed, _linked(sources, day), query, min_votes, nearest_to=nearest_to))
    )
    blocks.extend(_card(item, buttons=False) for item in entries)
    return Message(plain=_plain(day, entries), blocks=tuple(blocks))


def _card(item: Entry, *, buttons: bool) -> Block:
    return card(item.paper, line=item.line, tally=item.tally, why="; ".join(item.reasons), buttons=buttons)


def _plain(day: date, entries: Sequence[Entry]) -> str:
    titles = "; ".join(title(item.paper) for item in entries[:3])
    return f"Papers of {long_day(day)}: {plural(len(entries), 'paper')}. {titles}"


def _chosen(count: int, listed: int, sources: Sequence[Span], query: str, min_votes: int, *, nearest_to: str) -> Text:
    """`The 10 papers on “diffusion” that Hugging Face Daily Papers readers like most, of 42 listed.`"""
    about = f" on “{clean(query, 100)}”" if query else ""
    votes = f" with at least {plural(min_votes, 'vote')}" if min_votes else ""
    if count < listed:
        if nearest_to:
            first = f"The {plural(count, 'paper')}{about}{votes}, of {listed:,} listed by "
            return text(first, *sources, f", that come nearest to {nearest_to}.")
        what = f"The {plural(count, 'paper')}{about}{votes} that "
        return text(what, *sources, f" readers like most, of {listed:,} listed.")
    return text(f"{plural(count, 'paper')}{about}{votes} listed by ", *sources, ".")


def _linked(sources: Sequence[str], day: date) -> list[Span]:
    """The sources in a row, each a link to its whole list of the day."""
    names = [Span(source_name(source), url=source_page(source, day)) for source in sources]
    joints = [Span(", ")] * (len(names) - 2) + [Span(" and ")] * (len(names) > 1)
    return [span for pair in zip_longest(names, joints) for span in pair if span]
