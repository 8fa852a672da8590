"""The way to Slack: forged and stale requests, connections that break, answers that take long."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import RawTestServer

from adapters.slack.adapter import SlackAdapter
from adapters.slack.client import SlackApi, Workspaces
from adapters.slack.install.oauth_client import Credentials, OAuthClient
from adapters.slack.install.single_workspace import SingleWorkspace
from adapters.slack.outbound.answers import Answers, AnswerTarget
from bot.chat.event import Answer, ButtonPress, Command, Event, FormSubmission, Place
from bot.chat.message import Action, Button, Controls, Message, Paragraph, text
from bot.clock import SystemClock
from bot.errors import ConfigError, PostError, Unsure
from tests.fakes.core import FORM, FakeCore
from tests.fakes.slack import FakeSlack, Room, Someone, Workspace
from tests.platforms.slack.conftest import Make, hearing


@pytest.fixture
async def http(slack: FakeSlack, adapter_of: Make) -> SlackAdapter:
    secret = (await slack.app())["signing_secret"]
    return adapter_of(mode="http", signing_secret=secret, port="0")


@pytest.mark.parametrize("forged", [{"signature": "bad"}, {"signature": "missing"}, {"stale": 301}, {"stale": -310}])
async def test_a_request_that_is_not_slacks_is_refused(
    http: SlackAdapter, core: FakeCore, slack: FakeSlack, ada: Someone, papers: Room, forged: dict[str, Any]
) -> None:
    async with hearing(http, core):
        await slack.settings(request_url=f"{http.url}/slack/events", **forged)
        seen = await ada.run("owls", papers)
        await ada.mention("owls", papers, answers=1, wait=0.2)
    assert seen.error == "401"
    assert core.heard == []


async def test_slack_verifies_the_address(http: SlackAdapter, core: FakeCore, slack: FakeSlack) -> None:
    async with hearing(http, core):
        await slack.settings(request_url=f"{http.url}/slack/events")
        assert (await slack.do("verify_url"))["answer"] == "ok"


async def test_health_is_told(http: SlackAdapter, core: FakeCore) -> None:
    async with hearing(http, core), aiohttp.ClientSession() as session:
        async with session.get(f"{http.url}/healthz") as answer:
            assert (answer.status, await answer.json()) == (200, {"ok": True})
        core.wrong["store"] = "locked"
        async with session.get(f"{http.url}/healthz") as answer:
            assert answer.status == 503


@pytest.mark.parametrize("broken", ["refresh_requested", "drop"])
async def test_a_lost_connection_comes_back(
    adapter: SlackAdapter, core: FakeCore, slack: FakeSlack, ada: Someone, papers: Room, broken: str
) -> None:
    async with hearing(adapter, core):
        await ada.run("one", papers)
        await (slack.drop() if broken == "drop" else slack.disconnect())
        async with asyncio.timeout(30):
            while (await slack.counts())["connected"] < 2 or not (await slack.counts())["connections"]:  # noqa: ASYNC110
                await asyncio.sleep(0.1)
        assert "Answer to two" in (await ada.run("two", papers)).text
        async with asyncio.timeout(30):
            while core.gaps != ["slack", "slack"]:  # noqa: ASYNC110
                await asyncio.sleep(0.1)


async def test_an_app_token_that_slack_refuses_is_said_at_once(adapter_of: Make, core: FakeCore) -> None:
    adapter = adapter_of(app_token="xapp-wrong")
    async with asyncio.timeout(30):
        with pytest.raises(PostError, match="invalid_auth"):
            await adapter.listen(core)
    assert not adapter.connected


class Slow(FakeCore):
    """Takes its time."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self._seconds = seconds

    async def handle_event(self, event: Event) -> Answer | None:
        if not isinstance(event, Command) or event.text != "schedule":
            await asyncio.sleep(self._seconds)
        return await super().handle_event(event)


async def test_a_slow_core_delays_no_acknowledgement(adapter: SlackAdapter, ada: Someone, papers: Room) -> None:
    async with hearing(adapter, Slow(1.0)):
        seen = await ada.run("owls", papers)
    assert seen.ack_ms is not None
    assert seen.answer_ms is not None
    assert seen.ack_ms < 500
    assert seen.answer_ms > 1000


