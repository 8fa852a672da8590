"""Pictures in posts: at the site's address, or uploaded to Slack where the token has the scope for it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from adapters.slack import make
from adapters.slack.adapter import SlackAdapter
from adapters.slack.install.scopes import SCOPES
from bot.chat.adapter import Setup
from bot.chat.event import Place
from bot.chat.message import Card, Message, text
from bot.clock import SystemClock
from bot.papers.pictures import Picture
from bot.store.sql import Store
from tests.fakes.slack import FakeSlack, Room, Workspace

JPEG = b"\xff\xd8\xff\xe0 a picture"
NAME = "figure/arxiv:2503.00001"
CARD = Card(
    paper="arxiv:2503.00001",
    title="Nests",
    url="https://arxiv.org/abs/2503.00001",
    summary="Warm.",
    picture=NAME,
    credit=text("Figure 2 of the paper, CC BY 4.0"),
)
POST = Message(plain="Nests", blocks=(CARD,))
UPLOAD = ("files.getUploadURLExternal", "files.completeUploadExternal")
Start = Callable[..., SlackAdapter]


async def the_picture(name: str) -> Picture | None:
    return Picture(jpeg=JPEG, width=880, height=400) if name == NAME else None


@pytest.fixture
async def start(slack: FakeSlack, acme: Workspace, store: Store, tmp_path: Path) -> Start:
    """Starts an adapter that has the picture; `url` is the site's."""

    def started(token: str = "", url: str = "", **more: object) -> SlackAdapter:
        adapter = make(
            Setup(
                options={"api_url": slack.api_url, "bot_token": token or acme.token, "app_token": "xapp-1"},
                storage=store.key_value("slack"),
                home=tmp_path,
                clock=SystemClock(),
                picture=the_picture,
                picture_url=lambda name: url,
            )
        )
        assert adapter is not None
        return adapter

    return started


async def images(papers: Room) -> list[dict[str, object]]:
    return [block for held in await papers.messages() for block in held.blocks if block["type"] == "image"]


async def calls(slack: FakeSlack, *methods: str) -> list[str]:
    return [seen.method for seen in await slack.requests() if seen.method in methods]


async def test_a_public_address_is_shown_and_nothing_uploaded(
    start: Start, place: Place, papers: Room, slack: FakeSlack
) -> None:
    adapter = start(url="https://papers.example/figure/1.jpg")
    await adapter.post(place, POST, key="k1")
    (image,) = await images(papers)
    assert image["image_url"] == "https://papers.example/figure/1.jpg"
    assert image["alt_text"] == "Figure 2 of the paper, CC BY 4.0. Nests"
    assert await calls(slack, *UPLOAD) == []
    await adapter.aclose()


async def test_an_address_that_slack_can_not_fetch_costs_the_picture_and_not_the_post(
    start: Start, place: Place, papers: Room
) -> None:
    adapter = start(url="https://x.invalid/1.jpg")
    ref = await adapter.post(place, POST, key="k1")
    await adapter.edit_post(ref, Message(plain="Nests", blocks=(replace(CARD, title="Nests for All"),)))
    [edited] = await papers.messages()
    assert edited.metadata["event_payload"] == {"key": "k1"}
    assert "Nests for All" in str(edited.blocks)
    assert await images(papers) == []
    await adapter.aclose()


async def test_a_picture_is_uploaded_once_for_all_channels_and_edits_keep_it(
    start: Start, place: Place, papers: Room, slack: FakeSlack, acme: Workspace
) -> None:
    other, adapter = await acme.channel("other"), start()
    ref = await adapter.post(place, POST, key="k1")
    await adapter.post(Place("slack", acme.id, other.id), POST, key="k2")
    [one], [two] = await images(papers), await images(other)
    assert one["slack_file"] == two["slack_file"]
    await adapter.aclose()
    adapter = start()  # after a restart
    await adapter.edit_post(ref, POST)
    assert [image["slack_file"] for image in await images(papers)] == [one["slack_file"]]
    assert await calls(slack, *UPLOAD) == list(UPLOAD)
    await adapter.aclose()
    assert not await slack.wrong()


async def test_an_upload_that_slack_has_not_looked_at_yet_is_waited_for(
    start: Start, place: Place, papers: Room, slack: FakeSlack
) -> None:
    await slack.settings(file_delay=0.3)
    adapter = start()
    await adapter.post(place, POST, key="k1")
    assert len(await images(papers)) == len(await papers.messages()) == 1
    await adapter.aclose()


async def test_one_that_is_never_ready_is_left_out_and_comes_with_the_next_edit(
    start: Start, place: Place, papers: Room, slack: FakeSlack
) -> None:
    await slack.settings(file_delay=3600)
    adapter = start()
    ref = await adapter.post(place, POST, key="k1")
    (posted,) = await papers.messages()
    assert "Warm." in str(posted.blocks)
    assert "CC BY" not in str(posted.blocks), "no credit for what isn't shown"
    assert await images(papers) == []
    await slack.settings(file_delay=0)
    await adapter.edit_post(ref, POST)
    assert len(await images(papers)) == 1
    await adapter.aclose()


@pytest.mark.parametrize("fault", ["error_before", "drop_after", "hang_after"])
@pytest.mark.parametrize("method", UPLOAD)
async def test_a_failed_upload_costs_the_picture_and_not_the_post(
    start: Start, place: Place, papers: Room, slack: FakeSlack, method: str, fault: str
) -> None:
    await slack.settings(faults={"hang": 6})
    await slack.fail_next(method, fault)
    adapter = start()
    await adapter.post(place, POST, key="k1")
    assert len(await papers.messages()) == 1
    assert await images(papers) == []
    await adapter.aclose()


async def test_without_the_scope_or_the_picture_nothing_is_uploaded(
    start: Start, place: Place, papers: Room, slack: FakeSlack, acme: Workspace
) -> None:
    bare = (await slack.do("token", team=acme.id, scopes=list(SCOPES)))["token"]
    adapter = start(bare)
    await adapter.post(place, POST, key="k1")
    findings = {finding.what: finding.ok for finding in await adapter.check_setup()}
    assert [ok for what, ok in findings.items() if "files:write" in what and "not needed" in what] == [True]
    await adapter.aclose()
    adapter = start()
    gone = Card(paper="p", title="Owls", url="https://arxiv.org/abs/1", summary="Late.", picture="figure/gone")
    await adapter.post(place, Message(plain="Owls", blocks=(gone,)), key="k2")
    assert [held.text for held in await papers.messages()] == ["Nests", "Owls"]
    assert await images(papers) == []
    assert await calls(slack, *UPLOAD) == []
    findings = {finding.what: finding.ok for finding in await adapter.check_setup()}
    assert [ok for what, ok in findings.items() if "files:write" in what and what.endswith(": allowed")] == [True]
    await adapter.aclose()


async def test_ids_of_files_are_forgotten_when_there_are_many(
    start: Start, place: Place, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.slack.outbound.pictures.MAX_FILES", 2)
    storage, adapter = store.key_value("slack"), start()
    for id in ("2501.00001", "2502.00001"):
        await storage.put(f"file/{place.space}/figure/arxiv:{id}", b"F0OLD")
    await adapter.post(place, POST, key="k1")
    kept = [key.partition("arxiv:")[2] for key, _ in await storage.scan("file/")]
    assert kept == ["2502.00001", "2503.00001"]
    await adapter.aclose()
