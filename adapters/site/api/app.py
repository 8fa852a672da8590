"""The API's part of the site: keys, rate limits, and the format of answers."""

import logging
import re

import msgspec
from aiohttp import web
from aiohttp.typedefs import Handler

from adapters.site.api import openapi
from adapters.site.api.handlers import PREFIX, ROUTES, Route
from adapters.site.api.params import read_params
from adapters.site.api.schemas import ApiProblem, problem_response
from adapters.site.errors import api_detail
from adapters.site.site import Site
from bot.errors import AskError, PaperboyError
from bot.http_server import Allowance, Content, RateLimiter, ResponseCache, prepare, route_name

log = logging.getLogger(__name__)

JSON = "application/json"
FRESH_S = 10.0
CACHE_CONTROL = "max-age=10"
METHODS = "GET, HEAD, OPTIONS"
RETRY = {"Retry-After": "60"}
BAD_KEY = {"WWW-Authenticate": "Bearer"}
PREFLIGHT = {
    "Access-Control-Allow-Methods": METHODS,
    "Access-Control-Allow-Headers": "Authorization, If-None-Match",
    "Access-Control-Max-Age": "86400",
}
_PATTERNS = {"id": r"{id:[^/]+(?:/\d{7})?}", "date": "{date}"}  # `hep-th/9901001` is an id too


class Api:
    """Everything below /api/v1."""

    def __init__(self, site: Site) -> None:
        settings = site.settings
        self._site = site
        self._addresses = RateLimiter(site.clock, policy="address", limit=settings.address_per_minute)
        self._keys = RateLimiter(site.clock, policy="key", limit=settings.key_per_minute)
        self._cache = ResponseCache(site.clock, fresh_s=FRESH_S)
        document = msgspec.json.encode(openapi.document(site.url, settings.name))
        self._document = prepare(Content(body=document, content_type=JSON, is_dated=True), site.clock.now())

    def add_routes(self, app: web.Application) -> None:
        @web.middleware
        async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
            return await self._guard(request, handler)

        api = web.Application(middlewares=[guard])
        for route in ROUTES:
            api.router.add_get(_pattern(route.path), self._handler(route))
        api.router.add_get("/openapi.json", self._show_document)
        app.add_subapp(PREFIX, api)

    def _handler(self, route: Route) -> Handler:
        async def answer(request: web.Request) -> web.StreamResponse:
            query, path = read_params(request.query, route.params), dict(request.match_info)

            async def make() -> Content:
                body = msgspec.json.encode(await route.handle(self._site, path, query))
                return Content(body=body, content_type=JSON, is_dated=True)

            return (await self._cache.get(f"{route.name} {path} {query}", make)).response(request, CACHE_CONTROL)

        return answer

    async def _show_document(self, request: web.Request) -> web.Response:
        return self._document.response(request, CACHE_CONTROL)

    async def _guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Every answer of the API, errors included, comes through here."""
        unrouted = request.match_info.http_exception
        if request.method == "OPTIONS" and not (unrouted and unrouted.status == 404):
            return web.Response(status=204, headers={"Allow": METHODS} | self._cors() | PREFLIGHT)
        allowance: Allowance | None = None
        try:
            allowance = await self._allowance(request)
            response = await handler(request)
        except ApiProblem as problem:
            response = problem_response(problem.status, problem.detail, problem.headers)
        except web.HTTPException as error:
            headers = {"Allow": METHODS} if error.status == 405 else {}
            response = problem_response(error.status, api_detail(error), headers)
        except AskError as error:
            response = problem_response(400, str(error))
        except PaperboyError as error:
            log.error("API request %s failed: %s", route_name(request), error)
            response = problem_response(503, "Something isn't working here. Try again in a minute.", RETRY)
        response.headers.update(self._cors() | (allowance.headers if allowance else {}))
        return response

    async def _allowance(self, request: web.Request) -> Allowance:
        """What the client may still ask for, this request counted. Raises `ApiProblem`."""
        header = request.headers.get("Authorization")
        scheme, _, key = (header or "").strip().partition(" ")
        key = key.strip() if scheme.casefold() == "bearer" else ""
        program = await self._site.catalog.api_client(key) if header is not None else None
        allowance = self._keys.take(program.name) if program else self._addresses.take(self._site.client(request))
        if allowance.is_exceeded:
            advice = "" if program else " A key allows more. Ask the people who run this site for one."
            raise ApiProblem(429, f"The limit is {allowance.limit} requests a minute.{advice}", allowance.headers)
        if header is not None and not program:
            raise ApiProblem(401, "This key is unknown. Send `Authorization: Bearer KEY`, or no key at all.", BAD_KEY)
        return allowance

    def _cors(self) -> dict[str, str]:
        """Pages of other sites may read a public API, but not one that is for this machine only."""
        if not self._site.settings.public_url:
            return {}
        return {
            "Access-Control-Allow-Origin": "*",
            "Access-Control-Expose-Headers": "ETag, RateLimit, RateLimit-Policy, Retry-After",
        }


def _pattern(path: str) -> str:
    """OpenAPI's path as aiohttp's router takes it."""
    return re.sub(r"\{(\w+)\}", lambda part: _PATTERNS[part[1]], path)
