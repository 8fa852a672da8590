"""The adapter: one mail per post, found again in its own journal, and web pages to subscribe and unsubscribe."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial

from markupsafe import escape

from adapters.email import address, subscription_form
from adapters.email.events import PLATFORM, SPACE
from adapters.email.handlers import make_server
from adapters.email.render import Foot, safe_url
from adapters.email.sending.domain_rate import DomainRate
from adapters.email.sending.journal import Journal
from adapters.email.sending.message import MailWriter
from adapters.email.sending.smtp import SmtpRelay
from adapters.email.settings import Settings
from adapters.email.signup import Services, Signup
from adapters.email.signup_limit import SignupLimit
from adapters.email.subscribers import KEY_FILE, Subscriber, open_subscribers
from bot.chat.adapter import Core, Finding, Limits, Setup
from bot.chat.event import Person, Place, Ref
from bot.chat.form import Field
from bot.chat.message import Message, Text
from bot.errors import Busy, Refused
from bot.http_server import SealError, WebListener
from bot.tasks import Supervisor

MAX_MAILS_AT_ONCE = 16  # all readers are one tenant, and a mail server takes a while for each mail
WRONG_KEY_RETRY_S = 600.0
MAX_PICTURES = 10  # in a mail; figures have about 50 KB
CLEAN_UP_INTERVAL_S = 3600.0


def build_adapter(settings: Settings, setup: Setup) -> EmailAdapter:
    """The adapter from its parts."""
    return EmailAdapter(
        Services(
            settings=settings,
            subscribers=open_subscribers(setup.storage, setup.home, setup.clock, secret=settings.secret),
            journal=Journal(setup.storage, setup.clock),
            writer=MailWriter(settings),
            relay=SmtpRelay(settings),
            domain_rate=DomainRate(settings.pace, setup.clock),
            signup_limit=SignupLimit(setup.clock),
            clock=setup.clock,
            picture=setup.picture,
        ),
        setup.tasks,
    )


class EmailAdapter(WebListener):
    """Implements `CanPost`, `CanFind`, `CanInvite`, `CanListen` and `HasDoctor`."""

    name = PLATFORM
    label = ""

    def __init__(self, services: Services, tasks: Supervisor) -> None:
        super().__init__()
        self._services = services
        self._tasks = tasks
        # 30 papers of 2,100 bytes each, in two parts with markup and encoding, are one mail under 100 KB.
        self.limits = Limits(
            max_chars=66_000,
            max_blocks=120,
            max_block_chars=2_100,
            max_buttons=8,
            has_threads=False,
            max_concurrent_posts=MAX_MAILS_AT_ONCE,
            extra_attempt_s=services.settings.confirm_seconds,
        )
        self.signup = Signup(services)

    def text_width(self, run: Text) -> int:
        """Bytes in both parts of the mail."""
        return sum(_size(span.text) + _size(escape(span.text)) + 2 * len(safe_url(span.url)) for span in run)

    async def post(self, place: Place, message: Message, *, key: str) -> Ref:
        subscriber = await self._subscriber(place)
        entry = await self._services.journal.entry(key)
        if entry is None or entry.state != "sent":
            await self._send(place, subscriber, message, key)
        return Ref(place, self._services.writer.message_id(key))

    async def find_post(self, place: Place, *, key: str, since: datetime) -> Ref | None:
        """What the journal says. Whether a mail arrived that was begun and never confirmed is unknown: that raises
        `Refused`, so that it is missing rather than sent twice."""
        entry = await self._services.journal.entry(key)
        id = self._services.writer.message_id(key)
        if entry and entry.state == "sent":
            return Ref(place, id)
        if entry and entry.state == "begun" and self._services.settings.unsure == "gap":
            raise Refused(
                "The connection was lost after this mail was handed over: it may have arrived.",
                f"Its Message-ID is {id}. To send it again: paperboy retry",
            )
        return None

    @property
    def fields(self) -> tuple[Field, ...]:
        return subscription_form.fields()

    @property
    def page(self) -> str:
        return f"{self._services.settings.base_url}/"

    async def invite(self, who: Person, values: Mapping[str, str]) -> None:
        """For `/papers mail me`: the same as the form on the page, with the same limits."""
        request = subscription_form.read_form(values)
        self.signup.request_confirmation(values.get("address", ""), request, visitor=who.key, network=who.tenant)

    async def check_setup(self) -> Sequence[Finding]:
        """Does the mail server accept us, and will receivers? Connects and signs in; sends nothing."""
        settings = self._services.settings
        what = f"mail server {settings.host}:{settings.smtp_port}"
        try:
            server = Finding(what=what, ok=True, hint=await self._services.relay.server_name())
        except Busy as error:
            server = Finding(what=what, ok=False, hint=str(error))
        https_hint = "One-click unsubscribe needs https in base_url."
        report_hint = "Set report_token, and pass bounces on to Paperboy (docs/email.md)."
        return [
            server,
            Finding.check("https pages", settings.base_url.startswith("https://"), https_hint),
            Finding.check("bounces and complaints", bool(settings.report_token), report_hint),
        ]

    async def listen(self, core: Core) -> None:
        """Answer, and delete expired records once an hour."""
        settings, server = self._services.settings, make_server(self._services, self.signup, core)
        async with self.answering(server, settings.listen_host, settings.listen_port, setting="EMAIL_LISTEN_PORT"):
            await self._tasks.repeat("email clean-up", self._delete_expired, CLEAN_UP_INTERVAL_S)

    async def aclose(self) -> None:
        await self.stop_server()
        await self.signup.aclose()
        await self._services.relay.aclose()

    async def _delete_expired(self) -> None:
        await self._services.subscribers.delete_expired()
        await self._services.journal.delete_expired()

    async def _subscriber(self, place: Place) -> Subscriber:
        """The subscriber of a place. Raises `Refused` when they get no mail."""
        hint = "The reader can subscribe again on the page."
        try:
            subscriber = await self._services.subscribers.subscriber(place.channel) if place.space == SPACE else None
        except SealError as error:  # our key is wrong, not the subscriber
            key_hint = f"Set the EMAIL_SECRET, or restore the {KEY_FILE}, that the subscribers were stored with."
            raise Busy(error.message, retry_after=WRONG_KEY_RETRY_S, hint=key_hint) from error
        if subscriber is None:
            raise Refused("There is no such mail subscriber.", hint, broken=True)
        if subscriber.stopped:
            raise Refused(subscriber.stopped, hint, broken=True)
        return subscriber

    async def _send(self, place: Place, subscriber: Subscriber, message: Message, key: str) -> None:
        services, id = self._services, place.channel
        await services.domain_rate.wait_for_slot(address.domain(subscriber.address), key)
        token = services.subscribers.leave_token(id)
        found = {name: await services.picture(name) for name in message.pictures[:MAX_PICTURES]}
        mail = services.writer.write(
            message,
            self._foot(subscriber, token),
            {name: picture.jpeg for name, picture in found.items() if picture},
            to=subscriber.address,
            key=key,
            token=token,
            at=services.clock.now(),
            thread=place.thread,
        )
        try:
            await services.relay.send(
                mail,
                before_content=partial(services.journal.note, key, id, "begun"),
                deferral_s=partial(services.domain_rate.deferral_s, id),
            )
        except (Busy, Refused) as error:
            await services.journal.delete_entry(key)
            if isinstance(error, Refused) and error.broken:
                await services.subscribers.stop_subscriber(id, error.message)
            raise
        await services.journal.note(key, id, "sent")
        services.domain_rate.note_success(id)

    def _foot(self, subscriber: Subscriber, token: str) -> Foot:
        since = f"{subscriber.since.day} {subscriber.since:%B %Y}"
        return Foot(
            why=f"You get this because you subscribed on {since}: {subscriber.request.description}.",
            unsubscribe_url=f"{self._services.settings.base_url}/unsubscribe/{token}",
            form_url=f"{self._services.settings.base_url}/",
        )


def _size(text: str) -> int:
    return len(text.encode(errors="replace"))