async def test_a_form_whose_answer_takes_long_says_so_and_shows_it_then(
    adapter: SlackAdapter, ada: Someone, papers: Room, slack: FakeSlack
) -> None:
    async with hearing(adapter, Slow(2.4)):
        [view] = (await ada.run("schedule", papers)).views
        sent = await ada.submit(view, {"when": "mon 9:00"}, answers=2, wait=4)
        assert sent.error == ""
        assert "One moment" in str(sent.ack)
        [now] = await slack.views(id=view.id)
        assert "when=mon 9:00" in str(now.body)
    assert not await slack.wrong()


async def test_a_dialog_that_can_not_open_any_more_is_said_in_words(
    adapter: SlackAdapter, core: FakeCore, ada: Someone, papers: Room, slack: FakeSlack
) -> None:
    await slack.settings(trigger_seconds=0)
    async with hearing(adapter, core):
        seen = await ada.run("schedule", papers)
    assert "Say when." in seen.text


class Everything(FakeCore):
    """Answers each press in the way that its button names."""

    async def handle_event(self, event: Event) -> Answer | None:
        self.heard.append(event)
        note = Message(plain="A note.", blocks=(Paragraph(text("A note.")),))
        match event:
            case ButtonPress(action=Action(name="public")) | FormSubmission():
                return Answer(message=note, private=False)
            case ButtonPress(action=Action(name="form")):
                return Answer(message=note, form=FORM)
            case ButtonPress(action=Action(name="long")):
                words = tuple(Paragraph(text("word " * 500)) for _ in range(12))
                return Answer(message=Message(plain="long", blocks=words))
            case ButtonPress(action=Action(name=name)):
                return Answer(message=note, brief=name == "brief", replace=name == "replace")
            case _:
                names = ("public", "form", "long", "brief", "replace", "private")
                buttons = tuple(Button(label=name, action=Action(name)) for name in names)
                return Answer(message=Message(plain="Press.", blocks=(Controls(buttons),)))


async def test_every_answer_has_its_way_on_every_surface(
    adapter: SlackAdapter, ada: Someone, papers: Room, slack: FakeSlack
) -> None:
    async with hearing(adapter, Everything()):
        whisper = (await ada.run("x", papers)).messages[0]
        home = (await ada.open_home()).views[0]
        long = await ada.press(whisper, "long", answers=3)
        shown = {}
        for name in ("public", "form", "brief", "private", "replace"):
            shown[name] = [(await ada.press(on, name)).shown[0] for on in (whisper, home)]
    kinds = {name: [one.kind for one in both] for name, both in shown.items()}
    assert kinds == {
        "public": ["message", "view"],
        "form": ["view", "view"],
        "brief": ["ephemeral", "view"],
        "private": ["ephemeral", "view"],
        "replace": ["update", "view"],
    }
    assert [shown[name][1].view.body["type"] for name in ("form", "private", "brief")] == ["modal", "modal", "home"]
    assert len(long.messages) >= 3
    assert not await slack.wrong()


async def test_every_answer_has_its_way_inside_a_dialog(
    adapter: SlackAdapter, ada: Someone, papers: Room, slack: FakeSlack
) -> None:
    async with hearing(adapter, Everything()):
        home = (await ada.open_home()).views[0]
        modal = (await ada.press(home, "private")).views[0]
        assert modal.body["type"] == "modal"
        whisper = (await ada.run("x", papers)).messages[0]
        form = (await ada.press(whisper, "form")).views[0]
        await ada.submit(form, {"when": "mon 9:00"})
        await until_async(papers)
    assert [held.text for held in await papers.messages()] == ["A note."]
    assert not await slack.wrong()


async def test_a_button_beneath_a_link_is_answered_where_paperboy_is_not(
    slack: FakeSlack, acme: Workspace, ada: Someone
) -> None:
    assert slack.server
    elsewhere = await acme.channel("elsewhere", member=False)
    trigger = slack.server.world.add_trigger(acme.id, ada.id).id
    api = SlackApi(slack.api_url)
    answers = Answers(Workspaces(SingleWorkspace(acme.token, api), api))
    target = AnswerTarget(place=Place("slack", acme.id, elsewhere.id), person=ada.id, trigger=trigger)
    await answers.show_answer(Answer(message=Message(plain="Your vote counts.")), target)
    await api.aclose()
    [view] = await slack.views()
    assert "Your vote counts." in str(view.body)


