"""Shows people by their names: Slack's own mention would notify them, and a submission must not."""

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from adapters.slack.profiles import Profiles
from bot.chat.message import Block, Bullets, Card, Footnote, Message, Papers, Paragraph, Text


async def with_names(message: Message, space: str, profiles: Profiles) -> Message:
    """The message with names in place of people's ids."""
    people = {span.text for block in message.blocks for run in _runs(block) for span in run if span.person}
    names = {id: (await profiles.get_profile(space, id)).name for id in people}
    return replace(message, blocks=tuple(_with_names(b, names) for b in message.blocks)) if names else message


def _runs(block: Block) -> Sequence[Text]:
    """The texts of a block that may contain people."""
    match block:
        case Paragraph(text=run) | Footnote(text=run) | Card(facts=run):
            return (run,)
        case Bullets(items=runs):
            return runs
        case Papers(items=cards):
            return [card.facts for card in cards]
    return ()


def _with_names(block: Block, names: Mapping[str, str]) -> Block:
    match block:
        case Paragraph() | Footnote():
            return replace(block, text=_run_with_names(block.text, names))
        case Bullets():
            return replace(block, items=tuple(_run_with_names(item, names) for item in block.items))
        case Card():
            return replace(block, facts=_run_with_names(block.facts, names))
        case Papers():
            cards = (replace(card, facts=_run_with_names(card.facts, names)) for card in block.items)
            return replace(block, items=tuple(cards))
    return block


def _run_with_names(run: Text, names: Mapping[str, str]) -> Text:
    return tuple(replace(span, text=names[span.text], person=False) if span.person else span for span in run)
