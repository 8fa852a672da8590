"""Requests that no page of ours sends: refused in good order, with careful headers; and the settings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientResponse, ClientSession

from adapters.webchat import make
from bot.chat.adapter import Setup
from bot.clock import SystemClock
from bot.errors import ConfigError
from bot.store.sql import Store
from tests.fakes.core import FakeCore
from tests.platforms.webchat.conftest import Browser

FORM = "application/x-www-form-urlencoded"


async def raw(browser: Browser, body: bytes, kind: str) -> ClientResponse:
    sent = {"X-CSRF": browser.csrf, "Content-Type": kind}
    async with browser.session.post(browser.url + "/c/papers/say", data=body, headers=sent) as answer:
        await answer.read()
        return answer


async def test_health_names_what_is_wrong(you: Browser, core: FakeCore) -> None:
    async def health() -> tuple[int, dict[str, Any]]:
        async with you.session.get(you.url + "/healthz") as answer:
            return answer.status, await answer.json()

    assert await health() == (200, {"ok": True})
    core.wrong["database"] = "can't be read"
    assert await health() == (503, {"ok": False, "database": "can't be read"})


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"text=x", f"{FORM}; charset=nope", 400),
        (b"text=\xff\xfe", FORM, 400),
        (b"no boundary here", "multipart/form-data; boundary=x", 415),
        (b'--x\r\nContent-Disposition: form-data; name="text"\r\n\r\n/papers\r\n--x--\r\n', "multipart/form-data", 415),
    ],
)
async def test_a_form_that_can_not_be_read_is_refused_though_the_token_is_right(
    you: Browser, core: FakeCore, body: bytes, kind: str, status: int
) -> None:
    answer = await raw(you, body, kind)
    assert answer.status == status
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert core.heard == []


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", FORM),
        (b'{"text": "/papers"}', "application/json"),
        (b"text=" + b"%00" * 9, FORM),
    ],
    ids=["empty", "json", "nul"],
)
async def test_other_bodies_run_no_command(you: Browser, core: FakeCore, body: bytes, kind: str) -> None:
    assert (await raw(you, body, kind)).status == 200
    assert core.heard == []


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS"])
async def test_other_methods_need_the_token_and_then_find_nothing(you: Browser, method: str) -> None:
    for headers, status in (({}, 403), ({"X-CSRF": you.csrf}, 405)):
        async with you.session.request(method, you.url + "/c/papers", headers=headers) as answer:
            assert answer.status == status
            assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


async def test_a_stream_has_no_head_and_a_page_has(you: Browser) -> None:
    for path, status in (("/events", 405), ("/c/papers", 200)):
        async with you.session.head(you.url + path) as answer:
            assert answer.status == status


async def test_a_form_of_our_own_page_is_accepted(you: Browser, core: FakeCore) -> None:
    assert (await you.post("/c/papers/say", headers={"Origin": you.url}, text="/papers")).status == 200
    assert len(core.heard) == 1


async def test_another_port_of_this_machine_is_another_site(you: Browser, core: FakeCore) -> None:
    for origin in ("http://127.0.0.1:1", "http://localhost", "https://elsewhere.example"):
        assert (await you.post("/c/papers/say", headers={"Origin": origin}, text="/papers")).status == 403
    assert core.heard == []


async def test_a_visitor_without_our_cookie_can_do_nothing(bare_url: str, core: FakeCore) -> None:
    async with ClientSession() as session:
        for path in ("/c/papers/say", "/c/papers/press", "/c/papers/submit", "/c/papers/react", "/person", "/channels"):
            async with session.post(bare_url + path, data={"csrf": "", "text": "/papers"}) as answer:
                assert answer.status == 403, path
    assert core.heard == []


async def test_cookies_are_for_this_site_and_not_for_scripts(bare_url: str) -> None:
    async with ClientSession() as session, session.get(f"{bare_url}/c/papers") as answer:
        cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie


# ---- settings


@pytest.mark.parametrize("options", [{"port": "x"}, {"port": 70_000}, {"port": -1}, {"colour": "red"}])
async def test_wrong_settings_are_named(store: Store, tmp_path: Path, options: dict[str, object]) -> None:
    with pytest.raises(ConfigError, match=next(iter(options))):
        make(Setup(options=options, storage=store.key_value("web"), home=tmp_path, clock=SystemClock()))


@pytest.mark.parametrize(("host", "ok"), [("127.0.0.1", True), ("::1", True), ("0.0.0.0", False), ("10.0.0.5", False)])
async def test_doctor_warns_when_others_can_reach_the_chat(store: Store, tmp_path: Path, host: str, ok: bool) -> None:
    adapter = make(Setup(options={"host": host}, storage=store.key_value("web"), home=tmp_path, clock=SystemClock()))
    assert adapter is not None
    (finding,) = await adapter.check_setup()
    assert (finding.ok, bool(finding.hint)) == (ok, not ok)


@pytest.mark.parametrize("value", ["false", "0", "False", False])
async def test_the_page_can_be_turned_off(store: Store, tmp_path: Path, value: object) -> None:
    setup = Setup(options={"enabled": value}, storage=store.key_value("web"), home=tmp_path, clock=SystemClock())
    assert make(setup) is None
