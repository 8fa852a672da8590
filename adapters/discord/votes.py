"""Reactions, as the gateway tells them: put, taken back, or cleared by a moderator all at once.

Who had reacted is not told when reactions are cleared, so those seen since the start are remembered, in memory only;
the count after a downtime brings in the others.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from datetime import datetime

from discord import RawReactionActionEvent, RawReactionClearEmojiEvent, RawReactionClearEvent

from adapters.discord.channels import Recent
from adapters.discord.history import bare
from adapters.discord.parse import PLATFORM, ref_of
from bot.chat.event import Person, Place, Reaction


class Votes:
    """Turns reactions into events."""

    def __init__(self) -> None:
        self._seen = Recent[set[tuple[str, str]]]()  # message → (emoji, person)

    def counted(self, message: str, reactions: Mapping[str, frozenset[str]]) -> None:
        """Remember what a count found."""
        self._seen[message] = {(emoji, person) for emoji, people in reactions.items() for person in people}

    def put(self, event: RawReactionActionEvent, me: int, place: Place, at: datetime) -> Reaction | None:
        """The event of one reaction; None for the bot's own, other bots', those on others' messages, and a server's
        own emoji."""
        is_bot = event.user_id == me or (event.member is not None and event.member.bot)
        if is_bot or event.message_author_id not in {None, me} or not event.emoji.is_unicode_emoji():
            return None
        emoji, person, message = bare(event.emoji.name), str(event.user_id), str(event.message_id)
        added = event.event_type == "REACTION_ADD"
        seen = self._seen.get(message, set())
        self._seen[message] = seen | {(emoji, person)} if added else seen - {(emoji, person)}
        channel = str(event.channel_id)
        return _reaction(place, message=message, channel=channel, emoji=emoji, person=person, at=at, added=added)

    def cleared(
        self, event: RawReactionClearEvent | RawReactionClearEmojiEvent, place: Place, at: datetime
    ) -> Iterator[Reaction]:
        """Each known reaction, taken back."""
        message = str(event.message_id)
        only = bare(event.emoji.name) if isinstance(event, RawReactionClearEmojiEvent) else ""
        seen = self._seen.get(message, set())
        gone = {(emoji, person) for emoji, person in seen if only in {"", emoji}}
        if seen:
            self._seen[message] = seen - gone
        for emoji, person in sorted(gone):
            channel = str(event.channel_id)
            yield _reaction(place, message=message, channel=channel, emoji=emoji, person=person, at=at, added=False)


def _reaction(
    place: Place, *, message: str, channel: str, emoji: str, person: str, at: datetime, added: bool
) -> Reaction:
    return Reaction(
        id=f"reaction-{secrets.token_hex(12)}",  # Discord gives none
        at=at,
        who=Person(platform=PLATFORM, space=place.space, id=person),
        place=place,
        message=ref_of(place, channel, message),
        emoji=emoji,
        added=added,
    )
