"""The adapter from its parts."""

from __future__ import annotations

from adapters.email.journal import Journal
from adapters.email.keys import open_keys
from adapters.email.letter import Writer
from adapters.email.limit import Limit
from adapters.email.pace import Pace
from adapters.email.post import EmailAdapter
from adapters.email.relay import Relay
from adapters.email.settings import Settings
from adapters.email.signup import Parts
from adapters.email.subscribers import Subscribers
from bot.chat.adapter import Setup


def build(settings: Settings, setup: Setup) -> EmailAdapter:
    return EmailAdapter(
        Parts(
            settings=settings,
            subscribers=Subscribers(setup.storage, open_keys(settings.secret, setup.home), setup.clock),
            journal=Journal(setup.storage, setup.clock),
            writer=Writer(settings),
            relay=Relay(settings),
            pace=Pace(settings.pace, setup.clock),
            limit=Limit(setup.clock),
            clock=setup.clock,
        )
    )
