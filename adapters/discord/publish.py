"""Crossposting: what is posted in an announcement channel goes to the channels that follow it, at most ten an hour."""

from __future__ import annotations

import logging
from collections import defaultdict, deque
from datetime import datetime, timedelta

from adapters.discord.channels import ANNOUNCEMENT, Channels
from adapters.discord.rest import Rest
from bot.clock import Clock
from bot.errors import PostError

log = logging.getLogger(__name__)

MOST_AN_HOUR = 10
HOUR = timedelta(hours=1)


class Publisher:
    """Keeps count for each channel; a post that may not go out stays where it is."""

    def __init__(self, rest: Rest, channels: Channels, clock: Clock) -> None:
        self._rest = rest
        self._channels = channels
        self._clock = clock
        self._sent: defaultdict[str, deque[datetime]] = defaultdict(deque)

    async def publish(self, channel: str, message: str) -> None:
        """Crosspost, where that can be; the post itself stands whatever comes of it."""
        try:
            if (await self._channels.known(channel)).get("type") != ANNOUNCEMENT:
                return
            if not self._room(channel):
                log.warning("channel %s: ten posts were published within the hour; this one is not", channel)
                return
            path = "/channels/{channel_id}/messages/{message_id}/crosspost"
            await self._rest.call("POST", path, channel_id=channel, message_id=message)
        except PostError as error:
            log.warning("channel %s: a post was not published: %s", channel, error)

    def _room(self, channel: str) -> bool:
        sent, now = self._sent[channel], self._clock.now()
        while sent and sent[0] <= now - HOUR:
            sent.popleft()
        if len(sent) >= MOST_AN_HOUR:
            return False
        sent.append(now)
        return True
