"""The starter shelf: two hundred papers that come with Paperboy, for when no source can be reached.

Facts only (title, authors, dates, counts, links), each with a line in our own words; no abstracts.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from functools import cache
from importlib.resources import files

import msgspec
from msgspec import Struct

from bot.papers.model import Counts, Links, Listing, Paper

SOURCE = "starter"


class _Item(Struct, frozen=True, kw_only=True):
    id: str  # `arxiv:2405.15738`
    title: str
    authors: tuple[str, ...]
    published: date
    day: date  # on which Hugging Face listed it
    upvotes: int
    line: str
    code: str = ""
    project: str = ""
    organization: str = ""


class _Shelf(Struct, frozen=True):
    about: str
    papers: tuple[_Item, ...]


@cache
def starter() -> tuple[tuple[Listing, str], ...]:
    """Each paper as a listing, with its line; newest day first."""
    raw = files("bot.papers").joinpath("starter.json").read_bytes()
    return tuple((_listing(item), item.line) for item in msgspec.json.decode(raw, type=_Shelf).papers)


def _listing(item: _Item) -> Listing:
    bare = item.id.removeprefix("arxiv:")
    paper = Paper(
        id=item.id,
        title=item.title,
        authors=item.authors,
        published=datetime.combine(item.published, time(), UTC),
        organization=item.organization,
        offered_line=item.line,  # found by its words, as long as no abstract is known
        links=Links(
            page=f"https://arxiv.org/abs/{bare}",
            pdf=f"https://arxiv.org/pdf/{bare}",
            code=item.code,
            project=item.project,
            discussion=f"https://huggingface.co/papers/{bare}",
        ),
        counts=Counts(upvotes=item.upvotes),
        sources=frozenset({SOURCE}),
    )
    return Listing(paper=paper, source=SOURCE, day=item.day)
