"""Subscribing, confirming, unsubscribing, bounces and complaints: what the pages do, without the pages."""

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable

from msgspec import Struct

from adapters.email import address, events
from adapters.email.render import Foot
from adapters.email.sending import bounces
from adapters.email.sending.domain_rate import DomainRate
from adapters.email.sending.journal import Journal
from adapters.email.sending.message import MailWriter, OutgoingMail
from adapters.email.sending.smtp import SmtpRelay
from adapters.email.settings import Settings
from adapters.email.signup_limit import SignupLimit, wider_network
from adapters.email.subscribers import Confirmation, Subscriber, Subscribers
from adapters.email.subscription_form import SubscriptionRequest
from bot.chat.adapter import Core
from bot.chat.event import Answer
from bot.chat.message import Controls, Footnote, Heading, LinkButton, Message, Paragraph, text
from bot.clock import Clock
from bot.errors import AskError, Busy, PaperboyError, Refused, Unsure
from bot.papers.pictures import Picture

log = logging.getLogger(__name__)

MAX_WAITING_MAILS = 500  # more than the limits let through in an hour
MAX_MAILS_AT_ONCE = 4  # so that delivery keeps most of the connections
MAX_ATTEMPTS = 4
MAX_RETRY_S = 300.0
CLOSE_TIMEOUT_S = 2.0


class Services(Struct, frozen=True, kw_only=True):
    """The services that posting and subscribing share."""

    settings: Settings
    subscribers: Subscribers
    journal: Journal
    writer: MailWriter
    relay: SmtpRelay
    domain_rate: DomainRate
    signup_limit: SignupLimit
    clock: Clock
    picture: Callable[[str], Awaitable[Picture | None]]  # by the name that a card has


