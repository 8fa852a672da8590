"""Makes the table of Slack's short names of emoji from the data set that Slack takes them from.

    npm pack emoji-datasource && tar xzf emoji-datasource-*.tgz package/emoji.json
    python tools/slack_emoji.py package/emoji.json

Slack and the data set (https://github.com/iamcal/emoji-data, MIT) use the same names. Run it when Slack gets new emoji.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from bot.votes.emoji import base_emoji

TABLE = Path(__file__).parent.parent / "adapters" / "slack" / "emoji_names.txt"
HEAD = """\
# Slack's short names of emoji: an emoji without skin tone, then its names. Made by tools/slack_emoji.py from
# emoji-datasource (https://github.com/iamcal/emoji-data), copyright (c) 2013 Cal Henderson, MIT licence.
"""


def main(source: Path) -> None:
    lines = []
    for entry in json.loads(source.read_text("utf-8")):
        emoji = base_emoji("".join(chr(int(code, 16)) for code in entry["unified"].split("-")))
        if emoji:  # a skin tone alone is none
            lines.append(" ".join([emoji, *entry["short_names"]]))
    TABLE.write_text(HEAD + "\n".join(sorted(lines)) + "\n", "utf-8")
    print(f"{sum(line.count(' ') for line in lines)} names of {len(lines)} emoji in {TABLE}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
