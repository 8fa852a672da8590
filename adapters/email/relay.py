"""Handing mails to our mail server: connections that are kept for the next mail, and what became of each mail."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import NoReturn

from aiosmtplib import SMTP, SMTPException, SMTPRecipientRefused, SMTPResponseException, SMTPSenderRefused

from adapters.email import replies
from adapters.email.letter import Letter
from adapters.email.replies import AWAY
from adapters.email.settings import Settings
from bot.errors import Busy, Refused, Unsure

PREPARE = 12.0  # seconds until the server must have taken sender and recipient: less than an attempt lasts
HAND_OVER = 60.0  # for the mail itself; filters take their time
KEPT = 16  # connections that wait for the next mail: as many as are in use at once
MAILS = 100  # on one connection: servers close those that go on too long

Begin = Callable[[], Awaitable[None]]
Rest = Callable[[], float]
"""How long a mail waits whose reader's server said “not now”, in seconds."""


class Relay:
    """The way to one mail server."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._idle: list[tuple[SMTP, int]] = []
        self._closed = False

    async def send(self, letter: Letter, *, begin: Begin, rest: Rest = lambda: AWAY) -> None:
        """Hand over one mail. `begin` is awaited when everything but the mail itself was taken: from there on nobody
        can know, without an answer, whether it arrived.

        Raises `Refused`, `Busy` or `Unsure`.
        """
        async with self._connection() as client:
            await self._prepare(client, letter, rest)
            await begin()
            try:
                await client.data(letter.content, timeout=HAND_OVER)
            except SMTPResponseException as error:
                raise replies.error("content", error.code, error.message, rest) from None
            except (SMTPException, OSError, TimeoutError):
                raise Unsure(
                    "The connection to the mail server ended before it said whether it has the mail."
                ) from None

    async def look(self) -> str:
        """Connect and sign in, for `doctor`: what the server calls itself. Raises `Busy`."""
        async with self._connection() as client:
            heard = client.last_ehlo_response
            return heard.message.split("\n")[0] if heard else ""

    async def aclose(self) -> None:
        self._closed = True
        for client, _ in self._idle:
            await _hang_up(client)
        self._idle.clear()

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[SMTP]:
        """A connection, kept for the next mail when nothing went wrong with it."""
        client, mails = await self._open()
        try:
            yield client
        except (Busy, Refused):  # the server said so: it can take the next mail
            if not self._keep(client, mails):
                client.close()
            raise
        except BaseException:
            client.close()
            raise
        if not self._keep(client, mails):
            await _hang_up(client)

    def _keep(self, client: SMTP, mails: int) -> bool:
        room = not self._closed and len(self._idle) < KEPT and mails < MAILS and client.is_connected
        if room:
            self._idle.append((client, mails + 1))
        return room

    async def _open(self) -> tuple[SMTP, int]:
        while self._idle:
            client, mails = self._idle.pop()
            if await _is_alive(client):
                return client, mails
            client.close()
        client = self._client()
        try:
            async with asyncio.timeout(PREPARE):
                await client.connect()
        except SMTPResponseException as error:
            client.close()
            raise replies.error("connect", error.code, error.message) from None
        except (SMTPException, OSError, TimeoutError, ValueError) as error:
            client.close()
            _away(error)
        except BaseException:
            client.close()
            raise
        return client, 0

    async def _prepare(self, client: SMTP, letter: Letter, rest: Rest) -> None:
        """Sender and recipient. Nothing was sent when this fails, whatever the reason."""
        try:
            async with asyncio.timeout(PREPARE):
                await client.mail(letter.sender)
                await client.rcpt(letter.recipient)
        except SMTPSenderRefused as error:
            raise replies.error("sender", error.code, error.message) from None
        except SMTPRecipientRefused as error:
            raise replies.error("recipient", error.code, error.message, rest) from None
        except SMTPResponseException as error:
            raise replies.error("connect", error.code, error.message) from None
        except (SMTPException, OSError, TimeoutError) as error:
            client.close()
            _away(error)

    def _client(self) -> SMTP:
        ours = self._settings
        return SMTP(
            hostname=ours.host,
            port=ours.smtp_port,
            username=ours.user or None,
            password=ours.password or None,
            use_tls=ours.tls == "tls",
            start_tls=ours.tls == "starttls",
            cert_bundle=ours.ca_file or None,
            local_hostname=ours.domain,
            timeout=PREPARE,
        )


async def _is_alive(client: SMTP) -> bool:
    """Whether a kept connection still is one; also clears what a refused mail left."""
    try:
        await client.rset(timeout=PREPARE)
    except (SMTPException, OSError, TimeoutError):
        return False
    return True


async def _hang_up(client: SMTP) -> None:
    with contextlib.suppress(SMTPException, OSError, TimeoutError):
        await client.quit(timeout=2.0)
    client.close()


def _away(error: Exception) -> NoReturn:
    """The library's words may hold what was sent; its kind of error says enough."""
    raise Busy(
        f"The mail server can't be reached ({type(error).__name__}).",
        retry_after=AWAY,
        hint="Look at host, port and tls in [adapters.email]; paperboy doctor tries it.",
    ) from None
