"""A cache of recently made pages. They are the same for everyone who isn't signed in."""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from functools import partial
from typing import TypeAlias

from aiohttp import web
from aiohttp.typedefs import Handler

from adapters.site.members.visitor import Visitor, visitor_of
from adapters.site.pages.social_picture import SocialPicture, draw
from adapters.site.pages.static import A_DAY
from adapters.site.pages.view import PageError, View
from adapters.site.site import Site
from adapters.site.templating import FULL_ROWS, render_page
from bot.http_server import Content, ResponseCache, cache_key, prepare
from bot.papers.model import Tally

FRESH_S = 1.0  # so long a page is sent as it is
STALE_S = 5.0  # it is sent once more while its votes are read; for an older one they are read first
MAX_AGE_S = 60.0  # then it is made again in any case
PICTURES_FRESH_S, PICTURES_BYTES = 86_400.0, 8_000_000  # about 150 pictures for links
VOTES_BYTES = 250  # what is remembered of one paper's votes
VARY = "Accept-Encoding, Cookie"
HTML = "text/html; charset=utf-8"

Show: TypeAlias = Callable[[web.Request, Visitor], Awaitable[View]]
"""Makes the view of a page. Raises `PageError`."""


class PageCache:
    """Turns functions that make views into request handlers."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._cache = ResponseCache(site.clock, fresh_s=FRESH_S, stale_s=STALE_S, max_age_s=MAX_AGE_S)
        self._pictures = ResponseCache(site.clock, fresh_s=PICTURES_FRESH_S, max_bytes=PICTURES_BYTES)

    def handler(self, show: Show, parameters: Collection[str] = ()) -> Handler:
        """The handler of a page. `parameters` are those that the page reads: others don't make another page."""

        async def answer(request: web.Request) -> web.StreamResponse:
            key, admit = cache_key(request, parameters), self._site.admit(request)
            visitor = visitor_of(request, here=key)
            if visitor.person:
                admit()
                page = prepare(await self._make(show, request, visitor), self._site.clock.now())
                return page.response(request, "private, no-store", vary=VARY)

            page = await self._cache.get(key, lambda: self._make(show, request, visitor), admit=admit)
            return page.response(request, "no-cache", vary=VARY)

        return answer

    def social_picture(self, show: Show) -> Handler:
        """The handler of the picture for links to a page, by what it says: it is drawn once."""

        async def answer(request: web.Request) -> web.StreamResponse:
            self._site.admit(request)()
            try:
                picture = (await show(request, Visitor())).social
            except PageError:
                picture = None
            if picture is None:
                raise web.HTTPNotFound
            cached = await self._pictures.get(picture.path, partial(self._draw, picture))
            return cached.response(request, A_DAY)

        return answer

    async def _draw(self, picture: SocialPicture) -> Content:
        body = await asyncio.to_thread(draw, picture, self._site.settings.name)
        return Content(body=body, content_type="image/png")

    async def _make(self, show: Show, request: web.Request, visitor: Visitor) -> Content:
        try:
            view = await show(request, visitor)
        except PageError as error:
            view = error.view
        settings, ids = self._site.settings, [entry.paper.id for entry in view.entries]
        own_votes = await self._site.catalog.votes_by(visitor.person, ids) if visitor.person and ids else {}
        pictures = await self._site.pictures(entry.paper for entry in view.entries[:FULL_ROWS])
        html = render_page(settings.name, self._site.url, view, visitor, own_votes, pictures=pictures)

        votes = {entry.paper.id: entry.votes for entry in view.entries}

        async def is_current() -> bool:
            now = await self._site.catalog.vote_counts(list(votes)) if votes else {}
            return all(now.get(id, Tally()) == ballots for id, ballots in votes.items())

        return Content(
            body=html.encode(),
            content_type=HTML,
            status=view.status,
            is_current=is_current,
            overhead_bytes=VOTES_BYTES * len(votes),
        )
