"""Paperboy by e-mail."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.email.settings import Settings, read
from bot.chat.adapter import AdapterFactory, Setup

if TYPE_CHECKING:
    from adapters.email.post import EmailAdapter


def _build(setup: Setup) -> EmailAdapter | None:
    """The adapter of these settings; None when there is no mail server (`EMAIL_HOST`)."""
    settings = read(setup.options)
    if settings is None:
        return None
    from adapters.email.build import build  # noqa: PLC0415 - the library takes a while to load

    return build(settings, setup)


make = AdapterFactory(options=frozenset(Settings.__struct_fields__), build=_build)
