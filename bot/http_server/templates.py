"""Pages from Jinja templates, and the static files beside them."""

from datetime import UTC, datetime
from functools import cached_property
from importlib.resources import files

from aiohttp import web
from jinja2 import Environment, PackageLoader

from bot.http_server.response_cache import Cached, Content, prepare

CONTENT_TYPES = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
    "png": "image/png",
}
BIDI_CONTROLS = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])  # turn the reading direction
UNDATED = datetime(2000, 1, 1, tzinfo=UTC)  # no file says since when it is so
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
        return f"/static/{name}?{self._files[name].etag[:8]}"

    def response(self, request: web.Request, name: str, cache: str) -> web.Response:
        """The file, compressed for a client that takes it. Raises `web.HTTPNotFound`."""
        if (found := self._files.get(name)) is None:
            raise web.HTTPNotFound
        return found.response(request, cache)

    async def serve(self, request: web.Request) -> web.Response:
        """The handler of `/static/{name}`."""
        return self.response(request, request.match_info["name"], FOREVER if request.query_string else "no-cache")

    @cached_property
    def _files(self) -> dict[str, Cached]:
        return {
            entry.name: prepare(Content(body=entry.read_bytes(), content_type=kind), UNDATED)
            for entry in files(self._package).joinpath("static").iterdir()
            if (kind := CONTENT_TYPES.get(entry.name.rpartition(".")[2]))
        }
