"""Delivery keys: a post has the same key however often, and by whichever process, it is planned."""

import base64
import hashlib

from bot.chat.event import Place
from bot.store.records import DeliveryKey

KEY_CHARS = 25  # the limit of Discord's `nonce`


def delivery_key(place: Place, subscription: str, edition: str, part: str) -> DeliveryKey:
    """The key of one part of an edition for one subscription of a channel."""
    said = "\0".join((place.tenant, place.channel, subscription, edition, part))
    return base64.b32encode(hashlib.sha256(said.encode()).digest()).decode().lower()[:KEY_CHARS]
