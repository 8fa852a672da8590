"""A Discord on loopback for the real discord.py: HTTP API v10, gateway, and people who use it.

    async with FakeDiscord() as fake:                       # settings as keywords: FakeDiscord(nonce_window=0)
        papers = fake.text_channel(guild := fake.guild())   # also forum(tags=…), announcement(); ids are texts
        ada = fake.member(guild, "Ada", manage_guild=True)
        adapter = make(Setup(options={"token": fake.token, "api_url": fake.api_url}, …))
        …                                                   # listen in a task; `await fake.connected()`
        seen = await fake.slash(ada, papers, "papers", query="hypernetworks")
        assert "HyperNetworks" in seen.text and seen.private and seen.answer < 1
        seen = await fake.press(ada, papers, seen.message["id"], "Similar")   # label or custom_id; then menu values
        seen = await fake.submit(seen, {"when": "daily 09:00"})  # the modal that `seen` opened, by custom_id
        fake.react(ada, papers, message_id, "👍")           # unreact, clear, say, delete, archive, lock, …
        fake.deny(papers, "send_messages")                  # events go out as from Discord
        fake.faults(seed=1, error_after=0.1, hang_after=0.01, limit_user=0.05, miss=0.01, double=0.1)
        fake.drop(); fake.reconnect(); fake.invalidate()    # the bot's sockets
        assert fake.messages(papers)[-1]["nonce"] == "key"  # what it holds; `fake.state()` has what it counted
        fake.check()                                        # nothing pinged, and every body was as Discord describes

`FakeDiscord.spawn()` is the same in its own process, so it outlives a bot that is killed; `python -m
tests.fakes.discord --port N` starts it by hand, and `POST /_control/<operation>` with JSON does the same things.

discord.py finds it by its public class attribute `discord.http.Route.BASE` (= `fake.api_url`) and, for a client
that is not sharded, `discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY` (the `url` that `/gateway/bot` answers).

As in Discord: a nonce is not kept with the message, so reading a channel never shows it; only the answer to the
create, the event, and `fake.messages` do. A message that starts a thread lends it its id. In a new thread stands a
message of type 21 before yours. A person only finds commands that are registered and theirs: else `NotOffered`.
What can be set: `settings.py`. What can go wrong: `faults.py`. What can be done: `people.py`, `acts.py`, `places.py`.
"""

from __future__ import annotations

from tests.fakes.discord.fake import FakeDiscord
from tests.fakes.discord.ops import NotOffered
from tests.fakes.discord.seen import Seen

__all__ = ["FakeDiscord", "NotOffered", "Seen"]
