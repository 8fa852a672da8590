"""A polite and wary HTTP client: says who it is, asks only for what changed, and never reads without end."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from contextlib import nullcontext
from urllib.parse import urljoin

from aiohttp import ClientError, ClientResponse, ClientSession, ClientTimeout
from msgspec import Struct
from yarl import URL

from bot import __version__
from bot.clock import Clock
from bot.errors import Malformed, SourceError, Throttled, Unreachable
from bot.sources.network import connector, is_literal, is_public
from bot.sources.rate_limit import Pace, Window

USER_AGENT = f"paperboy-bot/{__version__} (+https://github.com/paperboy-bot/paperboy)"
MOST_BYTES = 20_000_000  # after decompression; a day of Daily Papers is under 1 MB, an arXiv category under 5
TRIES = 3
REDIRECTS = 5
BACK_OFF = 1.0  # seconds before the second try, doubled for the third
PATIENCE = 60.0  # the longest wait for a source's own limit; beyond it the source is skipped this time
TIMEOUT = ClientTimeout(total=30, connect=5, sock_connect=5)
BUSY = 429
REDIRECT = range(300, 400)
SERVER = range(500, 600)


class Page(Struct, frozen=True, kw_only=True):
    """An answer: its body, or that nothing changed since the last one."""

    url: str
    body: bytes = b""
    content_type: str = ""
    unchanged: bool = False
    missing: bool = False  # 404: there is no such thing
    validators: tuple[tuple[str, str], ...] = ()  # what to ask with next time, once this answer has been used


class Client:
    """Fetches pages for sources; one of these for each host's rules."""

    def __init__(
        self,
        clock: Clock,
        *,
        pace: Pace | None = None,
        allow_private: bool = True,
        connections: int = 4,
        token: str = "",
        timeout: ClientTimeout = TIMEOUT,
        most_bytes: int = MOST_BYTES,
        tries: int = TRIES,
        within: str = "",
    ) -> None:
        """`within` is an address whose origin is never left, whoever redirects us."""
        self._clock = clock
        self._most = most_bytes
        self._tries = tries
        self._within = URL(within).origin() if within else None
        self._pace = pace
        self._private = allow_private
        self._window = Window(clock)
        self._validators: dict[str, dict[str, str]] = {}
        self._token = token
        headers = {"User-Agent": USER_AGENT, "Accept-Encoding": "gzip"}
        self._session = ClientSession(
            connector=connector(allow_private=allow_private, limit=connections),
            headers=headers,
            timeout=timeout,
            auto_decompress=False,  # we do it ourselves, with a bound
        )

    async def get(self, url: str, params: Mapping[str, str] | None = None, *, conditional: bool = True) -> Page:
        """The page at `url`; raises `SourceError`. Tries again after a passing failure."""
        target = str(URL(url).update_query(params or {}))
        for attempt in range(1, self._tries + 1):
            try:
                return await self._once(target, conditional=conditional)
            except Throttled as error:
                if attempt == self._tries or error.retry_after > PATIENCE:
                    raise
                await self._clock.sleep(error.retry_after)
            except Unreachable:
                if attempt == self._tries:
                    raise
                await self._clock.sleep(BACK_OFF * 2 ** (attempt - 1))
        raise AssertionError("unreachable")

    def used(self, page: Page) -> None:
        """Say that an answer was read and made sense: only then is it asked for conditionally the next time."""
        self._validators[page.url] = dict(page.validators)

    async def aclose(self) -> None:
        """Close all connections."""
        await self._session.close()

    async def _once(self, url: str, *, conditional: bool) -> Page:
        if self._window.wait:
            raise Throttled(f"{_host(url)} allows no more requests for now.", retry_after=self._window.wait)
        async with self._pace.turn() if self._pace else nullcontext():
            try:
                return await self._follow(url, self._validators.get(url, {}) if conditional else {})
            except TimeoutError as error:
                raise Unreachable(f"{_host(url)} did not answer in time.", "It is asked again later.") from error
            except ValueError as error:  # an address that is none, often in a redirect
                raise Malformed(f"{_host(url)} leads to no usable address ({error}).", "Check the address.") from error
            except (ClientError, OSError) as error:
                raise Unreachable(
                    f"{_host(url)} can't be reached ({_cause(error)}).", "It is asked again later."
                ) from error

    async def _follow(self, url: str, validators: Mapping[str, str]) -> Page:
        at = url
        for _ in range(REDIRECTS):
            self._check(at)
            headers = dict(validators) | self._authority(url, at)
            async with self._session.get(at, headers=headers, allow_redirects=False) as response:
                if response.status in REDIRECT and "Location" in response.headers:
                    at = urljoin(at, response.headers["Location"])
                    continue
                return await self._page(url, response)
        raise Malformed(f"{_host(url)} redirects without end.", "Check the address.")

    def _authority(self, url: str, at: str) -> dict[str, str]:
        """The token, for the host it belongs to and no other that it may send us on to."""
        own = URL(url).origin() == URL(at).origin()
        return {"Authorization": f"Bearer {self._token}"} if self._token and own else {}

    def _check(self, url: str) -> None:
        parts = URL(url)
        if parts.scheme not in {"http", "https"} or not parts.host:
            raise Malformed(f"{url[:200]} is no web address.", "It must start with https://.")
        if self._within and parts.origin() != self._within:
            raise Malformed(f"{self._within.host} sends us on to {parts.host[:200]}.", "It is skipped.")
        if not self._private and is_literal(parts.host) and not is_public(parts.host):
            raise Malformed(f"{parts.host} is an address of this network.", "Feeds must be on the open Internet.")

    async def _page(self, url: str, response: ClientResponse) -> Page:
        self._window.read(response.headers.get("RateLimit", ""))
        kind = response.content_type
        match response.status:
            case 304:
                return Page(url=url, unchanged=True)
            case 404:
                return Page(url=url, missing=True)
            case status if status == BUSY or (status in SERVER and "Retry-After" in response.headers):
                wait = max(_seconds(response.headers.get("Retry-After", "")), self._window.wait, 1.0)
                raise Throttled(f"{_host(url)} asks us to wait {wait:.0f} s.", retry_after=wait)
            case status if status in SERVER:
                raise Unreachable(f"{_host(url)} has a fault (HTTP {status}).", "It is asked again later.")
            case 200:
                body = await _body(response, self._most)
                return Page(url=url, body=body, content_type=kind, validators=_validators(response))
            case status:
                raise SourceError(f"{_host(url)} refuses (HTTP {status}).", "Check the address and the token.")


def _validators(response: ClientResponse) -> tuple[tuple[str, str], ...]:
    names = {"ETag": "If-None-Match", "Last-Modified": "If-Modified-Since"}
    return tuple((to, response.headers[name]) for name, to in names.items() if name in response.headers)


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
        raise Malformed(f"{response.host} sent damaged gzip ({error}).", "It is asked again later.") from error
    if unzip and not unzip.eof:
        raise Malformed(f"{response.host} sent an answer that was cut off.", "It is asked again later.")
    return bytes(body)


def _seconds(header: str) -> float:
    return float(header) if header.strip().isdecimal() else 30.0 if header else 0.0


def _cause(error: Exception) -> str:
    """The system's own words, without aiohttp's around them."""
    inner = getattr(error, "os_error", None) or error
    return str(getattr(inner, "strerror", None) or inner or type(error).__name__)


def _host(url: str) -> str:
    try:
        return URL(url).host or url[:80]
    except ValueError:
        return url[:80]
