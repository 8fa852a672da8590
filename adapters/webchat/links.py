"""Web addresses in what people type. Pure."""

import re

from bot.chat.message import Message, Paragraph, Span, Text

MAX_URL_CHARS = 2_000

_URL = re.compile(r"https?://[\w\[][^\s<>\"]*", re.IGNORECASE)
_PUNCTUATION = ".,;:!?'’”)]}…"  # at the end of an address it belongs to the sentence


def linked_message(typed: str) -> Message:
    """The text as it was typed, with its web addresses as links."""
    return Message(plain=typed, blocks=(Paragraph(_linked(typed)),))


def find_urls(typed: str) -> list[str]:
    """The web addresses in a text, in order, each once."""
    return list(dict.fromkeys(url for _, url in _url_positions(typed)))


def _linked(typed: str) -> Text:
    spans: list[Span] = []
    end = 0
    for start, url in _url_positions(typed):
        spans += [Span(typed[end:start]), Span(url, url=url)]
        end = start + len(url)
    return tuple(span for span in (*spans, Span(typed[end:])) if span.text)


def _url_positions(typed: str) -> list[tuple[int, str]]:
    found = ((match.start(), _without_punctuation(match[0])) for match in _URL.finditer(typed))
    return [(start, url) for start, url in found if len(url) <= MAX_URL_CHARS]


def _without_punctuation(url: str) -> str:
    """The address without the punctuation after it; a closing bracket stays if the address has the opening one."""
    end, unopened = len(url), url.count(")") - url.count("(")
    while url[end - 1] in _PUNCTUATION and not (url[end - 1] == ")" and unopened <= 0):
        end -= 1
        unopened -= url[end] == ")"
    return url[:end]
