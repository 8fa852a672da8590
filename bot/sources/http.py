"""The HTTP client of all sources: says who it is, fetches only what changed, and bounds size, time and redirects."""

import zlib
from collections.abc import Mapping
from contextlib import nullcontext
from typing import Literal
from urllib.parse import urljoin

from aiohttp import ClientError, ClientResponse, ClientSession, ClientTimeout
from attrs import Factory, define, field
from yarl import URL

from bot import __version__
from bot.clock import Clock
from bot.errors import Malformed, SourceError, Throttled, Unreachable
from bot.sources.address_check import find_proxy, is_ip_literal, is_public_address, make_connector
from bot.sources.page import FetchedPage
from bot.sources.rate_limit import RequestBudget, RequestPacer

USER_AGENT = f"paperboy-bot/{__version__} (+https://github.com/paperboy-bot/paperboy)"
MAX_RESPONSE_BYTES = 20_000_000  # after decompression; a day of Daily Papers is under 1 MB, an arXiv category under 5
MAX_ATTEMPTS = 3
MAX_REDIRECTS = 5
FIRST_RETRY_DELAY_S = 1.0  # seconds before the second try, doubled for the third
MAX_RATE_LIMIT_WAIT_S = 60.0  # the longest wait for a source's own limit; beyond it the source is skipped this time
TIMEOUT = ClientTimeout(total=30, connect=5, sock_connect=5)
TOO_MANY_REQUESTS = 429
VALIDATORS = {"ETag": "If-None-Match", "Last-Modified": "If-Modified-Since"}  # of an answer, and of the next request
REDIRECT_STATUSES = range(300, 400)
SERVER_ERROR_STATUSES = range(500, 600)
PrivateAddresses = Literal["none", "configured", "any"]
"""Which addresses of this network may be fetched: none; the origin asked for, as it comes from the settings, but no
other that it redirects to; any."""


