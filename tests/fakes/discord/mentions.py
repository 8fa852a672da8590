"""Whom a message wakes: what its text mentions and its `allowed_mentions` let through."""

from __future__ import annotations

import re
from typing import Any

from tests.fakes.discord.components import TEXT_DISPLAY, walk
from tests.fakes.discord.model import Json

_PING = re.compile(r"@(?P<all>everyone|here)|<@!?(?P<user>\d+)>|<@&(?P<role>\d+)>")


def pings(body: Json) -> list[str]:
    """`everyone`, `here`, `@id` and `&id`, in order; code blocks are no shelter, embeds are."""
    texts = [body.get("content") or ""]
    texts += [str(one.get("content")) for _, one in walk(body.get("components")) if one.get("type") == TEXT_DISPLAY]
    found = [match for text in texts for match in _PING.finditer(text)]
    allowed = body.get("allowed_mentions")
    return list(dict.fromkeys(name for match in found if (name := _let_through(match, allowed))))


def _let_through(match: re.Match[str], allowed: dict[str, Any] | None) -> str:
    parse = {"everyone", "users", "roles"} if allowed is None else set(allowed.get("parse") or ())
    named = allowed or {}
    if match["all"]:
        return match["all"] if "everyone" in parse else ""
    if match["user"]:
        return f"@{match['user']}" if "users" in parse or match["user"] in _ids(named, "users") else ""
    return f"&{match['role']}" if "roles" in parse or match["role"] in _ids(named, "roles") else ""


def _ids(named: dict[str, Any], kind: str) -> set[str]:
    return {str(id) for id in named.get(kind) or ()}
