"""The daily post: a head and one reply per paper in its thread, or everything in one compact message."""

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
from bot.views.card import card, submission_note, submitter, title
from bot.views.formatting import days, plural, source_name, source_page

SAMPLES_NOTE = "No source has answered yet, so these are samples that come with Paperboy. "


class Entry(Struct, frozen=True, kw_only=True):
    """A paper chosen for an edition, why, and what is shown with it."""

    paper: Paper
    reasons: tuple[PostReason, ...] = ()
    summary: str = ""
    tally: Tally = Tally()
    is_by_taste: bool = False  # the votes of the channel, or what the reader saved, had a say in the order
    is_submitted: bool = False  # a person of this community submitted it


class About(Struct, frozen=True, kw_only=True):
    """What the head of a post says about its edition."""

    day: date
    first: date | None = None  # the first day, where it covers several
    listed: int  # papers on the lists
    sources: Sequence[str]
    query: str = ""
    min_votes: int = 0
    nearest_to: str = ""  # `what you saved`, when taste decided the order
    submitted: int = 0  # of the papers shown, those that people here submitted

    @property
    def days(self) -> str:
        return days(self.first or self.day, self.day)


def because(submission: Submission) -> tuple[PostReason, ...]:
    """Who submitted a paper and, in their words, why."""
    return tuple(filter(None, (submitter(submission), submission_note(submission))))


def head(about: About, entries: Sequence[Entry]) -> Message:
    """The post that starts the thread: date, number of papers, and how they were chosen."""
    foot = SAMPLES_NOTE if STARTER in about.sources else ""
    return Message(
        plain=_plain(about, entries),
        blocks=(
            Heading(f"Papers for {about.days}"),
            Paragraph(_chosen(about, len(entries))),
            Footnote(
                text(foot, "Each paper is a reply in this thread. React or press Vote on the ones worth reading.")
            ),
        ),
    )


def entry(item: Entry) -> Message:
    """One paper's reply in the thread."""
    return Message(
        plain=f"{title(item.paper)}: {item.summary}" if item.summary else title(item.paper),
        blocks=(_card(item, buttons=True),),
    )


def compact(about: About, entries: Sequence[Entry]) -> Message:
    """The whole edition in one message without buttons, for busy channels."""
    blocks: list[Block] = [Heading(f"Papers for {about.days}"), Paragraph(_chosen(about, len(entries)))]
    blocks.extend(_card(item, buttons=False) for item in entries)
    return Message(plain=_plain(about, entries), blocks=tuple(blocks))


def _card(item: Entry, *, buttons: bool) -> Block:
    by = next((reason for reason in item.reasons if isinstance(reason, Span)), None)
    why = "; ".join(reason for reason in item.reasons if isinstance(reason, str))
    return card(item.paper, summary=item.summary, tally=item.tally, by=by, why=why, buttons=buttons)


def _plain(about: About, entries: Sequence[Entry]) -> str:
    titles = "; ".join(title(item.paper) for item in entries[:3])
    return f"Papers for {about.days}: {plural(len(entries), 'paper')}. {titles}"


def _chosen(about: About, shown: int) -> Text:
    """How many papers from the sources are shown, and how many that people here submitted."""
    count = shown - about.submitted
    if not count:
        return text(f"{plural(about.submitted, 'paper')} submitted by people here.")
    more = f" {plural(about.submitted, 'more was', 'more were')} submitted by people here." if about.submitted else ""
    return text(*_of_lists(about, count), more)


def _of_lists(about: About, count: int) -> Text:
    """`The 10 most liked papers on “diffusion”, of 42 from Hugging Face Daily Papers.`"""
    on = f" on “{clean(about.query, 100)}”" if about.query else ""
    votes = f" with at least {plural(about.min_votes, 'vote')}" if about.min_votes else ""
    what, sources = f"{plural(count, 'paper')}{on}{votes}", _linked(about)
    if count == about.listed:
        return text(f"{what} from ", *sources, ".")
    if about.nearest_to:
        return text(f"The {what} closest to {about.nearest_to}, of {about.listed:,} from ", *sources, ".")
    top = f"{count:,} most liked papers" if count > 1 else "most liked paper"
    return text(f"The {top}{on}{votes}, of {about.listed:,} from ", *sources, ".")


def _linked(about: About) -> list[Span]:
    """The names of the sources, each with a link to its whole list of the day."""
    first = about.first or about.day
    names = [Span(source_name(source), url=source_page(source, first, about.day)) for source in about.sources]
    joints = [Span(", ")] * (len(names) - 2) + [Span(" and ")] * (len(names) > 1)
    return [span for pair in zip_longest(names, joints) for span in pair if span]
