"""The OpenAPI 3.1 document, made from the routes and their records, so that it can't differ from them. Pure."""

import re
from importlib.resources import files
from typing import Any, TypeAlias

import msgspec

from adapters.site.api import schemas
from adapters.site.api.handlers import PREFIX, ROUTES, Route
from bot import __version__

Json: TypeAlias = dict[str, Any]

_REF = "#/components/schemas/{name}"
_FIXED: dict[str, Any] = msgspec.json.decode(files("adapters.site.api").joinpath("openapi.json").read_bytes())
"""The parts that don't come from the routes."""


def document(site: str, name: str) -> Json:
    """The document of a site."""
    kinds = [*(route.answer for route in ROUTES), schemas.Problem]
    _, components = msgspec.json.schema_components(kinds, ref_template=_REF)
    fixed: Json = _FIXED["document"]
    return fixed | {
        "info": fixed["info"] | {"title": f"{name}: papers", "version": __version__},
        "servers": [{"url": f"{site}{PREFIX}"}],
        "paths": {route.path: {"get": _operation(route)} for route in ROUTES},
        "components": fixed["components"] | {"schemas": components},
    }


def _operation(route: Route) -> Json:
    fixed, parts = _FIXED["in_path"], path_parts(route.path)
    in_path = [{"name": part, "in": "path", "required": True, **fixed[part]} for part in parts]
    errors = {status: _problem(text) for status, text in _FIXED["errors"].items() if in_path or status != "404"}
    return {
        "operationId": route.name,
        "summary": route.summary,
        "parameters": in_path + _in_query(route.params),
        "responses": {
            "200": {
                "description": (route.answer.__doc__ or "").strip(),
                "headers": _FIXED["headers"],
                "content": {"application/json": {"schema": {"$ref": _REF.format(name=route.answer.__name__)}}},
            },
            "304": {"description": "Your copy is current."},
            **errors,
        },
    }


def _in_query(params: type[msgspec.Struct]) -> list[Json]:
    (_,), components = msgspec.json.schema_components([params])
    schema = components[params.__name__]
    required = schema.get("required", [])
    return [
        {"name": name, "in": "query", "required": name in required, "schema": kind}
        for name, kind in schema["properties"].items()
    ]


def _problem(description: str) -> Json:
    return {
        "description": description,
        "content": {schemas.PROBLEM_TYPE: {"schema": {"$ref": _REF.format(name="Problem")}}},
    }


def path_parts(path: str) -> list[str]:
    """The names of the variable parts of a path."""
    return re.findall(r"\{(\w+)\}", path)
