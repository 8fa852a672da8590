"""What is wrong with a feed, by the letter of its format: RFC 4287 as RELAX NG, JSON Feed 1.1 as JSON Schema.

The schemas are stricter than the formats: what our feeds have no use for may not stand in them.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from lxml import etree

_ATOM = "{http://www.w3.org/2005/Atom}"
_SCHEMA = etree.RelaxNG(etree.parse(Path(__file__).with_name("atom.rng")))

_TEXT = {"type": "string", "minLength": 1}
_ADDRESS = {"type": "string", "pattern": '^https?://[^\\s<>"]+$'}
_MOMENT = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$"}
_AUTHORS = {
    "type": "array",
    "items": {
        "type": "object",
        "properties": {"name": _TEXT, "url": _ADDRESS, "avatar": _ADDRESS},
        "minProperties": 1,
        "additionalProperties": False,
    },
}
_ITEM = {
    "type": "object",
    "required": ["id", "content_html"],
    "properties": {
        "id": _TEXT,
        "url": _ADDRESS,
        "external_url": _ADDRESS,
        "title": _TEXT,
        "content_html": {"type": "string"},
        "summary": _TEXT,
        "date_published": _MOMENT,
        "date_modified": _MOMENT,
        "authors": _AUTHORS,
        "tags": {"type": "array", "items": _TEXT},
    },
    "additionalProperties": False,
}
_JSON_FEED = Draft202012Validator(
    {
        "type": "object",
        "required": ["version", "title", "items"],
        "properties": {
            "version": {"const": "https://jsonfeed.org/version/1.1"},
            "title": _TEXT,
            "home_page_url": _ADDRESS,
            "feed_url": _ADDRESS,
            "language": {"type": "string", "pattern": "^[a-z]{2}(-[A-Z]{2})?$"},
            "authors": _AUTHORS,
            "items": {"type": "array", "items": _ITEM},
        },
        "additionalProperties": False,
    }
)


def atom_faults(body: bytes) -> list[str]:
    """What a strict reader would say against an Atom document."""
    root = etree.fromstring(body, etree.XMLParser(resolve_entities=False, no_network=True))
    _SCHEMA.validate(root)
    ids = [node.text for node in root.iter(f"{_ATOM}id")]
    twice = [f"the id {id} stands twice" for id in {i for i in ids if ids.count(i) > 1}]
    return [str(error) for error in _SCHEMA.error_log] + twice


def json_faults(body: bytes) -> list[str]:
    """What a strict reader would say against a JSON Feed."""
    document: Any = json.loads(body)
    ids = [item["id"] for item in document["items"]]
    twice = [f"the id {id} stands twice" for id in {i for i in ids if ids.count(i) > 1}]
    return [f"{error.json_path}: {error.message}" for error in _JSON_FEED.iter_errors(document)] + twice
