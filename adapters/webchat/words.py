"""What a person said, as a message: words, and the addresses among them as links. Pure."""

from __future__ import annotations

import re

from bot.chat.message import Message, Paragraph, Span, Text

MOST_URL = 2_000

_URL = re.compile(r"https?://[\w\[][^\s<>\"]*", re.IGNORECASE)
_AFTER = ".,;:!?'’”)]}…"  # ends the sentence, not the address


def message(words: str) -> Message:
    """The words as they were typed."""
    return Message(plain=words, blocks=(Paragraph(_linked(words)),))


def addresses(words: str) -> list[str]:
    """The web addresses in it, in order, each once."""
    return list(dict.fromkeys(url for _, url in _found(words)))


def _linked(words: str) -> Text:
    spans: list[Span] = []
    end = 0
    for start, url in _found(words):
        spans += [Span(words[end:start]), Span(url, url=url)]
        end = start + len(url)
    return tuple(span for span in (*spans, Span(words[end:])) if span.text)


def _found(words: str) -> list[tuple[int, str]]:
    found = ((match.start(), _bare(match[0])) for match in _URL.finditer(words))
    return [(start, url) for start, url in found if len(url) <= MOST_URL]


def _bare(url: str) -> str:
    """The address without what follows it; a bracket that was opened in it belongs to it."""
    while url[-1] in _AFTER and not (url[-1] == ")" and url.count("(") >= url.count(")")):
        url = url[:-1]
    return url
