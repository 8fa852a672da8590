"""Sealing, limits, client addresses, forms, and the response cache."""

from __future__ import annotations

import asyncio
import gzip
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import make_mocked_request
from multidict import CIMultiDict

from bot.clock import FixedClock, SystemClock
from bot.errors import ConfigError
from bot.http_server import (
    Content,
    CsrfCookie,
    RateLimiter,
    ResponseCache,
    Sealer,
    SealError,
    cache_key,
    client_address,
    form_values,
    is_from_our_page,
    open_sealer,
)
from bot.http_server.response_cache import ENTRY_BYTES
from tests.http_server.strangers import serving

OLD, NEW = "o" * 40, "n" * 40


class TestSealer:
    def test_opens_what_it_sealed_under_the_same_name_only(self, clock: FixedClock) -> None:
        sealer = Sealer([NEW], clock)
        sealed = sealer.seal("install/T1", b"token")
        assert sealer.open("install/T1", sealed) == b"token"
        with pytest.raises(SealError):
            sealer.open("install/T2", sealed)
        with pytest.raises(SealError):
            Sealer([OLD], clock).open("install/T1", sealed)
        assert b"token" not in sealed
        assert NEW not in repr(sealer)

    def test_an_older_secret_still_opens_and_values_move_to_the_newest(self, clock: FixedClock) -> None:
        sealed = Sealer([OLD], clock).seal("a", b"token")
        both = Sealer([NEW, OLD], clock)
        moved = both.reseal("a", sealed)
        assert moved and Sealer([NEW], clock).open("a", moved) == b"token"
        assert both.reseal("a", moved) is None

    def test_a_text_opens_until_it_is_too_old_and_anything_else_is_none(self, clock: FixedClock) -> None:
        sealer, life = Sealer([NEW], clock), timedelta(minutes=10)
        text = sealer.seal_text("state", b"\0value")
        assert set(text) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")
        clock.moment += life - timedelta(seconds=1)
        assert sealer.open_text("state", text, max_age=life) == b"\0value"
        clock.moment += timedelta(seconds=1)
        assert sealer.open_text("state", text, max_age=life) is None
        for rubbish in ("", "é", text[:-1], text.swapcase(), "a" * 100_000):
            assert sealer.open_text("state", rubbish) is None

    def test_a_stable_seal_is_always_the_same_and_opens_nowhere_else(self, clock: FixedClock) -> None:
        sealer = Sealer([NEW], clock)
        text = sealer.seal_stable("place", b"slack/T1/C1")
        assert text == Sealer([NEW, OLD], clock).seal_stable("place", b"slack/T1/C1")
        assert sealer.open_stable("place", text) == b"slack/T1/C1"
        assert [sealer.open_stable("other", text), Sealer([OLD], clock).open_stable("place", text)] == [None, None]
        assert [sealer.open_stable("place", rubbish) for rubbish in ("", "é", "A", text[1:])] == [None] * 4

    def test_a_token_is_for_one_purpose_and_survives_other_case(self, clock: FixedClock) -> None:
        sealer = Sealer([NEW], clock)
        token = sealer.sign("leave", "abc")
        assert sealer.verify("leave", token.upper()) == "abc"
        assert [sealer.verify("confirm", token), sealer.verify("leave", "abc"), sealer.verify("leave", "é.é")] == [
            ""
        ] * 3

    def test_a_key_file_is_made_once_for_its_owner_and_opens_beside_given_secrets(
        self, tmp_path: Path, clock: FixedClock
    ) -> None:
        file = tmp_path / "test.key"
        sealed = open_sealer(file, "a test", clock).seal("a", b"1")
        assert file.stat().st_mode & 0o777 == 0o600
        assert open_sealer(file, "a test", clock, secrets_newest_first=[NEW, ""]).open("a", sealed) == b"1"
        file.write_text("short")
        with pytest.raises(ConfigError, match="holds no key"):
            open_sealer(file, "a test", clock)
        with pytest.raises(ConfigError, match="too short"):
            Sealer(["short"], clock)


