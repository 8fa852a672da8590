"""The pages' addresses: subscribe, confirm, unsubscribe; and where bounces and complaints are handed in."""

from __future__ import annotations

import hmac
import ipaddress
import logging
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from aiohttp import web

from adapters.email.pages import form_page, notice_page, page
from adapters.email.signup import Services, Signup, TooManyRequests
from adapters.email.subscription_form import SubscriptionRequest, read_form
from bot.chat.adapter import Core
from bot.errors import AskError, PaperboyError

log = logging.getLogger(__name__)

FORM_FIELDS = ("address", "days", "time", "zone", "query", "count")
MAX_FIELD_CHARS = 500
SENT = (
    "If we can write to this address, a link to confirm your subscription arrives within a few minutes. "
    "If you don't see it, check your spam folder."
)
EXPIRED = "Links to confirm work for two days. This one has expired, or it was not copied in full."
Handler = Callable[[web.Request], Awaitable[web.Response]]


class Handlers:
    """Answers requests below the path of `base_url`, so that a proxy can pass them on unchanged."""

    def __init__(self, services: Services, signup: Signup, core: Core) -> None:
        self._services = services
        self._signup = signup
        self._core = core
        self._root = urlsplit(services.settings.base_url).path

    def add_to(self, app: web.Application) -> None:
        """Add the routes. Only a POST changes anything: mail scanners follow every link."""
        root = self._root
        app.add_routes([web.get(root, _with_error_page(self.form))] if root else [])
        app.add_routes(
            [
                web.get(f"{root}/", _with_error_page(self.form)),
                web.post(f"{root}/", _with_error_page(self.subscribe)),
                web.get(f"{root}/confirm/{{token}}", _with_error_page(self.ask_to_confirm)),
                web.post(f"{root}/confirm/{{token}}", _with_error_page(self.confirm)),
                web.get(f"{root}/unsubscribe/{{token}}", _with_error_page(self.ask_to_unsubscribe)),
                web.post(f"{root}/unsubscribe/{{token}}", _with_error_page(self.unsubscribe)),
                web.post(f"{root}/reports", self.take_report),
            ]
        )

    async def form(self, request: web.Request) -> web.Response:
        return form_page(f"{self._root}/", {})

    async def subscribe(self, request: web.Request) -> web.Response:
        """The filled-in form. The answer is the same whether or not the address is known."""
        values = await _form_values(request)
        visitor, network = self._visitor(request)
        try:
            self._signup.request_confirmation(
                values.get("address", ""), read_form(values), visitor=visitor, network=network
            )
        except AskError as error:
            status = 429 if isinstance(error, TooManyRequests) else 400
            return form_page(f"{self._root}/", values, str(error), status)
        return notice_page("Check your inbox", SENT)

    async def ask_to_confirm(self, request: web.Request) -> web.Response:
        """The link in the mail to confirm."""
        token = request.match_info["token"]
        if confirmation := await self._services.subscribers.pending_for(token):
            description = confirmation.pending.request.description
            return page("confirm.html", description=description, action=f"{self._root}/confirm/{token}")
        subscriber = await self._services.subscribers.confirmed_by(token)
        return _subscribed(subscriber.request) if subscriber else self._expired()

    async def confirm(self, request: web.Request) -> web.Response:
        try:
            subscriber = await self._signup.confirm(request.match_info["token"], self._core)
        except AskError as error:
            return notice_page("Subscription not confirmed", str(error), status=400, link=f"{self._root}/")
        return _subscribed(subscriber.request) if subscriber else self._expired()

    async def ask_to_unsubscribe(self, request: web.Request) -> web.Response:
        """The link in the footer of a mail."""
        token = request.match_info["token"]
        if not self._services.subscribers.subscriber_of(token):
            return self._expired()
        return page("unsubscribe.html", action=f"{self._root}/unsubscribe/{token}")

    async def unsubscribe(self, request: web.Request) -> web.Response:
        """The button of that page, or of a mail program (RFC 8058): no cookie and no further question."""
        if not await self._signup.unsubscribe(request.match_info["token"], self._core):
            return self._expired()
        text = "You won't get any more mail, and your address has been deleted."
        return notice_page("You're unsubscribed", text, link=f"{self._root}/", label="Subscribe again")

    async def take_report(self, request: web.Request) -> web.Response:
        """A bounce or a complaint; the whole mail is the body."""
        expected = self._services.settings.report_token
        sent = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if not expected or not hmac.compare_digest(sent.encode(), expected.encode()):
            raise web.HTTPNotFound(text="This page doesn't exist.\n")
        try:
            return web.Response(text=f"{await self._signup.take_report(await request.read(), self._core)}\n")
        except PaperboyError as error:
            log.error("report not processed: %s", error)
            return web.Response(status=503, text="Try again later.\n")  # the mail server keeps it and tries again

    def _expired(self) -> web.Response:
        return notice_page("This link has expired", EXPIRED, status=404, link=f"{self._root}/")

    def _visitor(self, request: web.Request) -> tuple[str, str]:
        """The client's address and network. The last forwarded address is the one that our own proxy has seen."""
        forwarded = request.headers.get("X-Forwarded-For", "") if self._services.settings.proxied else ""
        return _networks(forwarded.rpartition(",")[2].strip() or request.remote or "unknown")


def _networks(client: str) -> tuple[str, str]:
    """An IPv4 address and its /24; of an IPv6 address its /64 and /48: one household, one site."""
    try:
        version = ipaddress.ip_address(client).version
    except ValueError:
        return client, client
    own, wide = (32, 24) if version == 4 else (64, 48)
    return tuple(str(ipaddress.ip_network(f"{client}/{bits}", strict=False)) for bits in (own, wide))  # type: ignore[return-value]


def _subscribed(request: SubscriptionRequest) -> web.Response:
    return notice_page(
        "You're subscribed", f"You'll get papers {request.description}. Every mail has an unsubscribe link."
    )


def _with_error_page(handler: Handler) -> Handler:
    """The handler, with a page for errors that are ours."""

    async def handle_request(request: web.Request) -> web.Response:
        try:
            return await handler(request)
        except PaperboyError as error:
            log.error("%s %s failed: %s", request.method, request.match_info.route.name or "mail page", error)
        return notice_page(
            "Something went wrong on our side", "It has been logged. Try again in a few minutes.", status=503
        )

    return handle_request


async def _form_values(request: web.Request) -> dict[str, str]:
    """The fields of the form; other fields are ignored."""
    try:
        posted = await request.post()
    except (ValueError, LookupError):
        raise web.HTTPBadRequest(text="I can't read this form.\n") from None
    found = ((name, posted.get(name)) for name in FORM_FIELDS)
    return {name: value[:MAX_FIELD_CHARS] for name, value in found if isinstance(value, str)}
