"""The overview of commands: in groups, those to start with first."""

from __future__ import annotations

import re

from bot.chat.message import Bullets, Paragraph
from tests.builders import BOB
from tests.core.conftest import Channel


async def test_every_command_is_in_the_overview_once_and_those_to_start_with_come_first(channel: Channel) -> None:
    answer = (await channel.says("help", who=BOB)).message
    groups = [block for block in answer.blocks if isinstance(block, Bullets)]
    titles = [block.text[0].text for block in answer.blocks if isinstance(block, Paragraph)]
    assert titles == ["To start", "Papers", "This channel", "Your papers", "You"]
    assert groups[0].items[0][0].text == "/papers QUERY"
    named = [item[0].text for block in groups for item in block.items]
    assert len(named) == len(set(named))
    assert sorted(named) == sorted(re.findall("^/papers .*$", answer.plain, re.MULTILINE))
