"""A paper as a Work Object: a card below its link that opens a pane with the abstract, the votes and the buttons. Pure.

All texts are plain: without a `format`, Slack reads no markup in them.
https://docs.slack.dev/messaging/work-objects-implementation
"""

from collections.abc import Iterator

from adapters.slack.outbound.elements import Json, is_linkable, without_bidi
from bot.chat.message import Button, Card, Message

PAPER = "slack#/entities/content_item"
MAX_PRIMARY_ACTIONS = 2
MAX_ACTIONS = 7  # the others are in a menu


def find_card(message: Message) -> Card | None:
    """The card in the answer to a link."""
    return next((block for block in message.blocks if isinstance(block, Card)), None)


def work_object(card: Card, posted_url: str, abstract: str) -> Json:
    """The entity for a paper's card; `posted_url` is the link as it was posted."""
    actions = list(_actions(card))[:MAX_ACTIONS]
    fields = {"description": _text(card.summary or abstract), "created_by": _text(card.byline)}
    custom = [("votes", "Votes", "".join(span.text for span in card.facts)), ("abstract", "Abstract", abstract)]
    payload: Json = {
        "attributes": {
            "title": {"text": without_bidi(card.title or card.paper)},
            "display_type": "Paper",
            "display_id": card.paper.partition(":")[2] or card.paper,
            "product_name": "Paperboy",
        },
        "fields": {name: field for name, field in fields.items() if field["value"]},
        "custom_fields": [
            {"key": key, "label": label, **_text(words)} for key, label, words in custom if words.strip()
        ],
        "actions": {
            "primary_actions": actions[:MAX_PRIMARY_ACTIONS],
            "overflow_actions": actions[MAX_PRIMARY_ACTIONS:],
        },
    }
    return {
        "app_unfurl_url": posted_url,
        "url": card.url or posted_url,
        "external_ref": {"id": card.paper, "type": "paper"},
        "entity_type": PAPER,
        "entity_payload": payload,
    }


def _text(words: str) -> Json:
    return {"type": "string", "value": without_bidi(words), "long": len(words) > 100}


def _actions(card: Card) -> Iterator[Json]:
    """The card's buttons; a press comes back with the same value as that of a button in a message."""
    for number, control in enumerate(card.controls):
        shown: Json = {"text": without_bidi(control.label), "action_id": f"{number}"}
        if isinstance(control, Button):
            yield shown | {"value": str(control.action)}
        elif is_linkable(control.url):
            yield shown | {"url": control.url}
