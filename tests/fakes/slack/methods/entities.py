"""Work Objects: what Slack's own models know of an entity, and entity.presentDetails."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from slack_sdk.models import metadata as models

from tests.fakes.slack.methods.registry import Call, SlackError, method
from tests.fakes.slack.state import Json

FORMATTED = {"format"}  # read as markup: this app sends none


@method("entity.presentDetails", tier="3")
def present(call: Call) -> Json:
    entity = call.json("metadata")
    wanted = call.world.details.get(call.need("trigger_id"))
    if wanted is None:
        raise SlackError("invalid_trigger_id")
    if problems := list(wrong(entity)):
        raise SlackError("invalid_metadata", response_metadata={"messages": problems})
    if entity["external_ref"]["id"] != wanted:
        raise SlackError("entity_metadata_does_not_match_trigger")
    call.world.presented.append(entity)
    return {}


def wrong(entity: Any) -> Iterator[str]:
    """What Slack would not understand of an entity."""
    if not isinstance(entity, dict):
        yield "not an object"
        return
    payload = entity.get("entity_payload", {})
    yield from _unknown(entity, models.EntityMetadata, "entity_type", "entity_payload", "external_ref", "url")
    yield from _unknown(payload, models.EntityPayload, "attributes")
    yield from _unknown(payload["attributes"], models.EntityAttributes, "title")
    yield from _unknown(payload.get("fields", {}), models.ContentItemEntityFields)
    for field in payload.get("fields", {}).values():
        yield from _unknown(field, models.EntityTypedField, "value")
    for field in payload.get("custom_fields", ()):
        yield from _unknown(field, models.EntityCustomField, "key", "label", "type")
    for kind in ("primary_actions", "overflow_actions"):
        for button in payload.get("actions", {}).get(kind, ()):
            yield from _unknown(button, models.EntityActionButton, "text", "action_id")
    if entity.get("entity_type") not in models.EntityType:
        yield "unknown entity_type"


def _unknown(part: Json, model: Any, *required: str) -> Iterator[str]:
    for name in {*part} - ({*model.attributes} - FORMATTED):
        yield f"{model.__name__} has no {name}"
    for name in required:
        if not part.get(name):
            yield f"{model.__name__} needs {name}"
