"""Crossposting: a post in an announcement channel also goes to the channels that follow it, at most ten an hour."""

import logging
from collections import defaultdict, deque
from datetime import datetime, timedelta

from adapters.discord.channels import ANNOUNCEMENT, Channels
from adapters.discord.rest import Rest
from bot.clock import Clock
from bot.errors import PostError

log = logging.getLogger(__name__)

MAX_CROSSPOSTS_PER_HOUR = 10  # per channel: Discord's limit
HOUR = timedelta(hours=1)


class Crossposter:
    """Counts the crossposts of each channel."""

    def __init__(self, rest: Rest, channels: Channels, clock: Clock) -> None:
        self._rest = rest
        self._channels = channels
        self._clock = clock
        self._sent: defaultdict[str, deque[datetime]] = defaultdict(deque)

    async def crosspost(self, channel: str, message: str) -> None:
        """Crosspost a message of an announcement channel; a failure is logged, the post itself stays."""
        try:
            if (await self._channels.get_cached(channel)).get("type") != ANNOUNCEMENT:
                return
            if not self._take_slot(channel):
                log.warning("Discord channel %s: post not crossposted: Discord allows ten an hour", channel)
                return
            path = "/channels/{channel_id}/messages/{message_id}/crosspost"
            await self._rest.call("POST", path, channel_id=channel, message_id=message)
        except PostError as error:
            log.warning("Discord channel %s: post not crossposted: %s", channel, error)

    def _take_slot(self, channel: str) -> bool:
        sent, now = self._sent[channel], self._clock.now()
        while sent and sent[0] <= now - HOUR:
            sent.popleft()
        if len(sent) >= MAX_CROSSPOSTS_PER_HOUR:
            return False
        sent.append(now)
        return True
