"""An answer of a web server, as sources read it."""

from msgspec import Struct


class FetchedPage(Struct, frozen=True, kw_only=True):
    """The body of an answer, or that nothing changed since the last one."""

    url: str  # as it was asked for
    location: str = ""  # where it was found after redirects: what relative links start from; empty: at `url`
    body: bytes = b""
    content_type: str = ""  # the whole header, with its charset
    unchanged: bool = False
    missing: bool = False  # 404: there is no such page
    validators: tuple[tuple[str, str], ...] = ()  # what to ask with next time, once this answer has been used
