"""What a signed-in person saved: their lists, with notes and what they read, and the forms that change them."""

from aiohttp import web
from msgspec.structs import replace

from adapters.site.errors import error_page
from adapters.site.members.forms import read_form, redirect_to
from adapters.site.members.submit import ask_core
from adapters.site.members.visitor import SESSIONS, visitor_of
from adapters.site.members.votes import PAPER_ID
from adapters.site.pages.view import View
from adapters.site.site import Site, seal_list
from adapters.site.templating import render_page
from bot.chat.message import clean
from bot.http_server import RateLimiter

MAX_CHANGES_PER_MINUTE = 60  # of one person
MAX_WORDS_CHARS = 200  # of a note or the name of a list
COMMANDS = {
    "save": "save {paper}",
    "list": "save {paper} to {words}",
    "note": "note {paper} {words}",
    "read": "read {paper}",
}


def add_routes(app: web.Application, site: Site) -> None:
    """The page and its forms, where people can sign in."""
    if SESSIONS in app:
        lists = SavedLists(site)
        app.add_routes([web.get("/saved", lists.show), web.post("/saved", lists.change)])


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
        page = render_page(site.settings.name, site.url, view, visitor, votes)
        return web.Response(text=page, content_type="text/html", headers={"Cache-Control": "private, no-store"})

    async def change(self, request: web.Request) -> web.Response:
        """Hand a change to the core, as if it was typed."""
        form = await read_form(request, self._site)
        person, paper, action = form.session.person, form.values.get("paper", ""), form.values.get("action", "")
        words = clean(form.values.get("words", ""), MAX_WORDS_CHARS)
        if not PAPER_ID.fullmatch(paper) or action not in COMMANDS or (action == "list" and not words):
            raise web.HTTPBadRequest
        self._limiter.admit(person.key)
        answer = await ask_core(self._site, person, COMMANDS[action].format(paper=paper, words=words))
        if answer and not answer.brief:
            return error_page(self._site.settings.name, 400, "Nothing was changed", answer.message.plain)
        return redirect_to(self._site, form.next)
