"""What people type is parsed in bounded time, whatever it is."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from contextlib import suppress
from functools import cache

import pytest

from bot.chat.message import Action
from bot.commands import subscription_form
from bot.commands.registry import commands
from bot.errors import AskError
from bot.papers.ids import find_arxiv_ids, paper_id
from bot.search.query import parse_query
from tests.builders import ADA
from tests.core.conftest import Channel

LENGTH = 20_000
MAX_MS = 50
PIECES = (
    "every ", "each ", "at ", "on ", "and ", ",", "mon-", "mon,", "9:", "top ", "top 3", "votes ", "1 ", "+", "from ",
    "from a,", "from community ", "lang:", "lang: ", "about:", "about ", "compact", "thread", "when ", "complete ",
    "cron ", "* ", "*/2 ", "Europe/", "berlin ", "|", "%7C", "%25", "#", "é", "\u202e", "\x00", "„", "“",
    "(", ")", "٣", "𝟗",
)  # fmt: skip


def hostile(seed: int) -> str:
    """One piece again and again, or a random mixture."""
    if seed < len(PIECES):
        return (PIECES[seed] * LENGTH)[:LENGTH]
    return "".join(random.Random(seed).choices(PIECES, k=LENGTH))[:LENGTH]


@cache
def inputs() -> list[str]:
    return [hostile(seed) for seed in range(len(PIECES) + 60)]


async def test_each_parser_of_typed_text_is_quick(channel: Channel) -> None:
    request = channel.core.request_for(channel.press(Action("x"), ADA), "")
    parsers: dict[str, Callable[[str], object]] = {
        "subscription": lambda text: subscription_form.read(request, text),
        "subscription from a form": lambda text: subscription_form.text_of_form({"when": text, "query": text}, "UTC"),
        "subscription after a time": lambda text: subscription_form.read(request, f"daily 09:00 {text}"[:1_000]),
        "action": Action.parse,
        "arXiv id": paper_id,
        "arXiv ids in a message": find_arxiv_ids,
        "query": parse_query,
    }
    slow = {name: ms for name, parse in parsers.items() if (ms := slowest_ms(parse)) > MAX_MS}
    assert slow == {}


@pytest.mark.parametrize("name", sorted(command.name for command in commands()))
async def test_every_command_takes_hostile_text(channel: Channel, name: str) -> None:
    for text in inputs()[:: len(inputs()) // 6]:
        answer = await channel.says(f"{name} {text}")
        assert "Something went wrong" not in answer.message.plain


def slowest_ms(parse: Callable[[str], object]) -> float:
    worst = 0.0
    for text in inputs():
        start = time.process_time()
        with suppress(AskError):
            parse(text)
        worst = max(worst, time.process_time() - start)
    return worst * 1000
