"""How often may be asked, and who is who."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from bot.catalog.api_keys import key_digest, new_key
from bot.clock import FixedClock
from bot.store.sql import Store
from tests.builders import NOW
from tests.fakes.world import paperboy
from tests.programs.conftest import Site, Starts
from tests.programs.test_api import API, problem

TOPICS = f"{API}/topics"


async def test_a_client_over_the_limit_learns_when_to_come_back(starts: Starts, clock: FixedClock) -> None:
    site = await starts(address_per_minute=3)
    left = [(await site.get(TOPICS)).headers["RateLimit"] for _ in range(3)]
    assert left == ['"address";r=2;t=60', '"address";r=1;t=60', '"address";r=0;t=60']
    clock.moment += timedelta(seconds=20)
    refused = await site.get(TOPICS)
    assert "key" in problem(refused, 429)
    assert refused.headers["Retry-After"] == "40"
    assert refused.headers["RateLimit-Policy"] == '"address";q=3;w=60'
    clock.moment += timedelta(seconds=40)
    assert (await site.get(TOPICS)).status == 200


async def test_a_key_allows_more_until_it_is_revoked(starts: Starts, store: Store) -> None:
    site, key = await starts(address_per_minute=2, key_per_minute=5), new_key()
    assert await store.api_keys.add_key("bench", key_digest(key), NOW)
    for _ in range(5):
        assert (await site.get(TOPICS, Authorization=f"Bearer {key}")).status == 200
    assert problem(await site.get(TOPICS, Authorization=f"Bearer {key}"), 429)
    assert (await site.get(TOPICS)).status == 200  # the address has what it had
    assert await store.api_keys.remove_key("bench")
    refused = await site.get(TOPICS, Authorization=f"Bearer {key}")
    assert "unknown" in problem(refused, 401)
    assert refused.headers["WWW-Authenticate"] == "Bearer"


async def test_guessing_keys_uses_up_what_an_address_has(starts: Starts) -> None:
    site = await starts(address_per_minute=3)
    given = ["Bearer pb_wrong", "Basic YTpi", "Bearer " + "x" * 4_000]
    assert [(await site.get(TOPICS, Authorization=said)).status for said in given] == [401] * 3
    assert (await site.get(TOPICS)).status == 429


async def test_behind_a_proxy_each_reader_is_counted_alone(starts: Starts) -> None:
    site = await starts(address_per_minute=1, proxied=True)
    seen = [
        ("203.0.113.1", 200),
        ("203.0.113.1", 429),
        ("203.0.113.1, 203.0.113.2", 200),  # the last is what our proxy saw; what stands before anybody can write
        ("2001:db8::1", 200),
        ("2001:db8::2", 429),  # the same household
        ("2001:db8:1::1", 200),
        ("<script>", 200),  # no address: it is counted as the proxy's own
        ("nonsense", 429),
    ]
    assert [(who, (await site.get(TOPICS, X_Forwarded_For=who)).status) for who, _ in seen] == seen


async def test_without_a_proxy_the_forwarded_address_is_ignored(starts: Starts) -> None:
    site = await starts(address_per_minute=1)
    assert (await site.get(TOPICS, X_Forwarded_For="203.0.113.1")).status == 200
    assert (await site.get(TOPICS, X_Forwarded_For="203.0.113.2")).status == 429


async def test_options_requests_are_not_counted(starts: Starts) -> None:
    site = await starts(address_per_minute=1)
    for _ in range(5):
        assert (await site.get(TOPICS, "OPTIONS")).status == 204
    assert (await site.get(TOPICS)).status == 200


async def test_keys_are_made_listed_and_revoked_in_the_terminal(tmp_path: Path, starts: Starts, store: Store) -> None:
    site = await starts(address_per_minute=1)
    made = await paperboy(tmp_path, "keys", "add", "weekly report")
    key = made.out.strip()
    assert (made.code, key.startswith("pb_")) == (0, True)
    await store.back_up(tmp_path / "copy.db")
    assert key.encode() not in (tmp_path / "copy.db").read_bytes()
    assert key_digest(key).encode() in (tmp_path / "copy.db").read_bytes()
    assert await _works(site, key)
    twice = await paperboy(tmp_path, "keys", "add", "weekly report")
    assert (twice.code, twice.out) == (1, "")
    listed = await paperboy(tmp_path, "keys", "list")
    assert "weekly report" in listed.out
    assert key not in listed.out
    assert (await paperboy(tmp_path, "keys", "remove", "weekly report")).code == 0
    assert not await _works(site, key)
    assert (await paperboy(tmp_path, "keys", "remove", "weekly report")).code == 1


async def _works(site: Site, key: str) -> bool:
    return (await site.get(TOPICS, Authorization=f"Bearer {key}")).status == 200
