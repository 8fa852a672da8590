"""Forms that hand a command to the core: submitting a paper, and the lists with notes of a signed-in person."""

import secrets

from aiohttp import web
from msgspec.structs import replace

from adapters.site.errors import error_page
from adapters.site.members.forms import read_form, redirect_to
from adapters.site.members.visitor import FEATURES, SESSIONS, Visitor, visitor_of
from adapters.site.members.votes import PAPER_ID, place_of
from adapters.site.pages.view import View
from adapters.site.site import Site, seal_list
from adapters.site.templating import render_page
from bot.chat.event import Answer, Command, Person
from bot.chat.message import clean
from bot.http_server import RateLimiter

MAX_SUBMISSIONS_PER_MINUTE = 6  # of one person; the core has its own limit for a day
MAX_FIELD_CHARS = 300
MAX_CHANGES_PER_MINUTE = 60  # of one person
MAX_WORDS_CHARS = 200  # of a note or the name of a list
COMMANDS = {
    "save": "save {paper}",
    "list": "save {paper} to {words}",
    "note": "note {paper} {words}",
    "read": "read {paper}",
}


def add_routes(app: web.Application, site: Site) -> None:
    """The pages and their forms, where people can sign in; the form to submit where the core has the command."""
    if FEATURES in app and app[FEATURES].takes_submissions:
        form = SubmitForm(site)
        app.add_routes([web.get("/submit", form.show), web.post("/submit", form.submit)])
    if SESSIONS in app:
        lists = SavedLists(site)
        app.add_routes([web.get("/saved", lists.show), web.post("/saved", lists.change)])


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
        answer = await _ask_core(self._site, form.session.person, f"submit {url} {why}".strip())
        return self._page(request, text=answer.message.plain if answer else "Submitted.")

    def _page(self, request: web.Request, **values: str) -> web.Response:
        shown = {"text": "", "url": "", "why": ""} | values
        view = View(template="submit.html", title="Submit a paper", path="/submit", is_indexed=False, values=shown)
        return _response(self._site, view, visitor_of(request, "/submit"), {})


class SavedLists:
    """The lists of the person who asks, and no one else's."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._limiter = RateLimiter(site.clock, policy="saved", limit=MAX_CHANGES_PER_MINUTE)

    async def show(self, request: web.Request) -> web.Response:
        """The saved papers or a list; without a session, a way to sign in."""
        visitor, name = visitor_of(request, request.path_qs), clean(request.query.get("list", ""), MAX_WORDS_CHARS)
        site, catalog, person = self._site, self._site.catalog, visitor.person
        view, votes = View(template="saved.html", title=name or "Saved papers", path="/saved", is_indexed=False), {}
        if person:
            entries = (await catalog.list_papers(person.key, name)).papers
            files = f"/feeds/list/{seal_list(site.sealer, person.key, name)}"
            lists = await catalog.lists_of(person.key)
            view = replace(view, entries=entries, values={"name": name, "lists": lists, "files": files})
            votes = dict(await catalog.votes_by(person, [entry.paper.id for entry in entries]))
        return _response(site, view, visitor, votes)

    async def change(self, request: web.Request) -> web.Response:
        """Hand a change to the core, as if it was typed."""
        form = await read_form(request, self._site)
        person, paper, action = form.session.person, form.values.get("paper", ""), form.values.get("action", "")
        words = clean(form.values.get("words", ""), MAX_WORDS_CHARS)
        if not PAPER_ID.fullmatch(paper) or action not in COMMANDS or (action == "list" and not words):
            raise web.HTTPBadRequest
        self._limiter.admit(person.key)
        answer = await _ask_core(self._site, person, COMMANDS[action].format(paper=paper, words=words))
        if answer and not answer.brief:
            return error_page(self._site.settings.name, 400, "Nothing was changed", answer.message.plain)
        return redirect_to(self._site, form.next)


async def _ask_core(site: Site, person: Person, command: str) -> Answer | None:
    id, now = f"site-{secrets.token_hex(12)}", site.clock.now()
    return await site.core.handle_event(Command(id=id, at=now, who=person, place=place_of(person), text=command))


def _response(site: Site, view: View, visitor: Visitor, votes: dict[str, int]) -> web.Response:
    """A person's own page, which no one else's cache keeps."""
    page = render_page(site.settings.name, site.url, view, visitor, votes)
    return web.Response(text=page, content_type="text/html", headers={"Cache-Control": "private, no-store"})
