"""Giving a paper to the community's list, where the core takes papers."""

from __future__ import annotations

import secrets

from aiohttp import web

from adapters.site import look
from adapters.site.api.limits import Limits
from adapters.site.forms import sent
from adapters.site.site import Site
from adapters.site.view import View
from adapters.site.visitor import OFFERS, visitor
from adapters.site.votes import place
from bot.chat.event import Command, Person
from bot.chat.message import clean

MOST = 6  # papers of one person in a minute; the core allows fewer in a day
MOST_URL, MOST_WHY = 300, 300


def add(app: web.Application, site: Site) -> None:
    """The form, where people can sign in and the core has the command."""
    if OFFERS in app and app[OFFERS].submits:
        rooms = Submissions(site)
        app.add_routes([web.get("/submit", rooms.form), web.post("/submit", rooms.take)])


class Submissions:
    """The form, and what comes of it."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._limits = Limits(site.clock)

    async def form(self, request: web.Request) -> web.Response:
        """Empty; or the way to sign in."""
        return self._page(request)

    async def take(self, request: web.Request) -> web.Response:
        """What the core says to it, whatever that is."""
        form = await sent(request, self._site)
        who = form.session.person
        url, why = (clean(form.values.get(name, ""), most) for name, most in (("url", MOST_URL), ("why", MOST_WHY)))
        if not url or " " in url:
            return self._page(
                request, said="Give one address, such as https://arxiv.org/abs/2405.15738.", url=url, why=why
            )
        if (left := self._limits.take("submit", who.key, MOST)).left < 0:
            raise web.HTTPTooManyRequests(headers={"Retry-After": str(left.seconds)})
        return self._page(request, said=await self._told(who, f"submit {url} {why}".strip()))

    async def _told(self, who: Person, text: str) -> str:
        now = self._site.clock.now()
        event = Command(id=f"front-{secrets.token_hex(12)}", at=now, who=who, place=place(who), text=text)
        answer = await self._site.core.handle_event(event)
        return answer.message.plain if answer else "Taken."

    def _page(self, request: web.Request, **values: str) -> web.Response:
        view = View(
            template="submit.html",
            title="Submit a paper",
            path="/submit",
            index=False,
            values={"said": "", "url": "", "why": ""} | values,
        )
        page = look.html(self._site, view, visitor(request), {})
        return web.Response(text=page, content_type="text/html", headers={"Cache-Control": "private, no-store"})
