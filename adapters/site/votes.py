"""Votes from the pages: a press like that of a button in chat, by the same person, so it is the same ballot."""

from __future__ import annotations

import asyncio
import re
import secrets

from aiohttp import web

from adapters.site.api.limits import Limits
from adapters.site.forms import Sent, home, sent, told
from adapters.site.site import Site
from adapters.site.visitor import SESSIONS
from bot.chat.catalog import VoteCounts
from bot.chat.event import Answer, ButtonPress, Person, Place
from bot.chat.message import Action

MOST = 60  # votes of one person in a minute: as fast as somebody reads down a list
PAPER = re.compile(r"[a-z]+:[\w./-]{1,80}", re.ASCII)  # an id; of other words the core would make a search
CHANNEL = "site"  # no channel of a platform's: the core asks for one, and votes stand in none


def add(app: web.Application, site: Site) -> None:
    """The address, where people can sign in."""
    if SESSIONS in app:
        app.add_routes([web.post("/vote", Votes(site).vote)])


def place(person: Person) -> Place:
    """Where somebody is who is on the site."""
    return Place(person.platform, person.space, CHANNEL)


class Votes:
    """Takes them."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._limits = Limits(site.clock)
        self._turn = asyncio.Lock()  # to look how the vote stands and to press are one step: a press turns it over

    async def vote(self, request: web.Request) -> web.Response:
        """Cast a vote or take it back; a page that is out of date asks for what is so already, and gets it."""
        form = await sent(request, self._site)
        who, paper = form.session.person, form.values.get("paper", "")
        if not PAPER.fullmatch(paper):
            raise web.HTTPBadRequest
        if (left := self._limits.take("vote", who.key, MOST)).left < 0:
            raise web.HTTPTooManyRequests(headers={"Retry-After": str(left.seconds)})
        async with self._turn:
            answer = await self._press(who, paper, wanted=form.values.get("vote") != "off")
        if answer and not answer.brief:  # no vote: there is no such paper, or something is out of order
            return told(self._site, 400, "That vote did not count", answer.message.plain)
        return await self._counted(request, form, paper, answer)

    async def _press(self, who: Person, paper: str, *, wanted: bool) -> Answer | None:
        """What the core says; None: it is so already."""
        if wanted == ((await self._site.catalog.votes_by(who, [paper])).get(paper, 0) > 0):
            return None
        event = ButtonPress(
            id=f"front-{secrets.token_hex(12)}",
            at=self._site.clock.now(),
            who=who,
            place=place(who),
            action=Action("vote" if wanted else "unvote", (paper,)),
        )
        return await self._site.core.handle_event(event)

    async def _counted(self, request: web.Request, form: Sent, paper: str, answer: Answer | None) -> web.Response:
        """Back to the page; what stands now, for a script that asked."""
        if "application/json" not in request.headers.get("Accept", ""):
            return home(self._site, form.next)
        ballots = (await self._site.catalog.vote_counts([paper])).get(paper, VoteCounts())
        mine = (await self._site.catalog.votes_by(form.session.person, [paper])).get(paper, 0)
        now = {"votes": ballots.up - ballots.down, "mine": mine, "said": answer.message.plain if answer else ""}
        return web.json_response(now, headers={"Cache-Control": "no-store"})
