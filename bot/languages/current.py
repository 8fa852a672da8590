"""Which language the current event is answered in, or the current post is written in."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from babel import Locale

LANGUAGES = ("en", "de", "fr", "es", "pt_BR", "zh_CN", "ja", "ko")
TRADITIONAL = frozenset({"hant", "tw", "hk", "mo"})  # Chinese that isn't written in simplified characters

_current: ContextVar[str] = ContextVar("language", default="en")
_PT, _ZH = "pt_BR", "zh_CN"
_LOCALES = {name: Locale.parse("en_GB" if name == "en" else name) for name in LANGUAGES}


def language() -> str:
    """The language that texts are written in now, one of `LANGUAGES`."""
    return _current.get()


def tag() -> str:
    """The current language as it is typed after `lang:` in a schedule: `pt-br`."""
    return _current.get().replace("_", "-").casefold()


def locale() -> Locale:
    """The rules of the current language for dates, numbers and lists."""
    return _LOCALES[_current.get()]


@contextmanager
def speaking(tag: str) -> Iterator[None]:
    """Write texts in the language of a tag (`de-AT`, `pt-br`; empty: English) until the block ends."""
    token = _current.set(supported(tag) or "en")
    try:
        yield
    finally:
        _current.reset(token)


def supported(tag: str) -> str:
    """The catalogue for a language tag, as a platform or a browser names it; empty when there is none."""
    first, *rest = tag.replace("_", "-").casefold().split("-")
    if first == "zh":
        return "" if TRADITIONAL & set(rest) else _ZH
    name = _PT if first == "pt" else first
    return name if name in LANGUAGES else ""


def wanted_by(accept_language: str) -> str:
    """The language that a browser prefers among ours, from its `Accept-Language` header (RFC 9110, 12.5.4)."""
    ranked = []
    for part in accept_language[:200].split(","):
        tag, _, quality = part.strip().partition(";q=")
        ranked.append((_quality(quality), supported(tag)))
    best = max((item for item in ranked if item[0] > 0 and item[1]), key=lambda item: item[0], default=(0, "en"))
    return best[1]


def _quality(text: str) -> float:
    try:
        return float(text or 1)
    except ValueError:
        return 0
