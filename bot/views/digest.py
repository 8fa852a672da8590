"""The daily post: a digest, which is a numbered list of the papers, and a card for each of them."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import zip_longest
from types import MappingProxyType

from msgspec import Struct
from msgspec.structs import replace

from bot.chat.message import Block, Card, Footnote, Heading, Message, Papers, Paragraph, Span, Text, text
from bot.languages import mark, number, tr, tr_count, tr_parts
from bot.papers.community import Submission
from bot.papers.model import Paper, PaperId, Tally
from bot.papers.samples import SOURCE as STARTER
from bot.store.records import EditionFacts, PostReason
from bot.views.card import NO_PICTURE, CardPicture, card, row, submission_note, submitter, title
from bot.views.formatting import days, listing, on_topic, papers, source_name, source_page, with_votes

MAX_DIGEST_ROWS = 10  # papers in the list above a thread: read in half a minute; the others are counted
SAMPLES_NOTE = mark("No source has answered yet, so these are samples that come with Paperboy.")
HOW_TO_VOTE = mark("React or press Vote on the ones worth reading.")
TITLES_LEAD_TO_THREAD = mark("Titles open the paper in the thread, where you can vote and discuss.")
PLACE_OF_A_NAME = "\0"
NO_LINKS: Mapping[PaperId, str] = MappingProxyType({})


class Entry(Struct, frozen=True, kw_only=True):
    """A paper chosen for an edition, why, and what is shown with it."""

    paper: Paper
    reasons: tuple[PostReason, ...] = ()
    summary: str = ""
    tally: Tally = Tally()
    picture: CardPicture = NO_PICTURE
    is_by_taste: bool = False  # the votes of the channel, or what the reader saved, had a say in the order

    @property
    def submitter(self) -> Span | None:
        """The person of this community who submitted it."""
        return next(iter(self.people("")), None)

    def people(self, *ties: str) -> tuple[Span, ...]:
        """The people of this community who have one of these ties to it, by default any."""
        people = (reason for reason in self.reasons if isinstance(reason, Span))
        return tuple(person for person in people if not ties or person.tie in ties)


def because(submission: Submission) -> tuple[PostReason, ...]:
    """Who submitted a paper and, in their words, why."""
    return tuple(filter(None, (submitter(submission), submission_note(submission))))


def digest(
    facts: EditionFacts,
    entries: Sequence[Entry],
    *,
    links: Mapping[PaperId, str] = NO_LINKS,
    max_rows: int = MAX_DIGEST_ROWS,
    max_summaries: int = MAX_DIGEST_ROWS,
) -> Message:
    """The digest that starts a thread: the first papers, each linked to its card in the thread, and how many more
    there are. `links` are the addresses of the cards that are there by now."""
    rows = _rows([replace(entry, reasons=entry.people("author")) for entry in entries[:max_rows]], max_summaries, links)
    more = len(entries) - len(rows)
    counted = tr_count("And {count} more in the thread.", "And {count} more in the thread.", more) if more else ""
    foot = " ".join(filter(None, (counted, tr(TITLES_LEAD_TO_THREAD))))
    return _message(facts, entries, *_sections(facts, rows), Footnote(text(foot)))


def digest_alone(facts: EditionFacts, entries: Sequence[Entry], *, max_summaries: int | None = None) -> Message:
    """The digest without a thread: all papers, the first `max_summaries` of them with their summary."""
    shown = _message(facts, entries, *_sections(facts, _rows(entries, max_summaries)))
    return replace(shown, pings=_notified(entries))


def _notified(entries: Sequence[Entry]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(person.text for entry in entries for person in entry.people("notified")))


def _rows(entries: Sequence[Entry], max_summaries: int | None, links: Mapping[PaperId, str] = NO_LINKS) -> list[Card]:
    summaries = [entry.summary for entry in entries[:max_summaries]] + [""] * len(entries)
    return [
        row(entry.paper, summary, entry.tally, url=links.get(entry.paper.id, ""), ties=entry.people())
        for entry, summary in zip(entries, summaries, strict=False)
    ]


def above_cards(facts: EditionFacts, entries: Sequence[Entry]) -> Message:
    """The first message of an edition whose cards follow it in the channel."""
    return _message(facts, entries, Footnote(text(tr(HOW_TO_VOTE))))


def all_in_one(facts: EditionFacts, entries: Sequence[Entry]) -> Message:
    """The whole edition with all details in one message without buttons: for a mail."""
    return _message(facts, entries, *(_card(item, buttons=False) for item in entries))


def entry(item: Entry) -> Message:
    """One paper's card, in the thread or in the channel."""
    return Message(
        plain=f"{title(item.paper)}: {item.summary}" if item.summary else title(item.paper),
        blocks=(_card(item, buttons=True),),
        pings=_notified([item]),
    )


