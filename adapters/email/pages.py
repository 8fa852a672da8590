"""The pages: subscribe, confirm, unsubscribe; and the address where reports are handed in."""

from __future__ import annotations

import hmac
import logging
import secrets
from collections.abc import Awaitable, Callable, Iterable, Mapping
from functools import cache
from urllib.parse import urlsplit

from aiohttp import web
from jinja2 import Environment, PackageLoader

from adapters.email import wish
from adapters.email.render import straight
from adapters.email.signup import Parts, Signup
from adapters.email.wish import Wish
from bot.chat.adapter import Core
from bot.errors import AskError, Busy, PaperboyError, Unsure

log = logging.getLogger(__name__)

FIELDS = ("address", "days", "time", "zone", "query", "count")
SENT = (
    "Follow the link in the mail we have just sent, and the papers will come. "
    "If there is none in a few minutes, look where spam is kept."
)
OLD = "This link is not good any more: it ends after two days, or it was not copied whole."
Handler = Callable[[web.Request], Awaitable[web.Response]]


class Pages:
    """Below the path of `base_url`, so that a proxy can hand requests on as they are."""

    def __init__(self, parts: Parts, signup: Signup, core: Core) -> None:
        self._parts = parts
        self._signup = signup
        self._core = core
        self._root = urlsplit(parts.settings.base_url).path

    def add(self, app: web.Application) -> None:
        """All addresses. Only a POST changes anything: programs that look through mails follow every link in them."""
        root = self._root
        app.add_routes([web.get(root, _told(self.form))] if root else [])
        app.add_routes(
            [
                web.get(f"{root}/", _told(self.form)),
                web.post(f"{root}/", _told(self.subscribe)),
                web.get(f"{root}/confirm/{{token}}", _told(self.ask)),
                web.post(f"{root}/confirm/{{token}}", _told(self.confirm)),
                web.get(f"{root}/unsubscribe/{{token}}", _told(self.sure)),
                web.post(f"{root}/unsubscribe/{{token}}", _told(self.leave)),
                web.post(f"{root}/reports", self.report),
            ]
        )

    async def form(self, request: web.Request) -> web.Response:
        """What to subscribe to."""
        return self._form({})

    async def subscribe(self, request: web.Request) -> web.Response:
        """The form, filled in. The answer tells nobody who reads here already."""
        given = await _given(request)
        if not self._parts.limit.allows(self._visitor(request)):
            return self._form(given, "That was often enough for now. Try again in an hour.", 429)
        try:
            await self._signup.ask(given.get("address", ""), wish.read(given))
        except AskError as error:
            return self._form(given, str(error), 400)
        return _page("said.html", title="Look into your inbox", said=SENT)

    async def ask(self, request: web.Request) -> web.Response:
        """What is about to be confirmed."""
        token = request.match_info["token"]
        asked = await self._parts.subscribers.asked(token)
        if asked:
            return _page("confirm.html", words=asked.pending.wish.words, here=f"{self._root}/confirm/{token}")
        done = await self._parts.subscribers.confirmed_by(token)
        return self._welcome(done.wish) if done else self._old()

    async def confirm(self, request: web.Request) -> web.Response:
        try:
            reader = await self._signup.confirm(request.match_info["token"], self._core)
        except AskError as error:
            return _page("said.html", status=400, title="That did not work", said=str(error), again=f"{self._root}/")
        return self._welcome(reader.wish) if reader else self._old()

    async def sure(self, request: web.Request) -> web.Response:
        """The link at the foot of a mail."""
        token = request.match_info["token"]
        if not self._parts.subscribers.leaves(token):
            return self._old()
        return _page("leave.html", here=f"{self._root}/unsubscribe/{token}")

    async def leave(self, request: web.Request) -> web.Response:
        """The button of that page, or of a mail program (RFC 8058): no cookie, no question, no detour."""
        if not await self._signup.leave(request.match_info["token"], self._core):
            return self._old()
        said = "You get no more mail from here, and your address is deleted."
        return _page(
            "said.html", title="You are unsubscribed", said=said, again=f"{self._root}/", label="Subscribe again"
        )

    async def report(self, request: web.Request) -> web.Response:
        """A bounce or a complaint, whole, as the body."""
        wanted = self._parts.settings.report_token
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if not wanted or not hmac.compare_digest(given.encode(), wanted.encode()):
            raise web.HTTPNotFound(text="There is no such page.\n")
        try:
            return web.Response(text=f"{await self._signup.report(await request.read(), self._core)}\n")
        except PaperboyError as error:
            log.error("a report could not be taken: %s", error)
            return web.Response(status=503, text="Try again later.\n")  # the mail server keeps it and does

    def _welcome(self, wanted: Wish) -> web.Response:
        said = f"It is done: {wanted.words}. Each mail has a link that ends it."
        return _page("said.html", title="Welcome", said=said)

    def _old(self) -> web.Response:
        return _page("said.html", status=404, title="That link is too old", said=OLD, again=f"{self._root}/")

    def _form(self, given: Mapping[str, str], wrong: str = "", status: int = 200) -> web.Response:
        usual = Wish()
        values = {"days": usual.days, "time": usual.time, "zone": usual.zone, "count": str(usual.count)} | dict(given)
        offered = {
            "each": list(wish.EACH.items()),
            "hours": _same(wish.HOURS),
            "zones": _same(wish.zones()),
            "counts": _same(str(count) for count in wish.COUNTS),
        }
        return _page(
            "form.html", status=status, here=f"{self._root}/", wrong=wrong, fresh=not given, **values, **offered
        )

    def _visitor(self, request: web.Request) -> str:
        """Who asks. The last of the forwarded addresses is the one that our own proxy has seen."""
        forwarded = request.headers.get("X-Forwarded-For", "") if self._parts.settings.proxied else ""
        return forwarded.rpartition(",")[2].strip() or request.remote or "unknown"


