"""Two records of one paper merged into one: from two sources, or from one source on two days. Pure."""

from datetime import date

import msgspec

from bot.papers.model import Counts, Links, Paper

_LINKS, _COUNTS = Links.__struct_fields__, Counts.__struct_fields__
_TEXTS = ("title", "abstract", "keywords", "organization", "offered_summary")  # the newer record's, where it has them


def merge(known: Paper, fresh: Paper) -> Paper:
    """The newer version's title and abstract, what only one record has, the higher counts, all sources.

    Counts take the maximum, because a recorded older answer must not lower them. Merging the same record
    again changes nothing.
    """
    newer, older = (fresh, known) if _rank(fresh) >= _rank(known) else (known, fresh)
    # Their affiliations come with the authors, and stay when a newer record has none.
    is_same = newer.authors == older.authors and not newer.affiliations
    people = older if not newer.authors or is_same else newer
    texts = {name: getattr(newer, name) or getattr(older, name) for name in _TEXTS}
    return Paper(
        id=known.id,
        title_source=newer.title_source if newer.title else older.title_source,
        abstract_source=newer.abstract_source if newer.abstract else older.abstract_source,
        authors=people.authors,
        affiliations=people.affiliations,
        version=newer.version,
        published=min(filter(None, (known.published, fresh.published)), default=None),
        updated=max(filter(None, (known.updated, fresh.updated)), default=None),
        categories=max(newer.categories, older.categories, key=len),
        links=Links(**{name: getattr(newer.links, name) or getattr(older.links, name) for name in _LINKS}),
        counts=Counts(**{name: max(getattr(known.counts, name), getattr(fresh.counts, name)) for name in _COUNTS}),
        sources=known.sources | fresh.sources,
        as_of=max(filter(None, (known.as_of, fresh.as_of)), default=None),
        withdrawn=newer.withdrawn or (older.withdrawn and older.version == newer.version),
        **texts,
    )


def _rank(paper: Paper) -> tuple[int, bool, date, bytes]:
    """What makes a record win: the later version, then an abstract, then the later list; then any fixed order,
    so that it does not matter which record came first."""
    texts = (paper.abstract, paper.title, paper.keywords, paper.organization, paper.offered_summary)
    rest = msgspec.json.encode((*texts, paper.authors, paper.affiliations, paper.links))
    return (paper.version, bool(paper.abstract), paper.as_of or date.min, rest)
