"""A mail server: aiosmtpd, which keeps what it takes and fails as it is told."""

from __future__ import annotations

import asyncio
import datetime as dt
import ipaddress
import re
import ssl
from collections import Counter
from collections.abc import Callable
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any, Literal

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from msgspec import Struct

from bot.clock import SystemClock

Stage = Literal["MAIL", "RCPT", "DATA"]
Fault = str | Literal["drop", "drop after", "hang", "hang after"]
"""An answer (`550 5.1.1 no such user`), or what to do instead of one; `… after` takes the mail first."""

LINK = re.compile(r"https?://[^\s<>\"]+")


class Received(Struct):
    """One mail, as it came."""

    sender: str
    recipient: str
    raw: bytes

    @property
    def mail(self) -> EmailMessage:
        parsed = message_from_bytes(self.raw, policy=default)
        assert isinstance(parsed, EmailMessage)
        return parsed

    @property
    def plain(self) -> str:
        part = self.mail.get_body(("plain",))
        assert part is not None
        return str(part.get_content())

    @property
    def html(self) -> str:
        part = self.mail.get_body(("html",))
        assert part is not None
        return str(part.get_content())

    def link(self, path: str) -> str:
        """The first address in the words that has this in it."""
        return next(url for url in LINK.findall(self.plain) if path in url)


class FakeMail:
    """An async context manager; `faults` are used up one a mail, `always` stay."""

    def __init__(self, *, tls: ssl.SSLContext | None = None, implicit: bool = False, login: str = "") -> None:
        self.received: list[Received] = []
        self.faults: dict[Stage, list[Fault]] = {"MAIL": [], "RCPT": [], "DATA": []}
        self.always: dict[Stage, Fault] = {}
        self.chance: Callable[[Stage], Fault] = lambda _: ""
        self.connections = 0
        self.slow: Callable[[], float] = lambda: 0.0
        self.port = 0
        self._tls, self._implicit, self._login = tls, implicit, login
        self._open: set[asyncio.BaseTransport] = set()

    async def __aenter__(self) -> FakeMail:
        loop = asyncio.get_running_loop()
        context = self._tls if self._implicit else None
        self._server = await loop.create_server(self._protocol, "127.0.0.1", self.port, ssl=context)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for transport in list(self._open):
            transport.abort()  # type: ignore[attr-defined]
        await asyncio.sleep(0.02)

    @property
    def by_reader(self) -> Counter[str]:
        return Counter(received.recipient for received in self.received)

    def _protocol(self) -> SMTP:
        fake = self

        class Noted(SMTP):
            def connection_made(self, transport: asyncio.BaseTransport) -> None:
                fake._open.add(transport)
                fake.connections += 1
                super().connection_made(transport)

        upgrades = self._tls is not None and not self._implicit
        options: dict[str, Any] = {"tls_context": self._tls, "require_starttls": True} if upgrades else {}
        if self._login:
            # Behind implicit TLS it can't see that there is TLS, and warns when it is told to insist on a login.
            options |= {
                "authenticator": self._authenticate,
                "auth_required": upgrades,
                "auth_require_tls": upgrades,
            }
        return Noted(self, hostname="mail.test", loop=asyncio.get_running_loop(), **options)

    def _authenticate(self, server: SMTP, session: Session, envelope: Envelope, how: str, data: Any) -> AuthResult:
        given = f"{data.login.decode()}:{data.password.decode()}" if isinstance(data, LoginPassword) else ""
        return AuthResult(success=given == self._login, handled=False)

    async def handle_MAIL(self, server: SMTP, s: Session, envelope: Envelope, sender: str, options: list[str]) -> str:
        if fault := self._next("MAIL"):
            return await self._fail(server, fault)
        envelope.mail_from = sender
        return "250 OK"

    async def handle_RCPT(self, server: SMTP, s: Session, envelope: Envelope, reader: str, options: list[str]) -> str:
        if fault := self._next("RCPT"):
            return await self._fail(server, fault)
        envelope.rcpt_tos.append(reader)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        await asyncio.sleep(self.slow())
        fault = self._next("DATA")
        if fault and not fault.endswith(" after"):
            return await self._fail(server, fault)
        assert isinstance(envelope.content, bytes)
        for reader in envelope.rcpt_tos:
            self.received.append(Received(sender=envelope.mail_from or "", recipient=reader, raw=envelope.content))
        return await self._fail(server, fault) if fault else "250 2.0.0 queued"

    def _next(self, stage: Stage) -> Fault:
        return self.faults[stage].pop(0) if self.faults[stage] else self.always.get(stage) or self.chance(stage)

    async def _fail(self, server: SMTP, fault: Fault) -> str:
        match fault:
            case "drop" | "drop after":
                server.transport.abort()
                await asyncio.sleep(3600)  # the handler ends with its connection
            case "hang" | "hang after":
                await asyncio.sleep(3600)
        return fault


def certificate(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """A server's own TLS, and the file with its authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = SystemClock().now()
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    plain = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    both, authority = folder / "server.pem", folder / "authority.pem"
    authority.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    both.write_bytes(key.private_bytes(*plain) + authority.read_bytes())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(both)
    return context, authority
