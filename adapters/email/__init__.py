"""Paperboy by e-mail."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.email.settings import Settings, read_settings
from bot.chat.adapter import AdapterFactory, Setup

if TYPE_CHECKING:
    from adapters.email.sending.adapter import EmailAdapter


def _build(setup: Setup) -> EmailAdapter | None:
    """The adapter for these settings; None without a mail server (`EMAIL_HOST`)."""
    settings = read_settings(setup.options)
    if settings is None:
        return None
    from adapters.email.sending.adapter import build_adapter  # noqa: PLC0415 - the SMTP library is slow to import

    return build_adapter(settings, setup)


make = AdapterFactory(options=frozenset(Settings.__struct_fields__), build=_build)
