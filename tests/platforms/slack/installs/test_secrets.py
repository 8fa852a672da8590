"""Nothing that opens a workspace can be read where it does not belong: in the database's files, or in a log."""

from __future__ import annotations

import base64
import logging
from pathlib import Path

import pytest

from bot.chat.adapter import KeyValue
from bot.clock import FixedClock
from bot.errors import PaperboyError
from bot.http_server import Sealer
from bot.store.sql import Store
from tests.platforms.slack.installs.conftest import KEY
from tests.platforms.slack.installs.install_server import Browser, serve_install_pages
from tests.platforms.slack.installs.oauth_server import LIVES, SECRET, Home, OAuthServer


def stored_bytes(folder: Path) -> bytes:
    """All that lies on the disk beside the database, which is open, with its journal."""
    return b"".join(file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file())


async def live_through(slack: OAuthServer, storage: KeyValue, sealer: Sealer, clock: FixedClock) -> list[str]:
    """Installs, renewals, losses and a removal; returns every secret that there was."""
    slack.rotation = True
    states = []
    async with serve_install_pages(slack, storage, sealer, clock) as site, Browser() as ada:
        for home in (Home("T1"), Home("T2"), Home("", "Org", "E1", org_wide=True)):
            slack.next_home = home
            back = await ada.consent(await ada.start(site))
            states.append(back.partition("state=")[2].partition("&")[0])
            await ada.get(back)
        await site.installs.find_install("T7", "E1")
        slack.faults = ["", "500", "lose"]
        for _ in range(3):
            await clock.sleep(LIVES - 3_600)
            for space in ("T1", "T2", "T7"):
                try:
                    await site.installs.find_install(space)
                except PaperboyError as error:
                    logging.getLogger("test").warning("%s %r", error, error)
        await site.installs.forget_install("T2")
    return [*slack.issued, *states, SECRET, KEY]


async def test_the_database_holds_no_readable_secret(
    slack: OAuthServer, store: Store, storage: KeyValue, sealer: Sealer, clock: FixedClock, tmp_path: Path
) -> None:
    secrets = await live_through(slack, storage, sealer, clock)
    await storage.put("control", b"xoxb-that-is-not-sealed")
    found = stored_bytes(tmp_path)
    assert {file.name for file in tmp_path.iterdir()} >= {"paperboy.db", "paperboy.db-wal"}
    assert b"xoxb-that-is-not-sealed" in found  # this test can see what is there
    assert b"install/T1" in found
    assert len(secrets) > 15
    for secret in secrets:
        for form in (
            secret.encode(),
            base64.b64encode(secret.encode())[:-4],
            secret.encode("utf-16-le"),
            secret[-20:].encode(),
        ):
            assert form not in found


async def test_no_log_holds_a_secret_however_much_is_logged(
    slack: OAuthServer, storage: KeyValue, sealer: Sealer, clock: FixedClock, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        secrets = await live_through(slack, storage, sealer, clock)
    assert "workspace T1 installed Paperboy" in caplog.text
    assert "not renewed" in caplog.text
    assert not [secret for secret in secrets if secret in caplog.text]