@define(eq=False)
class SourceClient:
    """Fetches pages for sources; one of these for each host's rules."""

    _clock: Clock
    _pacer: RequestPacer | None = field(default=None, kw_only=True)
    _private_addresses: PrivateAddresses = field(default="configured", kw_only=True)
    _connections: int = field(default=4, kw_only=True)
    _token: str = field(default="", kw_only=True)
    _timeout: ClientTimeout = field(default=TIMEOUT, kw_only=True)
    _max_bytes: int = field(default=MAX_RESPONSE_BYTES, kw_only=True)
    _max_attempts: int = field(default=MAX_ATTEMPTS, kw_only=True)
    _only_origin: str = field(default="", kw_only=True)  # an address whose origin no redirect may leave
    _budget: RequestBudget = field(init=False, default=Factory(lambda c: RequestBudget(c._clock), takes_self=True))
    _validators: dict[str, dict[str, str]] = field(init=False, factory=dict)
    _sessions: dict[bool, ClientSession] = field(init=False, factory=dict)  # by whether they reach the Internet only

    async def get(self, url: str, params: Mapping[str, str] | None = None, *, conditional: bool = True) -> FetchedPage:
        """The page at `url`; raises `SourceError`. Tries again after a passing failure."""
        try:
            target = str(URL(url).update_query(params or {}))
        except ValueError as error:
            raise Malformed(f"{url[:200]!r} isn't a web address ({error}).", "Check the address.") from error
        for attempt in range(1, self._max_attempts + 1):
            try:
                return await self._once(target, conditional=conditional)
            except Throttled as error:
                if attempt == self._max_attempts or error.retry_after > MAX_RATE_LIMIT_WAIT_S:
                    raise
                await self._clock.sleep(error.retry_after)
            except Unreachable:
                if attempt == self._max_attempts:
                    raise
                await self._clock.sleep(FIRST_RETRY_DELAY_S * 2 ** (attempt - 1))
        raise AssertionError("unreachable")

    def mark_used(self, page: FetchedPage) -> None:
        """Say that what an answer holds is stored: only then is the next request conditional."""
        self._validators[page.url] = dict(page.validators)

    async def aclose(self) -> None:
        """Close all connections."""
        for session in self._sessions.values():
            await session.close()

    def _session(self, *, public_only: bool) -> ClientSession:
        if public_only not in self._sessions:
            self._sessions[public_only] = ClientSession(
                connector=make_connector(public_only=public_only, limit=self._connections),
                headers={"User-Agent": USER_AGENT, "Accept-Encoding": "gzip"},
                timeout=self._timeout,
                auto_decompress=False,  # done here, with a bound
            )
        return self._sessions[public_only]

    async def _once(self, url: str, *, conditional: bool) -> FetchedPage:
        if self._budget.wait_s:
            raise Throttled(f"{_host(url)} allows no more requests for now.", retry_after=self._budget.wait_s)
        async with self._pacer.next_slot() if self._pacer else nullcontext():
            try:
                return await self._follow(url, self._validators.get(url, {}) if conditional else {})
            except TimeoutError as error:
                raise Unreachable(f"{_host(url)} did not answer in time.", "It is fetched again later.") from error
            except ValueError as error:  # not an address, often in a redirect
                raise Malformed(f"{_host(url)} leads to no usable address ({error}).", "Check the address.") from error
            except (ClientError, OSError) as error:
                inner = getattr(error, "os_error", None) or error  # the system's own words, without aiohttp's
                cause = getattr(inner, "strerror", None) or inner or type(error).__name__
                raise Unreachable(f"{_host(url)} can't be reached ({cause}).", "It is fetched again later.") from error

    async def _follow(self, url: str, validators: Mapping[str, str]) -> FetchedPage:
        at = url
        for _ in range(MAX_REDIRECTS):
            own = URL(url).origin() == URL(at).origin()
            public_only = self._private_addresses == "none" or (self._private_addresses == "configured" and not own)
            self._check(at, public_only=public_only)
            headers = dict(validators) | ({"Authorization": f"Bearer {self._token}"} if self._token and own else {})
            proxy = find_proxy(URL(at))
            session = self._session(public_only=public_only and not proxy)  # a proxy resolves the names itself
            async with session.get(at, headers=headers, allow_redirects=False, proxy=proxy) as response:
                if response.status in REDIRECT_STATUSES and "Location" in response.headers:
                    at = urljoin(at, response.headers["Location"])
                    continue
                return await self._page(url, at, response)
        raise Malformed(f"{_host(url)} redirects without end.", "Check the address.")

    def _check(self, url: str, *, public_only: bool) -> None:
        parts = URL(url)
        if parts.scheme not in {"http", "https"} or not parts.host:
            raise Malformed(f"{url[:200]} isn't a web address.", "It must start with https://.")
        if self._only_origin and parts.origin() != URL(self._only_origin).origin():
            raise Malformed(f"{_host(self._only_origin)} redirects to {parts.host[:200]}.", "It is skipped.")
        if public_only and is_ip_literal(parts.host) and not is_public_address(parts.host):
            raise Malformed(
                f"{parts.host} is an address of this network.", "Feeds and redirects must lead to the open Internet."
            )

    async def _page(self, url: str, location: str, response: ClientResponse) -> FetchedPage:
        self._budget.note_header(response.headers.get("RateLimit", ""))
        kind, header = response.headers.get("Content-Type", ""), response.headers.get("Retry-After")
        match response.status:
            case 304:
                return FetchedPage(url=url, unchanged=True)
            case 404:
                return FetchedPage(url=url, missing=True)
            case status if status == TOO_MANY_REQUESTS or (status in SERVER_ERROR_STATUSES and header is not None):
                asked = float(header) if header and header.strip().isdecimal() else 30.0 if header else 0.0
                wait = max(asked, self._budget.wait_s, 1.0)
                raise Throttled(f"{_host(url)} asks to wait {wait:.0f} s.", retry_after=wait)
            case status if status in SERVER_ERROR_STATUSES:
                raise Unreachable(f"{_host(url)} has a fault (HTTP {status}).", "It is fetched again later.")
            case 200:
                body = await _body(response, self._max_bytes)
                found = [(to, response.headers.get(name, "")) for name, to in VALIDATORS.items()]
                validators = tuple(pair for pair in found if pair[1])
                return FetchedPage(url=url, location=location, body=body, content_type=kind, validators=validators)
            case status:
                raise SourceError(f"{_host(url)} refuses (HTTP {status}).", "Check the address and the token.")


async def _body(response: ClientResponse, most: int) -> bytes:
    """The body, decompressed, in bounded memory: a few kilobytes of gzip can hold gigabytes."""
    zipped = response.headers.get("Content-Encoding", "").lower() in {"gzip", "x-gzip", "deflate"}
    unzip = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32) if zipped else None
    body = bytearray()
    try:
        async for chunk in response.content.iter_chunked(65_536):
            body += unzip.decompress(chunk, most + 1 - len(body)) if unzip else chunk
            if len(body) > most:
                raise Malformed(f"{response.host} sent more than {most // 1_000_000} MB.", "It is skipped.")
    except zlib.error as error:
        raise Malformed(f"{response.host} sent damaged gzip ({error}).", "It is fetched again later.") from error
    if unzip and not unzip.eof:
        raise Malformed(f"{response.host} sent an answer that was cut off.", "It is fetched again later.")
    return bytes(body)


def _host(url: str) -> str:
    try:
        return URL(url).host or url[:80]
    except ValueError:
        return url[:80]