async def test_everything_goes_through_the_proxy_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """The SDK asks `HTTPS_PROXY` for its calls, so our own requests to Slack do the same."""
    seen: list[str] = []

    async def take(request: web.BaseRequest) -> web.Response:
        seen.append(str(request.url))
        return web.json_response({"ok": True, "access_token": "xoxb-1", "team": {"id": "T1"}})

    async with RawTestServer(take) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://{proxy.host}:{proxy.port}")
        api = SlackApi("http://slack.invalid/api/")
        await api.post_to_response_url("http://hooks.slack.invalid/actions/1", {"text": "x"})
        await api.client("xoxb-1").auth_test()
        await api.aclose()
        app = Credentials(client_id="1.2", client_secret="s", api_url="http://slack.invalid/api/")
        await OAuthClient(app, SystemClock()).exchange_code("c")
    hosts = [url.removeprefix("http://") for url in seen]
    assert hosts == [
        "hooks.slack.invalid/actions/1",
        "slack.invalid/api/auth.test",
        "slack.invalid/api/oauth.v2.access",
    ]


async def test_an_answer_that_can_not_be_read_may_have_been_a_post(
    slack: FakeSlack, adapter: SlackAdapter, place: Place
) -> None:
    await slack.fail_next("chat.postMessage", "odd_answer")
    with pytest.raises(Unsure, match="has no ts"):
        await adapter.post(place, Message(plain="one"), key="k")


async def until_async(papers: Room) -> None:
    async with asyncio.timeout(30):
        while not await papers.messages():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def test_events_that_nobody_asked_for_are_acknowledged(
    adapter: SlackAdapter, core: FakeCore, slack: FakeSlack, acme: Workspace
) -> None:
    await slack.settings(events=["team_join"])
    async with hearing(adapter, core):
        await slack.do("send_event", team=acme.id, event={"type": "team_join", "user": {"id": "U1"}, "event_ts": "1.1"})
        async with asyncio.timeout(30):
            while not [one for one in await slack.deliveries(name="team_join") if one.ack_ms]:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
    assert core.heard == []


async def test_named_people_may_set_schedules_too(
    adapter_of: Make, core: FakeCore, bob: Someone, ada: Someone, papers: Room, slack: FakeSlack
) -> None:
    async with hearing(adapter_of(admins=f"U0OTHER, {bob.id}"), core):
        await bob.run("schedule", papers)
        for _ in range(3):
            await ada.run("schedule", papers)
    assert [event.who.admin for event in core.heard] == [True, True, True, True]
    assert len(await slack.requests(method="users.info")) == 2, "asked once for each, then known for a while"
    assert {event.who.time_zone for event in core.heard} == {"Europe/Amsterdam"}


async def test_nobody_is_an_admin_while_slack_can_not_be_asked(
    adapter: SlackAdapter, core: FakeCore, ada: Someone, papers: Room, slack: FakeSlack
) -> None:
    async with hearing(adapter, core):
        await slack.fail_next("users.info", "error_before")
        await ada.run("schedule", papers)
        await ada.run("schedule", papers)
    assert [event.who.admin for event in core.heard] == [False, True]


@pytest.mark.parametrize(
    ("options", "name"), [({"app_token": None}, "app_token"), ({"mode": "http"}, "signing_secret")]
)
async def test_what_is_missing_is_said_before_slack_is_heard(
    adapter_of: Make, core: FakeCore, options: dict[str, Any], name: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        await adapter_of(**options).listen(core)
    assert name in caught.value.message
    assert name.upper() in caught.value.hint


async def test_posting_needs_no_connection_that_listens(adapter_of: Make, place: Place, papers: Room) -> None:
    adapter = adapter_of(app_token=None)
    await adapter.post(place, Message(plain="one"), key="k")
    assert [held.text for held in await papers.messages()] == ["one"]
