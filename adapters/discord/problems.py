"""What Discord refuses, in our terms: never again, not now, or unknown."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import aiohttp
import discord

from bot.errors import Busy, PostError, Refused, Unsure

# Discord's JSON error codes (topics/opcodes-and-status-codes).
UNKNOWN_CHANNEL, UNKNOWN_GUILD, UNKNOWN_MESSAGE, UNKNOWN_INTERACTION = 10003, 10004, 10008, 10062
MISSING_ACCESS, CANNOT_DM, NO_TEXT_CHANNEL, MISSING_PERMISSIONS = 50001, 50007, 50008, 50013
ANSWERED = 40060
ARCHIVED, THREAD_EXISTS, LOCKED, TOO_MANY_THREADS = 50083, 160004, 160005, 160006
PAUSE = 60.0  # seconds, when Discord does not say how long

_SAID: dict[int, tuple[str, str, bool]] = {
    UNKNOWN_CHANNEL: ("The channel is gone.", "Schedule the papers in another channel.", True),
    UNKNOWN_GUILD: ("Paperboy is not in that server.", "Invite it again.", True),
    UNKNOWN_MESSAGE: ("That message is gone.", "", False),
    MISSING_ACCESS: ("Paperboy can't see the channel.", "Give it View Channel there.", True),
    MISSING_PERMISSIONS: ("Paperboy may not do that there.", "Look over its permissions in the channel.", True),
    CANNOT_DM: ("This person takes no messages from Paperboy.", "They can allow them in Privacy Settings.", True),
    NO_TEXT_CHANNEL: ("That channel takes no messages.", "Choose a text, announcement or forum channel.", True),
    LOCKED: ("The thread is locked.", "A moderator can unlock it.", False),
    TOO_MANY_THREADS: ("The server has as many open threads as Discord allows.", "Close some of them.", False),
}


@contextmanager
def told() -> Iterator[None]:
    """Errors of the library as `Refused`, `Busy` or `Unsure`."""
    try:
        yield
    except PostError:
        raise
    except discord.RateLimited as error:
        raise Busy("Discord asks us to wait.", retry_after=error.retry_after) from error
    except discord.LoginFailure as error:
        raise _token() from error
    except discord.HTTPException as error:
        raise of(error) from error
    except (TimeoutError, aiohttp.ClientError, OSError) as error:
        raise Unsure(f"Discord could not be reached ({type(error).__name__}).") from error


def of(error: discord.HTTPException) -> PostError:
    """What an answer means."""
    if error.status == 429:
        return Busy("Discord asks us to wait.", retry_after=_retry_after(error))
    if error.status == 401:
        return _token()
    if error.status >= 500:
        return Unsure(f"Discord answered with {error.status}.")
    message, hint, broken = _SAID.get(error.code, ("", "", False))
    if message:
        return Refused(message, hint, broken=broken, gone=error.code == UNKNOWN_MESSAGE)
    if error.status == 403:
        return Refused("Discord does not allow it there.", "Look over Paperboy's permissions.", broken=True)
    return Refused(f"Discord did not take it ({error.status}, code {error.code}).", "The reason is in Discord's docs.")


def _retry_after(error: discord.HTTPException) -> float:
    try:
        return float(error.response.headers.get("Retry-After", PAUSE))
    except ValueError:
        return PAUSE


def _token() -> Refused:
    return Refused("Discord does not know the token.", "Set DISCORD_TOKEN anew and restart Paperboy.", broken=True)


def forbids(error: PostError) -> bool:
    """Whether a permission is missing."""
    return code(error) in {MISSING_ACCESS, MISSING_PERMISSIONS}


def code(error: PostError) -> int:
    """Discord's own code of what is told, 0 for none."""
    return int(getattr(error.__cause__, "code", 0))
