"""The pages' addresses: subscribe, confirm, unsubscribe; and where bounces and complaints are handed in."""

from urllib.parse import urlsplit

from aiohttp import web

from adapters.email.pages import Pages
from adapters.email.render import STATIC_FILES
from adapters.email.signup import Services, Signup, TooManyRequests
from adapters.email.subscription_form import SubscriptionRequest, read_form
from bot.chat.adapter import Core
from bot.errors import AskError
from bot.http_server import (
    Boundary,
    ConnectionLimits,
    HttpServer,
    client_address,
    form_values,
    is_from_our_page,
    own_hosts,
    tokens_match,
)

FORM_FIELDS = ("address", "days", "time", "zone", "query", "count", "pictures")
MAX_FIELD_CHARS = 500
MAX_BODY_BYTES = 2 * 1024 * 1024  # a report contains the mail that it is about
HEADERS = {"Referrer-Policy": "same-origin", "Cache-Control": "no-store"}  # addresses of the pages contain tokens
SENT = (
    "If we can write to this address, a link to confirm your subscription arrives within a few minutes. "
    "If you don't see it, check your spam folder."
)
EXPIRED = "Links to confirm work for two days. This one has expired, or it was not copied in full."
BACK = "Back to the form"


class Handlers:
    """Answers requests below the path of `base_url`, so that a proxy can pass them on unchanged."""

    def __init__(self, services: Services, signup: Signup, core: Core) -> None:
        self._services = services
        self._signup = signup
        self._core = core
        base_url = urlsplit(services.settings.base_url)
        self._root = base_url.path
        self._origin = f"{base_url.scheme}://{base_url.netloc}"
        self.pages = Pages(self._root)

    def add_to(self, app: web.Application) -> None:
        """Add the routes. Only a POST changes anything: mail scanners follow every link."""
        root = self._root
        app.add_routes([web.get(root, self.form)] if root else [])
        app.add_routes(
            [
                web.get(f"{root}/", self.form),
                web.post(f"{root}/", self.subscribe),
                web.get(f"{root}/confirm/{{token}}", self.ask_to_confirm),
                web.post(f"{root}/confirm/{{token}}", self.confirm),
                web.get(f"{root}/unsubscribe/{{token}}", self.ask_to_unsubscribe),
                web.post(f"{root}/unsubscribe/{{token}}", self.unsubscribe),
                web.post(f"{root}/reports", self.take_report),
                web.get(f"{root}/static/{{name}}", STATIC_FILES.serve),
            ]
        )

    async def form(self, request: web.Request) -> web.Response:
        return self.pages.form({})

    async def subscribe(self, request: web.Request) -> web.Response:
        """The filled-in form. The answer is the same whether or not the address is known."""
        posted = await form_values(request)
        if not (is_from_our_page(request) or is_from_our_page(request, origin=self._origin)):
            raise web.HTTPForbidden(text="This form was sent by another site.\n")
        values = {name: posted[name][:MAX_FIELD_CHARS] for name in FORM_FIELDS if name in posted}
        client = client_address(request, proxied=self._services.settings.proxied)
        try:
            self._signup.request_confirmation(values.get("address", ""), read_form(values), visitor=client)
        except AskError as error:
            return self.pages.form(values, str(error), 429 if isinstance(error, TooManyRequests) else 400)
        return self.pages.notice("Check your inbox", SENT)

    async def ask_to_confirm(self, request: web.Request) -> web.Response:
        """The link in the mail to confirm."""
        token = request.match_info["token"]
        if confirmation := await self._services.subscribers.pending_for(token):
            description = confirmation.pending.request.description
            return self.pages.page("confirm.html", description=description, token=token)
        subscriber = await self._services.subscribers.confirmed_by(token)
        return self._subscribed(subscriber.request) if subscriber else self._expired()

    async def confirm(self, request: web.Request) -> web.Response:
        try:
            subscriber = await self._signup.confirm(request.match_info["token"], self._core)
        except AskError as error:
            return self.pages.notice("Subscription not confirmed", str(error), status=400, label=BACK)
        return self._subscribed(subscriber.request) if subscriber else self._expired()

    async def ask_to_unsubscribe(self, request: web.Request) -> web.Response:
        """The link in the footer of a mail."""
        token = request.match_info["token"]
        if not self._services.subscribers.subscriber_of(token):
            return self._expired()
        return self.pages.page("unsubscribe.html", token=token)

    async def unsubscribe(self, request: web.Request) -> web.Response:
        """The button of that page, or of a mail program (RFC 8058): no cookie and no further question."""
        if not await self._signup.unsubscribe(request.match_info["token"], self._core):
            return self._expired()
        text = "You won't get any more mail, and your address has been deleted."
        return self.pages.notice("You're unsubscribed", text, label="Subscribe again")

    async def take_report(self, request: web.Request) -> web.Response:
        """A bounce or a complaint; the whole mail is the body. After a 503 the mail server tries again."""
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if not tokens_match(token, self._services.settings.report_token):
            raise web.HTTPNotFound
        return web.Response(text=f"{await self._signup.take_report(await request.read(), self._core)}\n")

    def _subscribed(self, request: SubscriptionRequest) -> web.Response:
        text = f"You'll get papers {request.description}. Every mail has an unsubscribe link."
        return self.pages.notice("You're subscribed", text)

    def _expired(self) -> web.Response:
        return self.pages.notice("This link has expired", EXPIRED, status=404, label=BACK)


def make_server(services: Services, signup: Signup, core: Core) -> HttpServer:
    """A server for a port of this machine, without TLS: a proxy adds that."""
    settings = services.settings
    app = web.Application(client_max_size=MAX_BODY_BYTES)
    handlers = Handlers(services, signup, core)
    handlers.add_to(app)
    boundary = Boundary(
        hosts=own_hosts(settings.listen_host, settings.base_url),
        https=settings.base_url.startswith("https://"),
        headers=HEADERS,
        render_error=handlers.pages.error,
    )
    return HttpServer("the mail pages", app, boundary, ConnectionLimits(proxied=settings.proxied))
