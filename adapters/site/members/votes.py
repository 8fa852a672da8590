"""Votes from pages. A vote is the same press as on a button in chat, by the same person, so it is the same ballot."""

import asyncio
import re
import secrets

from aiohttp import web

from adapters.site.errors import error_page
from adapters.site.members.forms import MemberForm, read_form, redirect_to
from adapters.site.members.visitor import SESSIONS
from adapters.site.site import Site
from bot.chat.event import Answer, ButtonPress, Person, Place
from bot.chat.message import Action
from bot.http_server import RateLimiter
from bot.papers.model import Tally

MAX_VOTES_PER_MINUTE = 60  # of one person: as fast as one reads down a list
PAPER_ID = re.compile(r"[a-z]+:[\w./-]{1,80}", re.ASCII)  # the core would search for anything else
CHANNEL = "site"  # the core asks for a channel; votes of pages are in none of a platform's


def add_routes(app: web.Application, site: Site) -> None:
    """The address, where people can sign in."""
    if SESSIONS in app:
        app.add_routes([web.post("/vote", VoteHandler(site).vote)])


def place_of(person: Person) -> Place:
    """The place of a person who uses the site."""
    return Place(person.platform, person.space, CHANNEL)


class VoteHandler:
    """Takes votes."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._limiter = RateLimiter(site.clock, policy="votes", limit=MAX_VOTES_PER_MINUTE)
        self._lock = asyncio.Lock()  # looking at the vote and pressing is one step: a press turns it over

    async def vote(self, request: web.Request) -> web.Response:
        """Cast a vote or take it back; does nothing when an outdated page asks for the current state."""
        form = await read_form(request, self._site)
        person, paper = form.session.person, form.values.get("paper", "")
        if not PAPER_ID.fullmatch(paper):
            raise web.HTTPBadRequest
        self._limiter.admit(person.key)
        async with self._lock:
            answer = await self._press(person, paper, is_vote=form.values.get("vote") != "off")
        if answer and not answer.brief:  # no vote: the paper isn't there, or something is wrong
            return error_page(self._site.settings.name, 400, "Your vote was not counted", answer.message.plain)
        return await self._answer(request, form, paper, answer)

    async def _press(self, person: Person, paper: str, *, is_vote: bool) -> Answer | None:
        """The core's answer; None: nothing changes."""
        if is_vote == ((await self._site.catalog.votes_by(person, [paper])).get(paper, 0) > 0):
            return None
        event = ButtonPress(
            id=f"site-{secrets.token_hex(12)}",
            at=self._site.clock.now(),
            who=person,
            place=place_of(person),
            action=Action("vote" if is_vote else "unvote", (paper,)),
        )
        return await self._site.core.handle_event(event)

    async def _answer(self, request: web.Request, form: MemberForm, paper: str, answer: Answer | None) -> web.Response:
        """Back to the page; for a script, the current votes."""
        if "application/json" not in request.headers.get("Accept", ""):
            return redirect_to(self._site, form.next)
        ballots = (await self._site.catalog.vote_counts([paper])).get(paper, Tally())
        own_vote = (await self._site.catalog.votes_by(form.session.person, [paper])).get(paper, 0)
        text = answer.message.plain if answer else ""
        now = {"votes": ballots.up - ballots.down, "own_vote": own_vote, "text": text}
        return web.json_response(now, headers={"Cache-Control": "no-store"})
