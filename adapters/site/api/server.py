"""The API's part of the site: who may ask, how often, and how it is answered."""

from __future__ import annotations

import logging
from datetime import timedelta

import msgspec
from aiohttp import web
from aiohttp.typedefs import Handler

from adapters.site import conditional
from adapters.site.api import asked, limits, openapi
from adapters.site.api.limits import Allowance, Limits
from adapters.site.api.problem import Problem, told
from adapters.site.api.routes import PREFIX, ROUTES, Route
from adapters.site.conditional import Body
from adapters.site.made import Made
from adapters.site.site import Site
from bot.errors import AskError, PaperboyError

log = logging.getLogger(__name__)

JSON = "application/json"
FRESH = timedelta(seconds=10)
CACHE = "max-age=10"
METHODS = "GET, HEAD, OPTIONS"
_PARTS = {"id": r"{id:[^/]+(?:/\d{7})?}", "date": "{date}"}  # `hep-th/9901001` is an id too
_SAID = {
    404: "There is nothing at this address. /api/v1/openapi.json lists what there is.",
    405: "It can only be read.",
}


class Api:
    """Everything below /api/v1."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._limits = Limits(site.clock)
        self._made = Made(site.clock, FRESH)
        self._document = Body.of(msgspec.json.encode(openapi.document(site.url, site.settings.name)))

    def add(self, app: web.Application) -> None:
        @web.middleware
        async def careful(request: web.Request, handler: Handler) -> web.StreamResponse:
            return await self._careful(request, handler)

        ours = web.Application(middlewares=[careful])
        for route in ROUTES:
            ours.router.add_get(_pattern(route.path), self._answering(route))
        ours.router.add_get("/openapi.json", self._described)
        app.add_subapp(PREFIX, ours)

    def _answering(self, route: Route) -> Handler:
        async def answer(request: web.Request) -> web.StreamResponse:
            wanted = asked.read(request.query, route.asks)
            path = dict(request.match_info)

            async def make() -> bytes:
                return msgspec.json.encode(await route.answers(self._site, path, wanted))

            body = await self._made.get(f"{route.name} {path} {wanted}", make)
            return conditional.answer(request, body, JSON, CACHE)

        return answer

    async def _described(self, request: web.Request) -> web.Response:
        return conditional.answer(request, self._document, JSON, CACHE)

    async def _careful(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Every answer of the API, what goes wrong included, comes through here."""
        if request.method == "OPTIONS" and not _missing(request):
            return web.Response(status=204, headers={"Allow": METHODS} | self._cors() | _preflight())
        allowance: Allowance | None = None
        try:
            allowance = await self._allowance(request)
            response = await handler(request)
        except Problem as problem:
            response = told(problem)
        except web.HTTPException as error:
            allow = {"Allow": METHODS} if error.status == 405 else {}
            response = told(Problem(error.status, _SAID.get(error.status, error.reason), allow))
        except AskError as error:
            response = told(Problem(400, str(error)))
        except PaperboyError as error:
            log.error("%s could not be answered: %s", request.path, error)
            response = told(
                Problem(503, "Something is out of order here. Try again in a minute.", {"Retry-After": "60"})
            )
        response.headers.update(self._cors() | (allowance.headers if allowance else {}))
        return response

    async def _allowance(self, request: web.Request) -> Allowance:
        """What the asker may still ask for. Raises `Problem`."""
        settings = self._site.settings
        given = request.headers.get("Authorization")
        program = await self._site.catalog.api_client(_key(given)) if given is not None else None
        if program:
            allowance = self._limits.take("key", program.name, settings.key_per_minute)
        else:
            who = limits.address(request, proxied=settings.proxied)
            allowance = self._limits.take("address", who, settings.address_per_minute)
        if allowance.left < 0:
            wait = allowance.headers | {"Retry-After": str(allowance.seconds)}
            advice = "" if program else " A key allows more: ask whoever runs this site."
            raise Problem(429, f"{allowance.most} requests a minute are allowed.{advice}", wait)
        if given is not None and not program:
            raise Problem(401, "This key is not known. Send `Authorization: Bearer KEY`, or nothing.", _CHALLENGE)
        return allowance

    def _cors(self) -> dict[str, str]:
        """Pages of other sites may read a public API; one for this machine alone is none of theirs."""
        if not self._site.settings.public_url:
            return {}
        return {
            "Access-Control-Allow-Origin": "*",
            "Access-Control-Expose-Headers": "ETag, RateLimit, RateLimit-Policy, Retry-After",
        }


_CHALLENGE = {"WWW-Authenticate": "Bearer"}


def _preflight() -> dict[str, str]:
    return {
        "Access-Control-Allow-Methods": METHODS,
        "Access-Control-Allow-Headers": "Authorization, If-None-Match",
        "Access-Control-Max-Age": "86400",
    }


def _key(authorization: str) -> str:
    scheme, _, key = authorization.strip().partition(" ")
    return key.strip() if scheme.casefold() == "bearer" else ""


def _missing(request: web.Request) -> bool:
    error = request.match_info.http_exception
    return error is not None and error.status == 404


def _pattern(path: str) -> str:
    """OpenAPI's path as the router takes it."""
    for name, pattern in _PARTS.items():
        path = path.replace(f"{{{name}}}", pattern)
    return path
