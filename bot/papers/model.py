"""A paper and its parts: frozen values, parsed once where they come in."""

import hashlib
from datetime import date, datetime
from typing import TypeAlias

from msgspec import Struct

PaperId: TypeAlias = str
"""`arxiv:2405.15738` (no version), `url:<16 hex>` or `text:<16 hex>`; made by `bot.papers.ids`."""


class Counts(Struct, frozen=True, kw_only=True):
    """Votes and comments on other sites; each count is the source's last, never our own."""

    upvotes: int = 0  # on the Hugging Face page
    comments: int = 0  # on the Hugging Face page
    stars: int = 0  # of the code repository


class Links(Struct, frozen=True, kw_only=True):
    """Addresses of a paper; only `http` and `https`, checked where they are parsed. Empty: unknown."""

    page: str = ""  # what the title links to: the abstract page
    pdf: str = ""
    code: str = ""
    project: str = ""
    discussion: str = ""  # the paper's page on Hugging Face
    picture: str = ""  # shown by its source; only we fetch it


class Tally(Struct, frozen=True):
    """Votes on a paper in one tenant, or in all; upvotes from elsewhere are in `Paper.counts`."""

    up: int = 0
    down: int = 0


class Paper(Struct, frozen=True, kw_only=True):
    """One research paper, in one version."""

    id: PaperId
    title: str  # readable: Unicode instead of LaTeX, single spaces
    abstract: str = ""  # readable; empty when a source gives none
    title_source: str = ""  # as the source wrote it; empty when equal to `title`
    abstract_source: str = ""  # likewise
    authors: tuple[str, ...] = ()  # in the paper's order
    affiliations: tuple[str, ...] = ()  # one for each author, perhaps empty; no entries where a source names none
    version: int = 1  # arXiv's v1, v2, …
    published: datetime | None = None  # first version, UTC
    updated: datetime | None = None  # this version, UTC
    categories: tuple[str, ...] = ()  # arXiv's, primary first
    keywords: tuple[str, ...] = ()  # as a source offers them
    organization: str = ""  # the lab, as Hugging Face names it
    links: Links = Links()
    counts: Counts = Counts()
    offered_summary: str = ""  # a source's own one-line summary (HF `ai_summary`); unchecked
    sources: frozenset[str] = frozenset()  # names of the sources that list it
    withdrawn: bool = False
    as_of: date | None = None  # the newest list it was on: of two records, the later one is believed

    @property
    def fingerprint(self) -> int:
        """A number (63 bits) that changes when title or abstract do: what was made from them is then stale."""
        text = f"{self.title}\n{self.abstract}".encode()
        return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest()) >> 1


class Listing(Struct, frozen=True, kw_only=True):
    """A paper on a source's list of a day: what editions are made of."""

    paper: Paper
    source: str  # the source's name, e.g. `huggingface`
    day: date  # the source's own date for it
    listed: datetime | None = None  # when the source put it on the list, UTC; None: unknown


class Rejected(Struct, frozen=True, kw_only=True):
    """A record that could not be used, alone, with its reason; the rest of the batch goes on."""

    where: str  # file or URL and position, e.g. `2024-05-27.json.gz[3]`
    reason: str  # for a person: `paper.title is missing`
    id: str = ""  # the record's id when it could be read
