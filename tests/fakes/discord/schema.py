"""Holds every body against Discord's own OpenAPI description, where that is at hand."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from jsonschema.exceptions import ValidationError, best_match  # type: ignore[import-untyped]
from jsonschema.protocols import Validator  # type: ignore[import-untyped]
from jsonschema.validators import extend  # type: ignore[import-untyped]

from tests.fakes.discord.calls import Endpoint
from tests.fakes.discord.model import Json
from tests.fakes.discord.settings import Settings

SPEC = Path(__file__).parents[4] / "shared" / "specs" / "discord" / "openapi.json"
_REFERENCE = "#/components/"
_KEPT = 100  # distinct mistakes


class Description:
    """What was checked, and what did not fit. Nothing is checked where the description is missing."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.requests = 0  # checked
        self.answers = 0
        self.wrong: list[str] = []
        self._due: dict[str, float] = {}

    def request(self, endpoint: Endpoint, body: Any) -> None:
        """What the bot sent, as JSON or as the `payload_json` of a form."""
        self.requests += self._checked(_of_request(endpoint.method, endpoint.path), body, f"{endpoint.name}: sent")

    def answer(self, endpoint: Endpoint, status: int, body: Any) -> None:
        found = _of_answer(endpoint.method, endpoint.path, status)
        self.answers += self._checked(found, body, f"{endpoint.name}: answered {status}")

    def unknown(self, route: str) -> None:
        self.note(f"no such route: {route}")

    def _is_due(self, what: str) -> bool:
        """The first of each kind, then an even share."""
        share = self.settings.validate
        total = self._due.get(what, 1 - share) + share
        self._due[what] = total - (total >= 1)
        return total >= 1 and share > 0

    def _checked(self, validator: Validator | None, body: Any, where: str) -> bool:
        """Whether it was this one's turn; what does not fit is noted."""
        if body is None or validator is None or not self._is_due(where):
            return False
        if not validator.is_valid(body):
            error = best_match(validator.iter_errors(body))
            self.note(f"{where}: {error.json_path}: {error.message[:300]}")
        return True

    def note(self, mistake: str) -> None:
        if mistake not in self.wrong and len(self.wrong) < _KEPT:
            self.wrong.append(mistake)


@cache
def _document() -> Json:
    """The description with every reference replaced by what it refers to, so that no check looks one up."""
    if not SPEC.exists():
        return {}
    document: Json = json.loads(SPEC.read_text())
    # Discord takes an id as a number too, and its documentation says so; its description doesn't.
    schemas = document["components"]["schemas"]
    schemas["SnowflakeType"] |= {"type": ["string", "integer"]}
    # Bits of permissions are text, says the documentation, and numbers are taken too; the description says integer.
    for request in ("ApplicationCommandCreateRequest", "ApplicationCommandUpdateRequest"):
        schemas[request]["properties"]["default_member_permissions"]["type"] = ["string", "integer", "null"]
    # The code of a nested error is a word (`BASE_TYPE_REQUIRED`), in life and in the documentation.
    schemas["Error"]["properties"]["code"] |= {"type": ["integer", "string"]}
    _link(document["components"], document, set())
    _link(document["paths"], document, set())
    return document


def _link(node: Any, document: Json, visited: set[int]) -> None:
    """Replace references in place. The result is a graph with circles; a check follows it only as far as the body."""
    if id(node) in visited or not isinstance(node, dict | list):
        return
    visited.add(id(node))
    for key, value in node.items() if isinstance(node, dict) else enumerate(node):
        target = _target(value, document)
        node[key] = target if target is not None else value
        _link(value, document, visited)


def _target(value: Any, document: Json) -> Any:
    if not isinstance(value, dict) or not str(value.get("$ref", "")).startswith(_REFERENCE):
        return None
    found: Any = document
    for step in value["$ref"].removeprefix("#/").split("/"):
        found = found[step]
    return found


def _operation(method: str, path: str) -> Json:
    """An operation as described; nothing when there is no description."""
    found: Json = _document().get("paths", {}).get(path, {}).get(method.lower(), {})
    return found


@cache
def _of_request(method: str, path: str) -> Validator | None:
    return _validator(_operation(method, path).get("requestBody"))


@cache
def _of_answer(method: str, path: str, status: int) -> Validator | None:
    answers = _operation(method, path).get("responses", {})
    return _validator(answers.get(str(status)) or answers.get(f"{status // 100}XX"))


def _validator(described: Json | None) -> Validator | None:
    schema = (described or {}).get("content", {}).get("application/json", {}).get("schema")
    return _Validator(schema) if schema else None


def _one_of(validator: Validator, alternatives: list[Json], instance: Any, schema: Json) -> Iterator[ValidationError]:
    """`oneOf` for components, options and numbers with names: what is given says which alternative is meant, so
    only that one is checked. Far faster, and the error is about what is wrong in it."""
    meant = [one for one in alternatives if _may_be(one, instance)]
    if len(meant) == 1:
        yield from validator.descend(instance, meant[0])
    else:
        yield from Draft202012Validator.VALIDATORS["oneOf"](validator, meant, instance, schema)


def _may_be(alternative: Json, instance: Any) -> bool:
    if "const" in alternative:
        return bool(alternative["const"] == instance)
    if instance is None or not isinstance(instance, dict):
        return alternative.get("type") != "object"
    kinds = alternative.get("properties", {}).get("type", {}).get("enum")
    return alternative.get("type") != "null" and (kinds is None or instance.get("type") in kinds)


_Validator: type[Validator] = extend(Draft202012Validator, {"oneOf": _one_of})


def described(method: str, path: str) -> bool:
    """Whether Discord has this route; true when that is unknown. Token routes are in the security schemes."""
    schemes = _document().get("components", {}).get("securitySchemes", {})
    tokens = {flow.get("tokenUrl", "") for scheme in schemes.values() for flow in scheme.get("flows", {}).values()}
    return not _document() or bool(_operation(method, path)) or any(url.endswith(path) for url in tokens)
