"""A paper as a card: title, authors, summary, votes and buttons."""

import re
from collections.abc import Iterable, Sequence
from typing import TypeAlias

from msgspec.structs import replace

from bot.chat.message import Action, Block, Button, Card, Control, LinkButton, Papers, Span, Text, clean, text
from bot.languages import number, tr, tr_count, tr_parts
from bot.papers.author_names import OurAuthor, is_same_name, name_words
from bot.papers.community import Submission
from bot.papers.model import Paper, PaperId, Tally
from bot.papers.pictures import Picture, licence_page
from bot.views.formatting import people, short_day

MAX_TITLE_CHARS = 300
MAX_ABSTRACT_CHARS = 2_400  # keeps a card with its buttons inside a Slack section (3,000 on the wire)
OUTSIDE = frozenset("▲★")  # mark counts of other sites, in every language
CardPicture: TypeAlias = tuple[str, Text]
"""The name of a picture, and its credit where it is a figure of the paper; both empty: none."""
NO_PICTURE: CardPicture = ("", ())
_NUMBER = re.compile(r"\d[\d.,\s]*")


def card(
    paper: Paper,
    *,
    summary: str = "",
    tally: Tally = Tally(),
    mine: int = 0,
    saved: bool = False,
    why: str = "",
    matched: tuple[str, ...] = (),
    ties: Sequence[Span] = (),
    submission: Submission | None = None,
    body: bool = False,
    buttons: bool = True,
    picture: CardPicture = NO_PICTURE,
) -> Card:
    """One paper. `mine` is the reader's own vote (+1, 0 or −1), `body` shows the abstract.

    The people here who have to do with it are `ties`; `submission` adds who submitted it, and why.
    """
    if submission:
        ties, why = (submitter(submission), *ties), why or submission_note(submission)
    return Card(
        paper=paper.id,
        title=title(paper),
        url=paper.links.page,
        picture=picture[0],
        credit=picture[1],
        byline=byline(paper),
        summary=summary,
        facts=facts(paper, tally, ties),
        why=why,
        matched=matched,
        body=clean(paper.abstract, MAX_ABSTRACT_CHARS) if body else "",
        controls=controls(paper, mine=mine, saved=saved, body=body) if buttons else (),
    )


def row(paper: Paper, summary: str, tally: Tally, *, url: str = "", ties: Sequence[Span] = ()) -> Card:
    """One paper in a numbered list; the title links to `url`, else to its page."""
    votes = text(f"▲\u00a0{number(paper.counts.upvotes)}" if paper.counts.upvotes else "", votes_here(tally))
    facts = joined([*((vote,) for vote in votes), *map(_tie, ties)])
    return Card(paper=paper.id, title=title(paper), url=url or paper.links.page, summary=summary, facts=facts)


def title(paper: Paper) -> str:
    """The title, marked when the paper was withdrawn."""
    shown = clean(paper.title, MAX_TITLE_CHARS) or paper.id
    return tr("[Withdrawn] {title}", title=shown) if paper.withdrawn else shown


def byline(paper: Paper) -> str:
    """`Ada Lovelace and Alan Turing · Analytical Society · 27 May 2024`."""
    day = short_day(paper.published.date()) if paper.published else ""
    parts = (clean(people(paper.authors), 200), clean(paper.organization, 80), day)
    return " · ".join(filter(None, parts))


def facts(paper: Paper, tally: Tally, ties: Sequence[Span] = ()) -> Text:
    """Who here has to do with it, its votes, then its links; leaves out what is zero or unknown."""
    return joined([*map(_tie, ties), _facts(paper, tally)])


def _tie(person: Span) -> Text:
    """`by our own Ada Lovelace`."""
    if person.tie == "author":
        return text(*tr_parts("by our own {person}", person=person))
    if person.tie:
        return text(*tr_parts("near to what {person} reads", person=person))
    return text(*tr_parts("submitted by {person}", person=person))


