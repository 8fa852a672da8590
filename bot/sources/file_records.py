"""One record of a file as a paper: a line of JSON lines, or an entry of a recorded search page."""

from datetime import date, datetime
from typing import Any

from msgspec import Struct

from bot.papers.authors import Author, authors_from, names_and_affiliations, single_author, split_authors
from bot.papers.ids import arxiv_id, title_id
from bot.papers.model import Links, Listing, Paper
from bot.papers.text import label, readable
from bot.papers.withdrawal import is_withdrawn
from bot.sources.fields import arxiv_links, labels, parse_date, text_or_empty, web_address

NAME = "files"


class FileLine(Struct):
    id: str | int
    title: str
    abstract: str | None = None
    authors: list[str | dict[str, Any]] | str | None = None
    categories: list[str] | str | None = None
    date: str | None = None
    published: str | None = None
    url: str | None = None
    comment: Any = None  # the authors', as on arXiv: it may say that the paper is withdrawn


class FoundPaper(Struct):
    title: str
    abstract: str | None = None
    id: str | None = None


def titled_paper(found: FoundPaper) -> Paper:
    known = arxiv_id(found.id) if found.id else None
    return _paper(
        known[0] if known else title_id(found.title),
        found.title,
        found.abstract or "",
        links=arxiv_links(known[0].removeprefix("arxiv:")) if known else Links(),
    )


def line_listing(line: FileLine, day: date) -> Listing:
    raw = label(str(line.id))
    if not raw or not line.title.strip():
        raise ValueError(f"{'title' if raw else 'id'} is empty")
    known = arxiv_id(raw)
    published = _dated("published", line.published) or _dated("date", line.date)
    names, affiliations = names_and_affiliations(_authors(line.authors))
    paper = _paper(
        known[0] if known else raw,
        line.title,
        line.abstract or "",
        authors=names,
        affiliations=affiliations,
        version=(known[1] if known else None) or 1,
        published=published,
        categories=labels(line.categories),
        withdrawn=is_withdrawn(line.abstract or "", text_or_empty(line.comment)),
        links=arxiv_links(known[0].removeprefix("arxiv:")) if known else Links(page=web_address(line.url)),
    )
    return Listing(paper=paper, source=NAME, day=published.date() if published else day)


def _dated(field: str, raw: str | None) -> datetime | None:
    if not raw or not raw.strip():
        return None
    if (at := parse_date(raw)) is None:
        raise ValueError(f"{field} {raw[:40]!r} can't be read: write it as 2026-06-30")
    return at


def _authors(raw: list[str | dict[str, Any]] | str | None) -> tuple[Author, ...]:
    """Authors of a line: one text for all, or a list of names, or of objects with `name` and perhaps `affiliation`."""
    if isinstance(raw, str):
        return split_authors(raw)
    if not raw:
        return ()
    if all(isinstance(one, str) for one in raw):
        return authors_from(map(str, raw)) if len(raw) > 1 else tuple(map(single_author, map(str, raw)))
    found = (one if isinstance(one, dict) else {"name": one} for one in raw)
    authors = (Author(single_author(str(one.get("name", ""))).name, label(one.get("affiliation"))) for one in found)
    return tuple(author for author in authors if author.name)


def _paper(id: str, title: str, abstract: str, **more: Any) -> Paper:
    shown_title, shown_abstract = readable(title), readable(abstract)
    return Paper(
        id=id,
        title=shown_title,
        abstract=shown_abstract,
        title_source=title if title != shown_title else "",
        abstract_source=abstract if abstract != shown_abstract else "",
        sources=frozenset({NAME}),
        **more,
    )
