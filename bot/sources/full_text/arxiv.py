"""arXiv's own HTML of a paper, or else its PDF."""

import logging
from typing import Literal

from bot.errors import Malformed
from bot.papers.full_text import NO_FULL_TEXT, FullText, Passage
from bot.papers.ids import arxiv_id
from bot.papers.model import PaperId
from bot.sources.http import SourceClient
from bot.sources.sandbox import Sandbox

log = logging.getLogger(__name__)

MAX_FULL_TEXT_BYTES = 15_000_000  # of a PDF or page; nearly all are under 10 MB
FORMS: tuple[Literal["html", "pdf"], ...] = ("html", "pdf")


class ArxivTexts:
    """Fetches the texts of papers; `client` goes to arXiv's host alone, at the pace arXiv asks for."""

    def __init__(self, client: SourceClient, url: str) -> None:
        self._client = client
        self._url = url.rstrip("/")
        self._sandbox = Sandbox("texts")  # a large file takes a processor and much memory: one at a time

    async def full_text(self, id: PaperId) -> FullText:
        """The text that arXiv has of a paper; raises `SourceError` when it can't be fetched now."""
        if (arxiv_id(id.removeprefix("arxiv:")) or ("",))[0] != id:
            return NO_FULL_TEXT
        for form in FORMS:
            try:
                if (found := await self._read(form, id)).passages:
                    return found
            except Malformed as error:  # too large, damaged, redirected: the other form may be better
                log.info("the %s of %s can't be read: %s", form, id, error)
        return NO_FULL_TEXT

    async def _read(self, form: Literal["html", "pdf"], id: PaperId) -> FullText:
        page = await self._client.get(f"{self._url}/{form}/{id.removeprefix('arxiv:')}", conditional=False)
        if page.missing or form not in page.content_type:
            return NO_FULL_TEXT
        return FullText(form=form, passages=await self._sandbox.parse(form, page, tuple[Passage, ...]))

    async def aclose(self) -> None:
        await self._sandbox.aclose()
        await self._client.aclose()
