"""The headers that every answer has, errors and streams included."""

from collections.abc import Mapping
from http import HTTPStatus

from aiohttp import web

CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
SECURITY_HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": CONTENT_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "browsing-topics=()",
}
HSTS = "max-age=31536000"  # a year; without subdomains, which may be someone else's


def security_headers(own: Mapping[str, str], *, https: bool) -> dict[str, str]:
    """The headers of a server: those of all, its own, and with https the order to stay with https."""
    return {**SECURITY_HEADERS, **own, **({"Strict-Transport-Security": HSTS} if https else {})}


def set_headers_on_all(app: web.Application, headers: Mapping[str, str]) -> None:
    """Set these on every answer of the application, where a handler has not set its own; name no server software."""

    async def set_headers(request: web.Request, response: web.StreamResponse) -> None:
        for name, value in headers.items():
            response.headers.setdefault(name, value)
        response.headers.popall("Server", None)

    app.on_response_prepare.append(set_headers)


def raw_answer(status: int) -> bytes:
    """A whole answer in bytes, for what never became a request."""
    phrase = HTTPStatus(status).phrase
    body = f"{phrase}.\n"
    fields = {
        **SECURITY_HEADERS,
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Length": str(len(body)),
        "Cache-Control": "no-store",
        "Connection": "close",
    }
    lines = [f"HTTP/1.1 {status} {phrase}", *(f"{name}: {value}" for name, value in fields.items())]
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()
