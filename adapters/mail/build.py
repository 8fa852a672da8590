"""The adapter from its parts."""

from __future__ import annotations

from adapters.mail.journal import Journal
from adapters.mail.keys import open_keys
from adapters.mail.letter import Writer
from adapters.mail.limit import Limit
from adapters.mail.pace import Pace
from adapters.mail.post import MailAdapter
from adapters.mail.relay import Relay
from adapters.mail.settings import Settings
from adapters.mail.signup import Parts
from adapters.mail.subscribers import Subscribers
from bot.chat.adapter import Setup


def build(settings: Settings, setup: Setup) -> MailAdapter:
    return MailAdapter(
        Parts(
            settings=settings,
            subscribers=Subscribers(setup.shelf, open_keys(settings.secret, setup.home), setup.clock),
            journal=Journal(setup.shelf, setup.clock),
            writer=Writer(settings),
            relay=Relay(settings),
            pace=Pace(settings.pace, setup.clock),
            limit=Limit(setup.clock),
            clock=setup.clock,
        )
    )
