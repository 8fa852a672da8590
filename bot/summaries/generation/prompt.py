"""The prompts and the request form. Pure; knows no SDK.

Titles, abstracts and questions are data: they travel as JSON in the user's turn, and the system's turn says so. The
rules and examples are marked for the prompt cache: they are longer than the 512 tokens from which Claude Haiku 5.5
caches (its model page, October 2026), and a cached token costs a tenth. Below a model's minimum the mark does nothing.
"""

import hashlib
import json
import math
from importlib.resources import files
from typing import Any

from bot.store.records import SummaryRequest
from bot.summaries.check import MAX_CHARS
from bot.summaries.generation.language_model import TokenUsage

SUMMARY_TOKENS = 400  # a summary in any script, as JSON
ANSWER_TOKENS = 800
THINKING_TOKENS = 4_000  # on top, for a model that thinks first
ABSTRACT_CHARS = 6_000
QUESTION_CHARS = 500
TEXT_CHARS = 60_000
ANSWER_CHARS = 400
TOKEN_CHARS = 2.5  # characters per token, as Anthropic documents it; for estimates only


def _text(name: str, max_chars: int) -> str:
    """A prompt from the file beside this one, with the limit that it names."""
    found = files("bot.summaries.generation").joinpath(name).read_text("utf-8")
    return found.removesuffix("\n").format(max_chars=max_chars)


SUMMARY_PROMPT = _text("summary_prompt.txt", MAX_CHARS)
ANSWER_PROMPT = _text("answer_prompt.txt", ANSWER_CHARS)
_SCHEMAS = json.loads(files("bot.summaries.generation").joinpath("answer_schemas.json").read_text("utf-8"))


def summary_request(model: str, request: SummaryRequest, *, thinking: bool = False) -> dict[str, Any]:
    """The request for a paper's summary; a second one says what was wrong with the refused one before."""
    asked = {name: getattr(request, name)[:ABSTRACT_CHARS] for name in ("language", "title", "abstract")}
    if request.failures:
        asked |= {"refused": request.refused[:ABSTRACT_CHARS], "wrong": "; ".join(request.failures)}
    return _request(model, SUMMARY_PROMPT, asked, _SCHEMAS["summary"], SUMMARY_TOKENS, thinking=thinking)


def answer_request(model: str, text: str, question: str, *, thinking: bool = False) -> dict[str, Any]:
    """The request for the answer to a question about a text."""
    asked = {"text": text[:TEXT_CHARS], "question": question[:QUESTION_CHARS]}
    return _request(model, ANSWER_PROMPT, asked, _SCHEMAS["answer"], ANSWER_TOKENS, thinking=thinking)


def fingerprint(*, thinking: bool) -> str:
    """A hash of the prompt without the paper: another prompt may give another summary."""
    empty = SummaryRequest(paper="", version=1, language="", model="", prompt="", title="", abstract="")
    asked = summary_request("", empty, thinking=thinking)
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()[:12]


def most_tokens(request: dict[str, Any]) -> TokenUsage:
    """The most tokens that a request can use: its own, nothing of them in the cache, and all that it may return."""
    return TokenUsage(
        input=_tokens(request["messages"]), cache_write=_tokens(request["system"]), output=request["max_tokens"]
    )


def _tokens(part: object) -> int:
    """The tokens of a part of a request, rounded up; letters beyond ASCII count as a token each."""
    text = json.dumps(part, ensure_ascii=False)
    ascii_letters = len(text.encode("ascii", "ignore"))
    return math.ceil(ascii_letters / TOKEN_CHARS) + len(text) - ascii_letters


def _request(
    model: str, task: str, asked: dict[str, str], schema: dict[str, Any], most: int, *, thinking: bool
) -> dict[str, Any]:
    request = {
        "model": model,
        "max_tokens": most + (THINKING_TOKENS if thinking else 0),
        "system": [{"type": "text", "text": task, "cache_control": {"type": "ephemeral"}}],
        "messages": [{"role": "user", "content": _json(asked)}],
        "output_config": {"format": {"type": "json_schema", "schema": schema}},
    }
    # Left out, Claude Haiku 5.5 thinks by itself: ten times the price, and it may use up `max_tokens` without a line.
    return request if thinking else request | {"thinking": {"type": "disabled"}}


def _json(asked: dict[str, str]) -> str:
    return json.dumps(asked, ensure_ascii=False).encode("utf-8", "replace").decode()
