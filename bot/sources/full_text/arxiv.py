"""arXiv's own HTML of a paper, or else its PDF; and the figure that says most about it."""

import logging
from typing import Literal
from urllib.parse import urljoin

from msgspec.structs import replace

from bot.errors import Malformed
from bot.papers.full_text import NO_FULL_TEXT, FullText, Passage
from bot.papers.ids import arxiv_id
from bot.papers.model import PaperId
from bot.papers.pictures import Picture
from bot.sources.full_text.figures import PageFigures
from bot.sources.http import SourceClient
from bot.sources.page import FetchedPage
from bot.sources.sandbox import Sandbox

log = logging.getLogger(__name__)

MAX_FULL_TEXT_BYTES = 15_000_000  # of a PDF or page; nearly all are under 10 MB
MAX_FIGURES_TRIED = 2
FORMS: tuple[Literal["html", "pdf"], ...] = ("html", "pdf")


class ArxivTexts:
    """Fetches the texts and figures of papers; `client` goes to arXiv's host alone, at the pace arXiv asks for."""

    def __init__(self, client: SourceClient, url: str) -> None:
        self._client = client
        self._url = url.rstrip("/")
        self._sandbox = Sandbox("texts")  # a large file takes a processor and much memory: one at a time

    async def full_text(self, id: PaperId) -> FullText:
        """The text that arXiv has of a paper; raises `SourceError` when it can't be fetched now."""
        for form in FORMS if (arxiv_id(id.removeprefix("arxiv:")) or ("",))[0] == id else ():
            try:
                page = await self._page(form, id)
                passages = await self._sandbox.parse(form, page, tuple[Passage, ...]) if page else ()
                if passages:
                    return FullText(form=form, passages=passages)
            except Malformed as error:  # too large, damaged, redirected: the other form may be better
                log.info("the %s of %s can't be read: %s", form, id, error)
        return NO_FULL_TEXT

    async def figure(self, id: PaperId) -> Picture:
        """The figure that says most about a paper, if its licence lets anyone share it; raises `SourceError` when it
        can't be fetched now."""
        if (page := await self._page("html", id)) is None:
            return Picture()
        found = await self._sandbox.parse("figures", page, PageFigures)
        base = urljoin(page.location or page.url, found.base)
        for number, address in found.figures[:MAX_FIGURES_TRIED]:
            try:
                image = await self._client.get(urljoin(base, address), conditional=False)
                picture = await self._sandbox.parse("figure", image, Picture)
            except Malformed as error:
                log.info("figure %s of %s isn't shown: %s", number, id, error)
                continue
            return replace(picture, figure=number, licence=found.licence)
        return Picture()

    async def _page(self, form: Literal["html", "pdf"], id: PaperId) -> FetchedPage | None:
        page = await self._client.get(f"{self._url}/{form}/{id.removeprefix('arxiv:')}", conditional=False)
        return None if page.missing or form not in page.content_type else page

    async def aclose(self) -> None:
        await self._sandbox.aclose()
        await self._client.aclose()
