"""Hugging Face Daily Papers, from the JSON of `/api/daily_papers`.

`huggingface_hub.PaperInfo` isn't used: it reads several fields from the wrong level of the answer. The date of an
edition is `paper.submittedOnDailyAt`; the outer `publishedAt` is New York time labelled as UTC.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import msgspec
from msgspec import Struct

from bot.errors import Malformed
from bot.papers.authors import MAX_AUTHORS, single_author
from bot.papers.ids import arxiv_id
from bot.papers.model import Counts, Listing, Paper, Rejected
from bot.papers.text import label, readable
from bot.sources.fields import arxiv_links, labels, parse_count, parse_datetime, text_or_empty
from bot.sources.http import SourceClient
from bot.sources.page import FetchedPage
from bot.sources.source import Batch

NAME = "huggingface"
PAGE_SIZE = 100  # the API's largest
MAX_PAGES = 10
PICTURES = (".png", ".jpg", ".jpeg", ".webp", ".gif")  # the other uploads are videos


class _Record(Struct):
    """The nested `paper`. Only id and title must be right: any other field may be missing or change its type."""

    id: str
    title: str
    summary: Any = None
    authors: Any = None
    publishedAt: Any = None
    submittedOnDailyAt: Any = None
    upvotes: Any = None
    mediaUrls: Any = None
    githubRepo: Any = None
    githubStars: Any = None
    projectPage: Any = None
    ai_summary: Any = None
    ai_keywords: Any = None
    organization: Any = None
    withdrawnAt: Any = None


class HuggingFace:
    """The Daily Papers list."""

    name = NAME

    def __init__(self, client: SourceClient, url: str) -> None:
        self._client = client
        self._url = url.rstrip("/")
        self._unconfirmed: dict[date, FetchedPage] = {}

    async def fetch(self, day: date) -> Batch:
        batches: list[Batch] = []
        first: FetchedPage | None = None
        for number in range(MAX_PAGES):
            params = {"date": day.isoformat(), "limit": str(PAGE_SIZE)} | ({"p": str(number)} if number else {})
            # Only the first page may answer "unchanged": the others must not stand for the whole list.
            page = await self._client.get(f"{self._url}/api/daily_papers", params, conditional=number == 0)
            if page.unchanged:
                return Batch(unchanged=True)
            first = first or page
            batches.append(await _listings(page, day, NAME) if not page.missing else Batch())
            if len(batches[-1].listings) + len(batches[-1].rejected) < PAGE_SIZE:
                break
        if first:
            self._unconfirmed = {day: first}
        return _joined(batches)

    def confirm_stored(self, day: date) -> None:
        if page := self._unconfirmed.pop(day, None):
            self._client.mark_used(page)

    async def aclose(self) -> None:
        await self._client.aclose()


class HuggingFaceSearch:
    """Saved searches over all papers that Hugging Face knows: a further source, one request for each query."""

    name = "huggingface-search"

    def __init__(self, client: SourceClient, url: str, queries: Sequence[str]) -> None:
        self._client = client
        self._url = url.rstrip("/")
        self._queries = queries

    async def fetch(self, day: date) -> Batch:
        found: list[Batch] = []
        for query in self._queries:
            params = {"q": query[:250], "limit": "120"}  # the API's largest
            page = await self._client.get(f"{self._url}/api/papers/search", params, conditional=False)
            if not page.missing:
                found.append(await _listings(page, day, self.name))
        return _joined(found)

    async def aclose(self) -> None:
        await self._client.aclose()


async def _listings(page: FetchedPage, day: date, source: str) -> Batch:
    """In a thread, as reading the LaTeX of a hundred papers takes a while."""
    return await asyncio.to_thread(lambda: parse_listings(_json(page), day, page.url, source=source))


def _joined(batches: Sequence[Batch]) -> Batch:
    return Batch(
        listings=tuple(x for batch in batches for x in batch.listings),
        rejected=tuple(x for batch in batches for x in batch.rejected),
    )


def parse_listings(answer: object, day: date | None, where: str, *, source: str = NAME) -> Batch:
    """The listings of an answer. A record that can't be read is rejected alone, with its reason.

    `day` None: each record's own `submittedOnDailyAt` says when it was listed.
    """
    if not isinstance(answer, list):
        raise Malformed(f"{where} isn't a list of papers.", "A list of Daily Papers was expected.")
    listings, rejected = list[Listing](), list[Rejected]()
    for number, entry in enumerate(answer):
        try:
            listings.append(_listing(entry, day, source))
        except (msgspec.ValidationError, ValueError) as error:
            rejected.append(Rejected(where=f"{where}[{number}]", reason=str(error), id=_id_of(entry)))
    return Batch(listings=tuple(listings), rejected=tuple(rejected))


def _listing(entry: Any, day: date | None, source: str) -> Listing:
    outer = entry if isinstance(entry, dict) else {}
    nested = outer.get("paper") if isinstance(outer.get("paper"), dict) else outer  # `/api/papers/{id}` is flat
    record = msgspec.convert(nested, _Record, strict=False)
    known = arxiv_id(record.id)
    if known is None:
        raise ValueError(f"paper.id {record.id[:40]!r} isn't an arXiv id")
    if not record.title.strip():
        raise ValueError("paper.title is empty")
    listed = parse_datetime(record.submittedOnDailyAt)
    listed_day = day or (listed.date() if listed else None)
    if listed_day is None:
        raise ValueError("paper.submittedOnDailyAt is missing, and no date was given")
    paper = _paper(record, known[0], source, outer)
    return Listing(paper=paper, source=source, day=listed_day, listed=listed)


def _paper(record: _Record, id: str, source: str, outer: Mapping[str, Any]) -> Paper:
    summary = text_or_empty(record.summary)
    title, abstract, at = readable(record.title), readable(summary), parse_datetime(record.publishedAt)
    return Paper(
        id=id,
        title=title,
        abstract=abstract,
        title_source=record.title if record.title != title else "",
        abstract_source=summary if summary != abstract else "",
        authors=_authors(record.authors),
        published=at if at and at.year >= 1991 else None,  # arXiv's first year; some records carry 1970
        keywords=labels(_list(record.ai_keywords)),
        organization=label(readable(_lab(record.organization))),
        links=arxiv_links(
            id.removeprefix("arxiv:"),
            code=record.githubRepo,
            project=record.projectPage,
            discussion=True,
            picture=_picture(record, outer),
        ),
        counts=Counts(
            upvotes=parse_count(record.upvotes),
            comments=parse_count(outer.get("numComments")),
            stars=parse_count(record.githubStars),
        ),
        offered_summary=readable(text_or_empty(record.ai_summary)),
        sources=frozenset({source}),
        withdrawn=bool(record.withdrawnAt),
    )


def _picture(record: _Record, outer: Mapping[str, Any]) -> object:
    """The first picture that was uploaded with the paper, else the one that Hugging Face draws."""
    uploaded = (url for url in map(text_or_empty, _list(record.mediaUrls)) if url.lower().endswith(PICTURES))
    return next(uploaded, outer.get("thumbnail"))


def _authors(raw: Any) -> tuple[str, ...]:
    known = (one if isinstance(one, dict) else {"name": one} for one in _list(raw))
    names = (text_or_empty(one.get("name")) for one in known if not one.get("hidden"))
    return tuple(author.name for author in map(single_author, names) if author.name)[:MAX_AUTHORS]


def _lab(raw: Any) -> str:
    names = (raw.get("fullname"), raw.get("name")) if isinstance(raw, dict) else (raw,)
    return next(filter(None, map(text_or_empty, names)), "")


def _list(raw: Any) -> list[Any]:
    return raw if isinstance(raw, list) else []


def _json(page: FetchedPage) -> object:
    try:
        return msgspec.json.decode(page.body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        what = "HTML" if page.body.lstrip()[:1] == b"<" else f"broken JSON ({error})"
        raise Malformed(f"{page.url} sent {what} where JSON was expected.", "It is fetched again later.") from error


def _id_of(entry: Any) -> str:
    nested = entry.get("paper", entry) if isinstance(entry, dict) else {}
    return str(nested.get("id", ""))[:40] if isinstance(nested, dict) else ""