class TestRateLimiter:
    def test_counts_each_client_by_the_window_of_its_first_request(self, clock: FixedClock) -> None:
        limiter = RateLimiter(clock, policy="address", limit=2)
        assert [limiter.take("a").remaining for _ in range(4)] == [1, 0, -1, -1]
        assert limiter.take("b").remaining == 1
        clock.moment += timedelta(seconds=59)
        refused = limiter.take("a")
        assert refused.is_exceeded
        assert refused.headers == {
            "RateLimit-Policy": '"address";q=2;w=60',
            "RateLimit": '"address";r=0;t=1',
            "Retry-After": "1",
        }
        clock.moment += timedelta(seconds=1)
        assert limiter.take("a").remaining == 1

    def test_remembers_no_more_clients_than_it_may_and_drops_those_that_rest(self, clock: FixedClock) -> None:
        limiter = RateLimiter(clock, policy="address", limit=1, max_clients=100)
        for number in range(1_000):
            limiter.take(f"stranger {number}")
            limiter.take("who asks all the time")
        assert limiter.take("who asks all the time").is_exceeded
        assert not limiter.take("stranger 1").is_exceeded


@pytest.mark.parametrize(
    ("lines", "client"),
    [
        ([], "127.0.0.1"),
        (["203.0.113.7"], "203.0.113.7"),
        (["6.6.6.6, 203.0.113.7"], "203.0.113.7"),
        (["6.6.6.6", "203.0.113.7"], "203.0.113.7"),  # the client's own line, then the proxy's
        (["6.6.6.6", "5.5.5.5, 203.0.113.7:443"], "203.0.113.7"),
        (["[2001:db8:1:2::7]:443"], "2001:db8:1:2::/64"),
        (["2001:db8:1:2:ffff::1"], "2001:db8:1:2::/64"),
        (["::ffff:203.0.113.7"], "203.0.113.7"),
        (["fe80::1%eth0"], "fe80::/64"),
        (["6.6.6.6", "unknown"], "127.0.0.1"),
    ],
)
def test_behind_a_proxy_its_own_entry_is_the_client(lines: list[str], client: str) -> None:
    headers = CIMultiDict([("X-Forwarded-For", line) for line in lines])
    request = make_mocked_request("GET", "/", headers=headers).clone(remote="127.0.0.1")
    assert client_address(request, proxied=True) == client
    assert client_address(request, proxied=False) == "127.0.0.1"


@pytest.mark.parametrize(
    ("headers", "ours"),
    [
        ({}, True),
        ({"Origin": "http://127.0.0.1:8420"}, True),
        ({"Origin": "http://127.0.0.1:8430"}, False),
        ({"Origin": "null"}, False),
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({"Sec-Fetch-Site": "none"}, True),
        ({"Sec-Fetch-Site": "same-site"}, False),
        ({"Sec-Fetch-Site": "cross-site"}, False),
    ],
)
def test_a_form_of_another_page_is_known_by_what_the_browser_says(headers: dict[str, str], ours: bool) -> None:
    request = make_mocked_request("POST", "/", headers={"Host": "127.0.0.1:8420"} | headers)
    assert is_from_our_page(request) is ours


async def test_a_form_needs_the_token_of_the_cookie() -> None:
    csrf = CsrfCookie("paperboy-test")

    async def form(request: web.Request) -> web.Response:
        if request.method == "GET":
            response = web.Response(text=(token := csrf.token(request)))
            csrf.remember(response, token)
            return response
        csrf.check(request, (await form_values(request)).get("csrf", ""))
        return web.Response(text="done")

    async with serving(form=form) as server, ClientSession() as session:
        url = f"{server.url}/form"
        async with session.post(url, data={"csrf": ""}) as answer:
            assert (answer.status, await answer.text()) == (403, "This page is out of date. Load it again.\n")
        async with session.get(url) as answer:
            token = await answer.text()
        session.cookie_jar.update_cookies({"paperboy-test": token})
        cookies = {"Cookie": f"paperboy-test={token}"}
        async with session.post(url, data={"csrf": token}, headers=cookies) as answer:
            assert (answer.status, await answer.text()) == (200, "done")
        async with session.post(url, data={"csrf": token}, headers=cookies | {"Origin": "http://evil"}) as answer:
            assert answer.status == 403
        headers = {"Content-Type": "application/x-www-form-urlencoded; charset=nonsense"}
        async with session.post(url, data=b"csrf=1", headers=cookies | headers) as answer:
            assert answer.status == 400


