"""Reactions from the gateway: added, removed, or cleared by a moderator all at once.

Discord doesn't say who had reacted when reactions are cleared, so those seen since the start are kept in memory; the
recount after a downtime adds the others.
"""

import secrets
from collections.abc import Iterator, Mapping
from datetime import datetime

from discord import RawReactionActionEvent, RawReactionClearEmojiEvent, RawReactionClearEvent, ReactionType

from adapters.discord.channels import MAX_CACHED
from adapters.discord.events import PLATFORM, ref_of
from bot.chat.event import Person, Place, Reaction
from bot.recent import RecentDict

SUPER_REACTION = "+super"  # tells a person's super reaction from their plain one with the same emoji


def reaction_key(emoji: str, *, is_super: bool) -> str:
    """The emoji of a `Reaction`: each skin tone, and a super reaction, is a reaction of its own on Discord."""
    return emoji + SUPER_REACTION if is_super else emoji


class ReactionTracker:
    """Parses reaction events and remembers who reacted."""

    def __init__(self) -> None:
        self._seen = RecentDict[str, frozenset[tuple[str, str]]](MAX_CACHED)  # message → (emoji, person)

    def remember_counted(self, message: str, reactions: Mapping[str, frozenset[str]]) -> None:
        """Remember what a recount found."""
        self._seen[message] = frozenset((emoji, person) for emoji, people in reactions.items() for person in people)

    def parse_reaction(self, event: RawReactionActionEvent, bot_id: int, place: Place, at: datetime) -> Reaction | None:
        """The event of one reaction; None for a bot's, for one on someone else's message, and for custom emoji."""
        is_bot = event.user_id == bot_id or (event.member is not None and event.member.bot)
        if is_bot or event.message_author_id not in {None, bot_id} or not event.emoji.is_unicode_emoji():
            return None
        if not isinstance(name := event.emoji.name, str):
            raise TypeError("the emoji's name is not text")
        if not name:
            return None  # a custom emoji that was deleted
        emoji = reaction_key(name, is_super=event.burst or event.type is ReactionType.burst)
        person, message = str(event.user_id), str(event.message_id)
        added = event.event_type == "REACTION_ADD"
        seen = self._seen.get(message, frozenset())
        self._seen[message] = seen | {(emoji, person)} if added else seen - {(emoji, person)}
        channel = str(event.channel_id)
        return _reaction(place, message=message, channel=channel, emoji=emoji, person=person, at=at, added=added)

    def parse_cleared(
        self, event: RawReactionClearEvent | RawReactionClearEmojiEvent, place: Place, at: datetime
    ) -> Iterator[Reaction]:
        """A removal for each known reaction that was cleared."""
        message = str(event.message_id)
        seen = self._seen.get(message, frozenset())
        cleared = seen
        if isinstance(event, RawReactionClearEmojiEvent):
            name = event.emoji.name if event.emoji.is_unicode_emoji() else ""
            cleared = frozenset(one for one in seen if name and one[0].removesuffix(SUPER_REACTION) == name)
        if cleared:
            self._seen[message] = seen - cleared
        for emoji, person in sorted(cleared):
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