def _message(facts: EditionFacts, entries: Sequence[Entry], *blocks: Block) -> Message:
    """What the edition is, above `blocks`. Alone, as a notification, it names the first three papers."""
    name = tr("Papers for {days}", days=days(facts.first or facts.day, facts.day))
    titles = "; ".join(title(item.paper) for item in entries[:3])
    samples = f"{tr(SAMPLES_NOTE)} " if STARTER in facts.sources else ""
    chosen = Footnote(text(samples, *_chosen(facts, len(entries))))
    return Message(plain=f"{name}: {papers(len(entries))}. {titles}", blocks=(Heading(name), chosen, *blocks))


def _sections(facts: EditionFacts, rows: Sequence[Card]) -> list[Block]:
    """The rows under the headings of their topics, or in one list where fewer than two topics have several rows."""
    topics = [[one for one in rows if one.paper in group.papers] for group in facts.groups]
    named = [(group.heading, items) for group, items in zip(facts.groups, topics, strict=True) if len(items) > 1]
    if len(named) < 2:
        return [Papers(tuple(rows))]
    grouped = {one.paper for _, items in named for one in items}
    named.append((tr("Other topics"), [one for one in rows if one.paper not in grouped]))
    blocks: list[Block] = []
    first = 1
    for heading, items in named:
        if items:
            blocks += [Paragraph(text(Span(heading, bold=True))), Papers(tuple(items), first)]
            first += len(items)
    return blocks


def _card(item: Entry, *, buttons: bool) -> Card:
    why = "; ".join(reason for reason in item.reasons if isinstance(reason, str))
    return card(
        item.paper,
        summary=item.summary,
        tally=item.tally,
        ties=item.people(),
        why=why,
        buttons=buttons,
        picture=item.picture if buttons or item.picture[1] else NO_PICTURE,  # a mail shows figures alone
    )


def _chosen(facts: EditionFacts, shown: int) -> Text:
    """How many papers from the sources are shown, and how many that people here submitted."""
    count = shown - facts.submitted
    if not count:
        return text(
            tr_count("{count} paper submitted by people here.", "{count} papers submitted by people here.", shown)
        )
    more = tr_count(
        "{count} more was submitted by people here.", "{count} more were submitted by people here.", facts.submitted
    )
    return text(*_of_lists(facts, count), f" {more}" if facts.submitted else "")


def _of_lists(facts: EditionFacts, count: int) -> Text:
    """`10 papers on “diffusion”, the most liked of 42 from Hugging Face Daily Papers.`"""
    shown = text(with_votes(on_topic(papers(count), facts.query), facts.min_votes))
    listed, sources = text(number(facts.listed)), _linked(facts)
    if count >= facts.listed:
        return _flat(tr_parts("{papers} from {sources}.", papers=shown, sources=sources))
    if not facts.nearest_to:
        most_liked = mark("{papers}, the most liked of {listed} from {sources}.")
        return _flat(tr_parts(most_liked, papers=shown, listed=listed, sources=sources))
    closest = mark("{papers}, closest to {taste}, of {listed} from {sources}.")
    return _flat(tr_parts(closest, papers=shown, taste=text(facts.nearest_to), listed=listed, sources=sources))


def _linked(facts: EditionFacts) -> Text:
    """The names of the sources, each with a link to its whole list of the day."""
    first = facts.first or facts.day
    names = [Span(source_name(source), url=source_page(source, first, facts.day)) for source in facts.sources]
    joints = listing([PLACE_OF_A_NAME] * len(names)).split(PLACE_OF_A_NAME)
    return text(*(part for pair in zip_longest(joints, names, fillvalue="") for part in pair))


def _flat(parts: Iterable[str | Text]) -> Text:
    return tuple(span for part in parts for span in (text(part) if isinstance(part, str) else part))
