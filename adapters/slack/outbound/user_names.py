"""Shows people by their names: Slack's own mention would notify them, and a submission must not."""

from collections.abc import Callable

from msgspec.structs import replace

from adapters.slack.profiles import Profiles
from bot.chat.message import Block, Bullets, Card, Footnote, Message, Papers, Paragraph, Text


async def with_names(message: Message, space: str, profiles: Profiles) -> Message:
    """The message with names in place of people's ids."""
    people = set[str]()

    def note_people(run: Text) -> Text:
        people.update(span.text for span in run if span.person)
        return run

    for block in message.blocks:
        _changed(block, note_people)
    names = {id: (await profiles.get_profile(space, id)).name for id in people}

    def named(run: Text) -> Text:
        return tuple(replace(span, text=names[span.text], person=False) if span.person else span for span in run)

    return replace(message, blocks=tuple(_changed(block, named) for block in message.blocks)) if names else message


def _changed(block: Block, change: Callable[[Text], Text]) -> Block:
    """The block with the texts changed that may contain people."""
    match block:
        case Paragraph() | Footnote():
            return replace(block, text=change(block.text))
        case Bullets():
            return replace(block, items=tuple(map(change, block.items)))
        case Card():
            return replace(block, facts=change(block.facts))
        case Papers():
            return replace(block, items=tuple(replace(card, facts=change(card.facts)) for card in block.items))
    return block
