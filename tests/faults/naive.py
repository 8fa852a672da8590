"""The same work by a naive design, to see that the chaos catches what it should: it sends, then records."""

from __future__ import annotations

import asyncio
import os
from datetime import timedelta

from bot.app.adapters import installed
from bot.app.build import App, open_app
from bot.clock import SystemClock
from bot.config import load
from bot.errors import PostError
from bot.store.records import Delivery


async def main() -> None:
    async with open_app(load(None, os.environ, installed()), SystemClock()) as app:
        while True:
            await app.planner.plan_due()
            due = await app.store.outbox.claim_posts(
                app.clock.now(), token="naive", lease=timedelta(0), limit=32, platforms=tuple(app.adapters)
            )
            await asyncio.gather(*(_send(app, delivery) for delivery in due))
            await asyncio.sleep(0.05)


async def _send(app: App, delivery: Delivery) -> None:
    post = delivery.post
    place = post.place.in_thread(delivery.parent_ref.id) if delivery.parent_ref else post.place
    try:
        async with asyncio.timeout(1.5):
            ref = await app.adapters[place.platform].post(place, post.message, key=post.key)
    except (PostError, TimeoutError):
        return  # try again
    await app.store.outbox.settle_sent(post.key, token="naive", ref=ref, at=app.clock.now())


if __name__ == "__main__":
    asyncio.run(main())
