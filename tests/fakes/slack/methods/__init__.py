"""The Web API, one file per family of methods; importing this registers them all."""

from tests.fakes.slack.methods import (
    assistant,
    chat,
    conversations,
    entities,
    files,
    oauth,
    openid,
    people,
    reactions,
    views,
)
from tests.fakes.slack.methods.registry import METHODS, Call, SlackError

__all__ = [
    "METHODS",
    "Call",
    "SlackError",
    "assistant",
    "chat",
    "conversations",
    "entities",
    "files",
    "oauth",
    "openid",
    "people",
    "reactions",
    "views",
]
