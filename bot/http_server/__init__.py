"""Shared by everything with a web server. It knows nothing of papers, chat or the store.

A server in six lines:

    app = web.Application(client_max_size=64 * 1024)
    app.add_routes([web.get("/", home)])
    server = HttpServer("the site", app, Boundary(hosts=own_hosts(host, public_url), https=..., render_error=...))
    url = await server.start(host, port, setting="SITE_PORT", next_ports=NEXT_PORTS)
    ...
    await server.stop()

| to | use |
|---|---|
| start and stop a server; connection caps, deadlines for headers and body | `HttpServer`, `ConnectionLimits` |
| be an adapter that has one | `WebListener` |
| set which hosts it answers to, its headers, and the format of its errors | `Boundary`, `own_hosts`, `has_own_text` |
| refuse forms of other sites | `is_from_our_page`, `tokens_match`, `form_values`, `CsrfCookie` |
| know who asks, behind a proxy too | `client_address` (IPv4, or the /64 of IPv6) |
| limit how often one client does something | `RateLimiter`: `take(client)` gives an `Allowance` with its headers |
| seal cookies, links and records; sign tokens | `open_sealer`, `Sealer` |
| keep answers that are the same for everyone | `ResponseCache`, `Content`, `cache_key`; `prepare` for a single one |
| render Jinja templates, serve static files | `template_environment`, `StaticFiles` |

What holds for every server here:

- A handler raises `web.HTTPException` for what the client can mend. A `PaperboyError` becomes 503, any other exception
  500 with one traceback in the log. `Boundary.render_error` makes the answer in the surface's own format.
- The body is read before the handler runs: `await request.post()` then takes no time. `multipart/*` gets 415.
- A client that sends rubbish, breaks off or is slow gets a 4xx or is closed: never a traceback.
- When a server is full, the connection that has waited longest for a request is closed in favour of a new one.
  The descriptor limit is raised at the start, and all servers together leave `RESERVED_DESCRIPTORS` to the process.
- Every answer has `SECURITY_HEADERS` (a handler may set its own value of one) and no `Server` header.
"""

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
