"""Submitting a paper to the community's list, where the core takes submissions."""

import secrets

from aiohttp import web

from adapters.site.members.forms import read_form
from adapters.site.members.visitor import FEATURES, visitor_of
from adapters.site.members.votes import place_of
from adapters.site.pages.view import View
from adapters.site.site import Site
from adapters.site.templating import render_page
from bot.chat.event import Answer, Command, Person
from bot.chat.message import clean
from bot.http_server import RateLimiter

MAX_SUBMISSIONS_PER_MINUTE = 6  # of one person; the core has its own limit for a day
MAX_FIELD_CHARS = 300


def add_routes(app: web.Application, site: Site) -> None:
    """The form, where people can sign in and the core has the command."""
    if FEATURES in app and app[FEATURES].takes_submissions:
        form = SubmitForm(site)
        app.add_routes([web.get("/submit", form.show), web.post("/submit", form.submit)])


async def ask_core(site: Site, person: Person, command: str) -> Answer | None:
    """The core's answer to a command that a person gives by a form."""
    id, now = f"site-{secrets.token_hex(12)}", site.clock.now()
    return await site.core.handle_event(Command(id=id, at=now, who=person, place=place_of(person), text=command))


class SubmitForm:
    """The form, and its answer."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._limiter = RateLimiter(site.clock, policy="submissions", limit=MAX_SUBMISSIONS_PER_MINUTE)

    async def show(self, request: web.Request) -> web.Response:
        """The empty form; without a session, a way to sign in."""
        return self._page(request)

    async def submit(self, request: web.Request) -> web.Response:
        """Hand the paper to the core and show what it says."""
        form = await read_form(request, self._site)
        url, why = (clean(form.values.get(name, ""), MAX_FIELD_CHARS) for name in ("url", "why"))
        if not url or " " in url:
            text = "Enter one address, for example https://arxiv.org/abs/2405.15738."
            return self._page(request, text=text, url=url, why=why)
        self._limiter.admit(form.session.person.key)
        answer = await ask_core(self._site, form.session.person, f"submit {url} {why}".strip())
        return self._page(request, text=answer.message.plain if answer else "Submitted.")

    def _page(self, request: web.Request, **values: str) -> web.Response:
        shown = {"text": "", "url": "", "why": ""} | values
        view = View(template="submit.html", title="Submit a paper", path="/submit", is_indexed=False, values=shown)
        page = render_page(self._site.settings.name, self._site.url, view, visitor_of(request, "/submit"), {})
        return web.Response(text=page, content_type="text/html", headers={"Cache-Control": "private, no-store"})
