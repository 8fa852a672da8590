"""Pages as HTML. Everything is escaped by the templates."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from jinja2 import Environment, PackageLoader

from adapters.site import dates, links, words
from adapters.site.site import Site
from adapters.site.view import View
from adapters.site.visitor import Visitor
from bot.papers.model import PaperId

KINDS = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml", "png": "image/png"}
ABOUT_CHARS = 200
TURNS = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])  # characters that turn the reading direction


def html(site: Site, view: View, who: Visitor, mine: Mapping[PaperId, int]) -> str:
    """The whole page. `mine` are the reader's own ballots on the papers shown."""
    return (
        environment()
        .get_template(view.template)
        .render(
            site=site,
            view=view,
            visitor=who,
            mine=mine,
            about=words.cut(view.about, ABOUT_CHARS),
            **view.values,
        )
    )


@cache
def environment() -> Environment:
    """The templates; loaded once."""
    found = Environment(
        loader=PackageLoader("adapters.site", "templates"),
        autoescape=True,
        finalize=straight,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters |= {
        "byline": words.byline,
        "compact": words.compact,
        "long_day": words.long_day,
        "short_day": words.short_day,
        "web": links.web,
        "paper_path": links.paper,
        "author_path": links.author,
        "topic_path": links.topic,
    }
    found.globals |= {
        "asset": asset,
        "with_query": links.with_query,
        "path_of": dates.path,
        "period_of": dates.period,
        "plural": words.plural,
        "CATEGORIES": words.CATEGORIES,
        "PROVENANCE": words.PROVENANCE,
    }
    return found


def straight(value: object) -> object:
    """Text that reads in the direction it is written in; anything else as it is."""
    return value.translate(TURNS) if isinstance(value, str) else value  # Markup stays Markup


def asset(name: str) -> str:
    """The address of a static file; changes when the file does, so that no browser shows an old one."""
    return f"/static/{name}?{hashlib.sha256(static()[name][0]).hexdigest()[:8]}"


@cache
def static() -> dict[str, tuple[bytes, str]]:
    """The files that the pages load, and their types."""
    folder = files("adapters.site").joinpath("static")
    found = [entry for entry in folder.iterdir() if entry.name.rpartition(".")[2] in KINDS]
    return {entry.name: (entry.read_bytes(), KINDS[entry.name.rpartition(".")[2]]) for entry in found}
