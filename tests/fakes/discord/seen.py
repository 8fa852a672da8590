"""What a person saw of the answer to something they did."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from tests.fakes.discord.components import walk


class Seen(Struct, frozen=True, kw_only=True):
    interaction: str
    response: int  # type of the first response (4 message, 5 and 6 deferred, 7 update, 8 choices, 9 modal); 0: none
    first: float | None  # seconds until Discord knew that the app is there
    answer: float | None  # seconds until there was something to read
    messages: list[dict[str, Any]]
    private: list[str]  # ids of the messages that only this person sees
    modal: dict[str, Any] | None = None
    choices: list[dict[str, Any]] | None = None

    @property
    def failed(self) -> bool:
        """The user was told that the application did not respond."""
        return self.first is None

    @property
    def text(self) -> str:
        """All words of all messages."""
        return "\n".join(words(message) for message in self.messages)

    @property
    def message(self) -> dict[str, Any]:
        """The last one."""
        return self.messages[-1]

    @property
    def buttons(self) -> list[str]:
        return [one["label"] for message in self.messages for one in controls(message) if one.get("label")]


def words(message: dict[str, Any]) -> str:
    """What a message says: its content, text displays and embeds."""
    texts = [message["content"]]
    texts += [one["content"] for _, one in walk(message["components"]) if one.get("content")]
    for embed in message["embeds"]:
        parts = [embed.get("author", {}).get("name"), embed.get("title"), embed.get("description")]
        parts += [f"{field['name']} {field['value']}" for field in embed.get("fields", ())]
        texts += [*parts, embed.get("footer", {}).get("text")]
    return "\n".join(text for text in texts if text)


def controls(message: dict[str, Any]) -> list[dict[str, Any]]:
    """Buttons and menus of a message."""
    return [one for _, one in walk(message["components"]) if one["type"] in {2, 3, 5, 6, 7, 8}]
