"""Pages from Jinja templates, and the static files beside them."""

from __future__ import annotations

import hashlib
from functools import cached_property
from importlib.resources import files

from aiohttp import web
from jinja2 import Environment, PackageLoader

CONTENT_TYPES = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml", "png": "image/png"}
BIDI_CONTROLS = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])  # turn the reading direction
FOREVER = "public, max-age=31536000, immutable"  # for addresses that change when the file does


def template_environment(package: str) -> Environment:
    """The templates in `package/templates`: everything is escaped, and no text can turn the reading direction."""
    return Environment(
        loader=PackageLoader(package, "templates"),
        autoescape=True,
        finalize=strip_bidi,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def strip_bidi(value: object) -> object:
    """A text without characters that turn the reading direction; anything else as it is."""
    return value.translate(BIDI_CONTROLS) if isinstance(value, str) else value  # Markup stays Markup


class StaticFiles:
    """The files in `package/static`, read once."""

    def __init__(self, package: str) -> None:
        self._package = package

    def address(self, name: str) -> str:
        """`/static/NAME?DIGEST`: changes when the file does. Raises `KeyError`."""
        return f"/static/{name}?{hashlib.sha256(self._files[name][0]).hexdigest()[:8]}"

    def response(self, name: str, cache: str) -> web.Response:
        """The file. Raises `web.HTTPNotFound`."""
        if (found := self._files.get(name)) is None:
            raise web.HTTPNotFound
        return web.Response(body=found[0], content_type=found[1], headers={"Cache-Control": cache})

    async def serve(self, request: web.Request) -> web.Response:
        """The handler of `/static/{name}`."""
        return self.response(request.match_info["name"], FOREVER if request.query_string else "no-cache")

    @cached_property
    def _files(self) -> dict[str, tuple[bytes, str]]:
        entries = (
            (entry, entry.name.rpartition(".")[2]) for entry in files(self._package).joinpath("static").iterdir()
        )
        return {entry.name: (entry.read_bytes(), CONTENT_TYPES[end]) for entry, end in entries if end in CONTENT_TYPES}