def own_authors(people: Sequence[OurAuthor], papers: Iterable[Paper]) -> dict[PaperId, tuple[Span, ...]]:
    """Those of these papers that people of the community wrote, with who they are."""
    words = {word for one in people for word in name_words(one.name)}
    found: dict[PaperId, tuple[Span, ...]] = {}
    for paper in papers if people else ():
        near = [author for author in paper.authors if not words.isdisjoint(name_words(author))]
        if ours := [one for one in people if any(is_same_name(one.name, author) for author in near)]:
            found[paper.id] = tuple(Span(one.name, url=one.orcid, tie="author") for one in ours)
    return found


def _facts(paper: Paper, tally: Tally) -> Text:
    counts, links = paper.counts, paper.links
    parts: list[str | Span] = [
        Span(tr("▲ {votes} on Hugging Face", votes=counts.upvotes), url=links.discussion) if counts.upvotes else "",
        votes_here(tally),
        Span(f"{tr('Code')} ★ {number(counts.stars)}" if counts.stars else tr("Code"), url=links.code)
        if links.code
        else "",
        Span(tr("Project"), url=links.project) if links.project else "",
        Span("PDF", url=links.pdf) if links.pdf else "",
    ]
    return joined([text(part) for part in parts])


def figure_credit(picture: Picture) -> Text:
    """`Figure 2 of the paper, CC BY 4.0`, with a link to the licence; empty for a picture that isn't a figure."""
    if not picture.figure:
        return ()
    licence = Span(picture.licence, url=licence_page(picture.licence))
    return text(*tr_parts("Figure {number} of the paper, {licence}", number=Span(picture.figure), licence=licence))


def submitter(submission: Submission) -> Span:
    """The person who submitted a paper, shown by name where the platform can."""
    return Span(submission.person.partition("/")[2], person=True)


def submission_note(submission: Submission) -> str:
    """Why they submitted it, in quotation marks; empty when they gave no reason."""
    return f"“{clean(submission.why)}”" if submission.why else ""


def votes_here(tally: Tally) -> str:
    """`3 votes here`, `3 votes here, 1 against`."""
    if not (tally.up or tally.down):
        return ""
    up = tr_count("{count} vote here", "{count} votes here", tally.up)
    return tr("{votes}, {down} against", votes=up, down=tally.down) if tally.down else up


def joined(parts: Sequence[Text]) -> Text:
    """The parts that aren't empty in one line, with dots between them."""
    shown = [part for part in parts if part]
    return tuple(span for i, part in enumerate(shown) for span in ((Span(" · "), *part) if i else part))


def without_counts(block: Block) -> Block:
    """A block without the counts of other sites, which change all day; votes made here stay."""
    match block:
        case Card():
            return _without_counts(block)
        case Papers():
            return replace(block, items=tuple(map(_without_counts, block.items)))
    return block


def _without_counts(card: Card) -> Card:
    facts = (
        replace(fact, text=_NUMBER.sub("", fact.text)) if OUTSIDE & set(fact.text) else fact for fact in card.facts
    )
    return replace(card, facts=tuple(facts))


def controls(paper: Paper, *, mine: int = 0, saved: bool = False, body: bool = False) -> tuple[Control, ...]:
    """The buttons of a paper. Each names the paper, so it works on any copy and after any restart."""
    buttons: list[Control] = [
        Button(
            label=tr("Voted") if mine > 0 else tr("Vote"),
            action=Action("unvote" if mine > 0 else "vote", (paper.id,)),
            style="pressed" if mine > 0 else "plain",
        ),
        Button(
            label=tr("Saved") if saved else tr("Save"),
            action=Action("save", (paper.id,)),
            style="pressed" if saved else "plain",
        ),
        Button(label=tr("Similar"), action=Action("similar", (paper.id,))),
    ]
    if paper.abstract and not body:
        buttons.append(Button(label=tr("Abstract"), action=Action("show", (paper.id,))))
    elif not paper.abstract and paper.links.page:
        buttons.append(LinkButton(label=tr("Read"), url=paper.links.page))
    return tuple(buttons)
