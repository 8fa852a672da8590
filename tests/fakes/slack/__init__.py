"""A Slack to test against: Web API, Socket Mode, signed HTTP, OAuth, real limits and every fault.

    from tests.fakes.slack import FakeSlack

    async with FakeSlack() as slack:                      # or FakeSlack(url=…) for one that runs on its own
        acme = await slack.workspace("Acme")              # the app is installed: acme.token, acme.bot
        papers = await acme.channel("papers")             # the bot is in it; private=, member=
        ada = await acme.user("ada", admin=True)
        env = await slack.env(acme)                       # SLACK_API_URL, SLACK_BOT_TOKEN, SLACK_APP_TOKEN, …
        … start the bot with it …
        seen = await ada.run("today", papers)             # /papers today
        seen.ack_ms, seen.answer_ms, seen.text, seen.messages, seen.views, seen.error
        await ada.press(seen.messages[-1], "Similar")     # a label, an action id or a value
        await ada.submit(seen.views[-1], {"when": "daily 09:00"})
        await ada.react((await papers.messages())[0], "thumbsup")
        await ada.mention("why", papers)                  # also say, write (direct), shortcut, open_home
        await papers.archive()                            # also rename, delete, kick, invite; acme.uninstall
        assert not await slack.wrong()                    # nothing refused, no bad markup, no mention got out
        assert not (await slack.counts())["limited"]      # no 429 of a real limit

    await slack.settings(limits={"scale": 10}, faults={"drop_after": 0.1, "seed": 3}, latency=(0.03, 0.08))
    await slack.settings(request_url="http://127.0.0.1:3000/slack/events")   # HTTP instead of Socket Mode
    await slack.settings(signature="bad")                 # or "missing"; stale=600 for old time stamps
    await slack.settings(rotation=True, install_as=acme.id)                  # OAuth: slack.authorize_url
    await slack.settings(sign_in_as=ada.id)               # who signs in with Slack; claims={"name": "…"} to lie
    await slack.settings(shift=12 * 3600)                 # its clock, ahead: tokens and triggers expire
    await slack.settings(**declared(manifest))            # only the scopes, events, commands of a parsed manifest
    await slack.fail_next("chat.postMessage", "hang_after")
    await slack.disconnect("refresh_requested")           # or slack.drop()

On its own: `python -m tests.fakes.slack --port 8080`; the same over HTTP under `/_control/` (control.py).
`settings.py` lists all there is to set. `blocks.check_message(body)` and `check_view(view)` judge without a server.
"""

from tests.fakes.slack.acts import Seen
from tests.fakes.slack.blocks import Problem, check_message, check_view
from tests.fakes.slack.client import FakeSlack
from tests.fakes.slack.manifest import declared
from tests.fakes.slack.people import Room, Someone, Workspace
from tests.fakes.slack.settings import Faults, Limits, Settings

__all__ = [
    "FakeSlack",
    "Faults",
    "Limits",
    "Problem",
    "Room",
    "Seen",
    "Settings",
    "Someone",
    "Workspace",
    "check_message",
    "check_view",
    "declared",
]