class TestResponseCache:
    async def test_many_who_ask_at_once_wait_for_one_making(self, clock: FixedClock) -> None:
        made = 0

        async def make() -> Content:
            nonlocal made
            made += 1
            await asyncio.sleep(0.01)
            return Content(body=b"page", content_type="text/plain")

        cache = ResponseCache(clock, fresh_s=10)
        found = await asyncio.gather(*(cache.get("/", make) for _ in range(100)))
        assert {one.content.body for one in found} == {b"page"}
        assert made == 1
        clock.moment += timedelta(seconds=10)
        await cache.get("/", make)
        assert made == 2

    async def test_one_who_asks_too_often_gets_what_is_there_or_is_refused(self, clock: FixedClock) -> None:
        async def make() -> Content:
            return Content(body=str(clock.moment).encode(), content_type="text/plain")

        def refuse() -> None:
            raise web.HTTPTooManyRequests

        cache = ResponseCache(clock, fresh_s=1)
        first = await cache.get("/", make)
        clock.moment += timedelta(seconds=30)
        assert await cache.get("/", make, admit=refuse) == first
        with pytest.raises(web.HTTPTooManyRequests):
            await cache.get("/other", make, admit=refuse)
        assert await cache.get("/", make) != first

    async def test_keys_and_entries_count_and_errors_are_not_kept(self, clock: FixedClock) -> None:
        async def make() -> Content:
            return Content(body=b"a" * 100, content_type="text/plain")

        async def fail() -> Content:
            return Content(body=b"a" * 100, content_type="text/plain", status=404)

        cache = ResponseCache(clock, fresh_s=10, max_bytes=100_000)
        for number in range(1_000):
            await cache.get(f"/{number}?x=" + "a" * 60_000, make)
            await cache.get(f"/nowhere/{number}", fail)
            assert cache.bytes <= 100_000
        assert cache.bytes > 100_000 - 2 * ENTRY_BYTES

    async def test_an_answer_is_looked_over_and_made_again_only_when_it_is_no_longer_so(
        self, clock: FixedClock
    ) -> None:
        made, current = 0, True

        async def is_current() -> bool:
            return current

        async def make() -> Content:
            nonlocal made
            made += 1
            return Content(body=str(made).encode(), content_type="text/plain", is_current=is_current)

        cache = ResponseCache(clock, fresh_s=1, stale_s=5, max_age_s=60)
        bodies = []
        for seconds, holds in ((0, True), (2, True), (6, True), (2, False), (0.5, True), (61, True)):
            clock.moment += timedelta(seconds=seconds)
            current = holds
            bodies.append((await cache.get("/", make)).content.body)
            await asyncio.sleep(0.01)
        assert bodies == [b"1", b"1", b"1", b"1", b"2", b"3"]

    async def test_a_client_that_has_it_gets_304_and_one_that_takes_gzip_gets_that(self) -> None:
        cache, text = ResponseCache(SystemClock(), fresh_s=10), b"paper " * 1_000

        async def page(request: web.Request) -> web.Response:
            async def make() -> Content:
                return Content(body=text, content_type="text/plain; charset=utf-8", is_dated=True)

            return (await cache.get("/", make)).response(request, "no-cache")

        async with serving(page=page) as server, ClientSession(auto_decompress=False) as session:
            url = f"{server.url}/page"
            async with session.get(url, headers={"Accept-Encoding": "gzip"}) as answer:
                assert gzip.decompress(await answer.read()) == text
                tag, since = answer.headers["ETag"], answer.headers["Last-Modified"]
            async with session.get(url, headers={"Accept-Encoding": "gzip;q=0"}) as answer:
                assert await answer.read() == text
            for known in ({"If-None-Match": tag}, {"If-None-Match": '"x", ' + tag}, {"If-Modified-Since": since}):
                async with session.get(url, headers=known) as answer:
                    assert (answer.status, await answer.read()) == (304, b"")
            async with session.get(url, headers={"If-None-Match": '"x"', "If-Modified-Since": since}) as answer:
                assert answer.status == 200

    def test_a_key_has_only_what_its_page_knows_in_one_order(self) -> None:
        keys = {
            cache_key(make_mocked_request("GET", path), ("q", "page"))
            for path in ("/s?q=a&page=2", "/s?page=2&q=a", "/s?q=a&page=2&x=1", "/s?q=a&page=2&q=b&sort=")
        }
        assert keys == {"/s?page=2&q=a"}

    def test_a_key_stays_short_however_long_a_parameter_is(self) -> None:
        keys = {cache_key(make_mocked_request("GET", f"/s?q={'a' * 60_000}{end}"), ("q",)) for end in "bc"}
        assert len(keys) == 2
        assert max(map(len, keys)) < 100
