"""Two hundred sample papers that come with Paperboy, for when no source can be reached.

Facts only (title, authors, dates, counts, links), each with a summary in our own words; no abstracts.
"""

from datetime import UTC, date, datetime, time
from functools import cache
from importlib.resources import files

import msgspec
from msgspec import Struct

from bot.papers.model import Counts, Links, Listing, Paper

SOURCE = "samples"


class _Item(Struct, frozen=True, kw_only=True):
    id: str  # `arxiv:2405.15738`
    title: str
    authors: tuple[str, ...]
    published: date
    day: date  # on which Hugging Face listed it
    upvotes: int
    summary: str
    code: str = ""
    project: str = ""
    organization: str = ""


class _Samples(Struct, frozen=True):
    about: str
    papers: tuple[_Item, ...]


@cache
def sample_papers() -> tuple[tuple[Listing, str], ...]:
    """Each paper as a listing, with its summary; newest day first."""
    raw = files("bot.papers").joinpath("samples.json").read_bytes()
    return tuple((_listing(item), item.summary) for item in msgspec.json.decode(raw, type=_Samples).papers)


def _listing(item: _Item) -> Listing:
    bare = item.id.removeprefix("arxiv:")
    paper = Paper(
        id=item.id,
        title=item.title,
        authors=item.authors,
        published=datetime.combine(item.published, time(), UTC),
        organization=item.organization,
        offered_summary=item.summary,  # searchable until the abstract is known
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