def _same(values: Iterable[str]) -> list[tuple[str, str]]:
    """Choices that are shown as they are."""
    return [(value, value) for value in values]


def _told(handler: Handler) -> Handler:
    """The handler, saying on a page what went wrong."""

    async def safe(request: web.Request) -> web.Response:
        try:
            return await handler(request)
        except Unsure:
            said = "The mail may be on its way. Look into your inbox; if nothing comes in some minutes, try again."
        except Busy as error:
            log.error("a mail to confirm could not be sent: %s", error)
            said = "No mail can be sent just now. Try again in a few minutes."
        except PaperboyError as error:
            log.error("a page of the mail adapter failed: %s", error)
            said = "Something is out of order here. Try again in a few minutes."
        return _page("said.html", status=503, title="Not just now", said=said)

    return safe


async def _given(request: web.Request) -> dict[str, str]:
    """The form's values; whatever else was sent is left alone."""
    try:
        posted = await request.post()
    except (ValueError, LookupError):
        raise web.HTTPBadRequest(text="That form can't be read.\n") from None
    found = ((name, posted.get(name)) for name in FIELDS)
    return {name: value[:500] for name, value in found if isinstance(value, str)}


def _page(template: str, *, status: int = 200, **values: object) -> web.Response:
    nonce = secrets.token_urlsafe(16)
    html = _environment().get_template(template).render(nonce=nonce, **values)
    return web.Response(text=html, status=status, content_type="text/html", headers=_headers(nonce))


def _headers(nonce: str) -> dict[str, str]:
    ours = f"style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}'"
    policy = f"default-src 'none'; {ours}; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    return {
        "Content-Security-Policy": policy,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",  # the addresses of the pages hold tokens
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cache-Control": "no-store",
    }


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("adapters.email", "templates"),
        autoescape=True,
        finalize=straight,
        trim_blocks=True,
        lstrip_blocks=True,
    )
