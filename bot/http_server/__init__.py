"""Shared by everything with a web server: README.md shows how it is used and says what holds for every server."""

from bot.http_server.boundary import LOCAL_HOSTS, Boundary, has_own_text, own_hosts, plain_error, route_name
from bot.http_server.client_address import client_address
from bot.http_server.connections import ConnectionLimits
from bot.http_server.csrf import CsrfCookie, form_values, is_from_our_page, tokens_match
from bot.http_server.listener import WebListener
from bot.http_server.rate_limit import Allowance, RateLimiter
from bot.http_server.response_cache import Cached, Content, ResponseCache, cache_key, prepare
from bot.http_server.sealer import Sealer, SealError, open_sealer
from bot.http_server.server import NEXT_PORTS, HttpServer
from bot.http_server.templates import StaticFiles, template_environment
