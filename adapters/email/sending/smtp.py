"""Handing mails to our mail server, over connections that are kept for the next mail."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import NoReturn

from aiosmtplib import SMTP, SMTPException, SMTPRecipientRefused, SMTPResponseException, SMTPSenderRefused

from adapters.email.errors import SERVER_RETRY_S, reply_error
from adapters.email.sending.message import OutgoingMail
from adapters.email.settings import Settings
from bot.errors import Busy, Refused, Unsure

PREPARE_TIMEOUT_S = 12.0  # for sender and recipient: less than a delivery attempt lasts
MAX_IDLE_CONNECTIONS = 16  # as many as are in use at once
MAX_MAILS_PER_CONNECTION = 100  # servers close long-lived ones

OnContent = Callable[[], Awaitable[None]]
Deferral = Callable[[], float]
"""Seconds until the next attempt when the reader's server refuses for now."""


class SmtpRelay:
    """Our mail server."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._idle: list[tuple[SMTP, int]] = []
        self._closed = False

    async def send(
        self,
        mail: OutgoingMail,
        *,
        before_content: OnContent | None = None,
        deferral_s: Deferral = lambda: SERVER_RETRY_S,
    ) -> None:
        """Hand over one mail. `before_content` is awaited when the server has accepted sender and recipient: from
        then on it is unknown, without a reply, whether the mail arrived.

        Raises `Refused`, `Busy` or `Unsure`.
        """
        async with self._connection() as client:
            await self._prepare(client, mail, deferral_s)
            if before_content:
                await before_content()
            try:
                await client.data(mail.content, timeout=self._settings.confirm_seconds)
            except SMTPResponseException as error:
                raise reply_error("content", error.code, error.message, deferral_s) from None
            except (SMTPException, OSError, TimeoutError):
                raise Unsure("The connection to the mail server was lost before it confirmed the mail.") from None

    async def server_name(self) -> str:
        """Connect and sign in, for `doctor`; returns what the server calls itself. Raises `Busy`."""
        async with self._connection() as client:
            reply = client.last_ehlo_response
            return reply.message.split("\n")[0] if reply else ""

    async def aclose(self) -> None:
        self._closed = True
        for client, _ in self._idle:
            await _hang_up(client)
        self._idle.clear()

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[SMTP]:
        """A connection; kept for the next mail if it still works."""
        client, mails = await self._open()
        try:
            yield client
        except (Busy, Refused):  # the server's own reply: the connection works
            if not self._keep_open(client, mails):
                client.close()
            raise
        except BaseException:
            client.close()
            raise
        if not self._keep_open(client, mails):
            await _hang_up(client)

    def _keep_open(self, client: SMTP, mails: int) -> bool:
        is_kept = (
            not self._closed
            and len(self._idle) < MAX_IDLE_CONNECTIONS
            and mails < MAX_MAILS_PER_CONNECTION
            and client.is_connected
        )
        if is_kept:
            self._idle.append((client, mails + 1))
        return is_kept

    async def _open(self) -> tuple[SMTP, int]:
        while self._idle:
            client, mails = self._idle.pop()
            if await _is_alive(client):
                return client, mails
            client.close()
        client = self._client()
        try:
            async with asyncio.timeout(PREPARE_TIMEOUT_S):
                await client.connect()
        except SMTPResponseException as error:
            client.close()
            raise reply_error("connect", error.code, error.message) from None
        except (SMTPException, OSError, TimeoutError, ValueError) as error:
            client.close()
            _raise_unreachable(error)
        except BaseException:
            client.close()
            raise
        return client, 0

    async def _prepare(self, client: SMTP, mail: OutgoingMail, deferral_s: Deferral) -> None:
        """Sender and recipient. When this fails, nothing was sent."""
        try:
            async with asyncio.timeout(PREPARE_TIMEOUT_S):
                await client.mail(mail.sender)
                await client.rcpt(mail.recipient)
        except SMTPSenderRefused as error:
            raise reply_error("sender", error.code, error.message) from None
        except SMTPRecipientRefused as error:
            raise reply_error("recipient", error.code, error.message, deferral_s) from None
        except SMTPResponseException as error:
            raise reply_error("connect", error.code, error.message) from None
        except (SMTPException, OSError, TimeoutError) as error:
            client.close()
            _raise_unreachable(error)

    def _client(self) -> SMTP:
        settings = self._settings
        return SMTP(
            hostname=settings.host,
            port=settings.smtp_port,
            username=settings.user or None,
            password=settings.password or None,
            use_tls=settings.tls == "tls",
            start_tls=settings.tls == "starttls",
            cert_bundle=settings.ca_file or None,
            local_hostname=settings.domain,
            timeout=PREPARE_TIMEOUT_S,
        )


async def _is_alive(client: SMTP) -> bool:
    """Whether a kept connection still works; also resets it after a refused mail."""
    try:
        await client.rset(timeout=PREPARE_TIMEOUT_S)
    except (SMTPException, OSError, TimeoutError):
        return False
    return True


async def _hang_up(client: SMTP) -> None:
    with contextlib.suppress(SMTPException, OSError, TimeoutError):
        await client.quit(timeout=2.0)
    client.close()


def _raise_unreachable(error: Exception) -> NoReturn:
    """Names only the type of the error: its text may contain what was sent."""
    raise Busy(
        f"The mail server can't be reached ({type(error).__name__}).",
        retry_after=SERVER_RETRY_S,
        hint="Check host, port and tls in [adapters.email]; paperboy doctor tests them.",
    ) from None