class Signup:
    """Double opt-in: an address gets nothing but one question until its reader says yes."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._subscribers = services.subscribers
        self._mails: set[asyncio.Task[None]] = set()
        self._slots = asyncio.Semaphore(MAX_MAILS_AT_ONCE)
        self._adding = asyncio.Lock()  # two requests for one address at the same time are one mail

    def request_confirmation(
        self, raw_address: str, request: SubscriptionRequest, *, visitor: str, network: str = ""
    ) -> None:
        """Have a mail with a link to confirm sent, in the background: neither the answer nor its time tells whether
        the address has subscribed, was asked before, or is blocked. Raises `AskError`."""
        to = address.parse(raw_address)
        domain, network = address.domain(to), network or wider_network(visitor)
        allowed = self._services.signup_limit.allow_request(visitor, network, domain)
        if not allowed or len(self._mails) >= MAX_WAITING_MAILS:
            raise TooManyRequests("Too many requests.", "Try again in an hour.")
        task = asyncio.create_task(self._send_confirmation(to, request))
        self._mails.add(task)
        task.add_done_callback(self._mails.discard)

    async def wait_until_sent(self) -> None:
        """Wait for the mails that are under way."""
        while self._mails:
            await asyncio.wait(self._mails)

    async def aclose(self) -> None:
        """Wait a moment for mails that are being sent; readers of the others have to request a new link."""
        try:
            async with asyncio.timeout(CLOSE_TIMEOUT_S):
                await self.wait_until_sent()
        except TimeoutError:
            for task in self._mails:
                task.cancel()
            await asyncio.gather(*self._mails, return_exceptions=True)

    async def confirm(self, token: str, core: Core) -> Subscriber | None:
        """Store the subscriber and subscribe them in the core; repeating it changes nothing. None for an invalid link.
        Raises `AskError` with what the core has against the request."""
        confirmation = await self._subscribers.pending_for(token)
        if confirmation is None:
            return await self._subscribers.confirmed_by(token)
        id, nonce = confirmation.id, confirmation.nonce
        subscriber = await self._subscribers.confirm(confirmation)
        if subscriber.replaces:
            await self._command(core, id, "unschedule", f"{nonce}-off")
        answer = await self._command(core, id, subscriber.request.command, f"{nonce}-on")
        if answer and all(isinstance(block, Paragraph | Footnote) for block in answer.message.blocks):
            raise AskError(answer.message.plain)  # words alone are a refusal; else there is a heading
        await self._subscribers.delete_all_pending(id)
        log.info("subscriber %s confirmed", id)
        return subscriber

    async def unsubscribe(self, token: str, core: Core) -> bool:
        """Delete a subscriber; True also if they had left before, False for an invalid token."""
        id = self._subscribers.subscriber_of(token)
        if not id:
            return False
        was_asked = await self._subscribers.delete_all_pending(id)
        if await self._subscribers.delete_subscriber(id):  # first: if the rest fails, no mail is sent any more
            log.info("subscriber %s unsubscribed", id)
            await self._command(core, id, "unschedule", secrets.token_hex(8))
        elif was_asked:
            await self._subscribers.block(id)  # someone else entered this address
        return True

    async def take_report(self, raw: bytes, core: Core) -> str:
        """Act on a bounce or a complaint; returns `bounce`, `complaint`, `ignored` or `unknown` (no such mail)."""
        report = bounces.read_report(raw)
        if report is None:
            return "ignored"
        ids = await self._subscribers_in(report)
        for id in ids:
            log.info("subscriber %s: %s %s", id, report.kind, report.status)
            if report.kind == "complaint":
                await self._handle_complaint(id, core)
            else:
                await self._handle_bounce(id, report.status, core)
        return report.kind if ids else "unknown"

    async def _subscribers_in(self, report: bounces.Report) -> set[str]:
        ids = {id for token in report.tokens if (id := self._subscribers.subscriber_of(token))}
        entries = [await self._services.journal.entry(key) for key in report.keys] if not ids else []
        return ids | {entry.subscriber for entry in entries if entry}

    async def _handle_complaint(self, id: str, core: Core) -> None:
        """“This is spam” ends it for good."""
        await self._subscribers.block(id)
        await self._subscribers.delete_all_pending(id)
        if await self._subscribers.delete_subscriber(id):
            await self._command(core, id, "unschedule", secrets.token_hex(8))

    async def _handle_bounce(self, id: str, status: str, core: Core) -> None:
        """The mailbox is gone: the subscription is held, with this reason."""
        why = f"Mail to this address came back ({status})."
        await self._subscribers.delete_all_pending(id)
        if await self._subscribers.subscriber(id):
            await self._subscribers.stop_subscriber(id, why)
            event = events.removed(id, why, at=self._services.clock.now(), cause=secrets.token_hex(8))
            await core.handle_event(event)

    async def _command(self, core: Core, id: str, command: str, cause: str) -> Answer | None:
        """Run a command in the subscriber's own place."""
        return await core.handle_event(events.command(id, command, at=self._services.clock.now(), cause=cause))

    async def _send_confirmation(self, to: str, request: SubscriptionRequest) -> None:
        try:
            async with self._adding:
                confirmation = await self._subscribers.add_pending(to, request)
            if confirmation is None:
                return
            if self._services.signup_limit.allow_mail(address.mailbox(to)):
                await self._send_with_retries(confirmation)
            else:
                await self._subscribers.delete_pending(confirmation)
        except PaperboyError as error:
            log.error("confirmation mail not sent: %s", error)
        except Exception:
            log.exception("confirmation mail not sent")

    async def _send_with_retries(self, confirmation: Confirmation) -> None:
        """When the mail can't be sent its link is deleted, so that another may be asked for at once."""
        for attempt in range(1, MAX_ATTEMPTS + 1):
            try:
                async with self._slots:
                    await self._services.relay.send(self._confirmation_mail(confirmation))
            except Unsure:  # it may have arrived: its link stays good
                return
            except (Busy, Refused) as error:
                if attempt == MAX_ATTEMPTS or isinstance(error, Refused):
                    await self._subscribers.delete_pending(confirmation)
                    raise
                await self._services.clock.sleep(min(error.retry_after, MAX_RETRY_S))
            else:
                return

    def _confirmation_mail(self, confirmation: Confirmation) -> OutgoingMail:
        base_url = self._services.settings.base_url
        link = f"{base_url}/confirm/{self._subscribers.confirm_token(confirmation)}"
        token = self._subscribers.leave_token(confirmation.id)
        return self._services.writer.write(
            _confirmation_message(confirmation.pending.request, link),
            Foot(
                why="Someone entered this address at Paperboy. If it wasn't you, you can ignore this mail.",
                unsubscribe_url=f"{base_url}/unsubscribe/{token}",
                unsubscribe_label="I didn't ask for this",
            ),
            {},
            to=confirmation.pending.address,
            key=f"confirm-{confirmation.nonce}",
            token=token,
            at=self._services.clock.now(),
        )


class TooManyRequests(AskError):
    """A limit for confirmation mails is reached."""


def _confirmation_message(request: SubscriptionRequest, link: str) -> Message:
    what = f"This address was entered to get research papers by mail: {request.description_without_topic}."
    return Message(
        plain="Confirm your subscription to research papers",
        blocks=(
            Heading("Confirm your subscription"),
            Paragraph(text(what)),
            Controls((LinkButton(label="Confirm subscription", url=link),)),
            Footnote(text("The link works for two days. You get no papers until you confirm.")),
        ),
    )
