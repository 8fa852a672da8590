"""Discord's errors as `Refused`, `Busy` and `Unsure`.

Codes: https://discord.com/developers/docs/topics/opcodes-and-status-codes
"""

from collections.abc import Iterator
from contextlib import contextmanager

import aiohttp
import discord

from bot.chat.message import clean
from bot.errors import Busy, PostError, Refused, Unsure

UNKNOWN_CHANNEL, UNKNOWN_GUILD, UNKNOWN_MESSAGE, UNKNOWN_INTERACTION = 10003, 10004, 10008, 10062
UNKNOWN_MEMBER, UNKNOWN_USER, UNKNOWN_WEBHOOK, INVALID_WEBHOOK_TOKEN = 10007, 10013, 10015, 50027
MISSING_ACCESS, CANNOT_DM, NO_TEXT_CHANNEL, MISSING_PERMISSIONS = 50001, 50007, 50008, 50013
ALREADY_ACKNOWLEDGED = 40060
ARCHIVED, THREAD_EXISTS, LOCKED, TOO_MANY_THREADS = 50083, 160004, 160005, 160006
BLOCKED_MESSAGE, BLOCKED_TITLE, BLOCKED_LINK = 200000, 200001, 240000
TAG_NEEDED, WRONG_CHANNEL_TYPE = 40067, 50024
EXEMPT = "An admin can exempt Paperboy's role: Server Settings, AutoMod, the rule, Allow certain roles."
MAX_WORDS_CHARS = 150  # of Discord's own words about an error
RETRY_AFTER_S = 60.0  # when Discord names no time

PICTURE_REFUSED = frozenset({MISSING_PERMISSIONS, 40005, 50035})  # too large; a form, for example without the file
EXPIRED = frozenset({UNKNOWN_INTERACTION, ALREADY_ACKNOWLEDGED, UNKNOWN_WEBHOOK, INVALID_WEBHOOK_TOKEN})
"""An interaction can no longer be answered: its first response is due in 3 seconds, its token ends after 15 minutes."""

_REFUSALS: dict[int, tuple[str, str, bool]] = {  # code → what happened, what to do, whether the place is unusable
    UNKNOWN_CHANNEL: ("The channel was deleted.", "Schedule the papers in another channel.", True),
    UNKNOWN_GUILD: ("Paperboy isn't in that server.", "Invite it again.", True),
    UNKNOWN_MESSAGE: ("That message was deleted.", "", False),
    MISSING_ACCESS: ("Paperboy can't see the channel.", "Give it View Channel there.", True),
    MISSING_PERMISSIONS: ("Paperboy lacks a permission there.", "Check its permissions in the channel.", True),
    CANNOT_DM: ("This person blocks messages from Paperboy.", "They can allow them in Privacy Settings.", True),
    NO_TEXT_CHANNEL: ("That channel takes no messages.", "Choose a text, announcement or forum channel.", True),
    LOCKED: ("The thread is locked.", "A moderator can unlock it.", False),
    BLOCKED_MESSAGE: ("The server's AutoMod blocked the message.", EXEMPT, False),
    BLOCKED_TITLE: ("The server's AutoMod blocked the title.", EXEMPT, False),
    BLOCKED_LINK: ("Discord's filter of harmful links blocked the message.", "", False),
    TAG_NEEDED: (
        "The forum requires a tag, and none is for everyone to use.",
        "Add a tag to the forum that isn't for moderators only, or don't require one.",
        False,
    ),
    WRONG_CHANNEL_TYPE: (
        "A channel of this kind has no threads.",
        "To post everything in one message: /papers change ID WHEN compact",
        False,
    ),
    TOO_MANY_THREADS: ("The server has reached Discord's limit of open threads.", "Close some of them.", False),
}


@contextmanager
def as_post_errors() -> Iterator[None]:
    """Raises the library's and the network's errors as `Refused`, `Busy` or `Unsure`."""
    try:
        yield
    except PostError:
        raise
    except discord.RateLimited as error:
        raise Busy("Discord limits our requests.", retry_after=error.retry_after) from error
    except discord.LoginFailure as error:
        raise _token_refused() from error
    except discord.HTTPException as error:
        raise post_error(error) from error
    except (TimeoutError, aiohttp.ClientError, OSError) as error:
        raise Unsure(f"Discord can't be reached ({type(error).__name__}).") from error
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise Unsure(f"Discord's answer can't be read ({type(error).__name__}).") from error


def post_error(error: discord.HTTPException) -> PostError:
    """The meaning of an error response."""
    if error.status == 429:
        return Busy("Discord limits our requests.", retry_after=_retry_after_s(error))
    if error.status >= 500:
        return Unsure(f"Discord answered with status {error.status}.")
    if error.status == 401 and error.code not in EXPIRED:
        return _token_refused()
    return _refusal(error)


def _refusal(error: discord.HTTPException) -> Refused:
    if error.code in EXPIRED:
        return Refused("The interaction can no longer be answered.")
    message, hint, broken = _REFUSALS.get(error.code, ("", "", False))
    if message:
        return Refused(message, hint, broken=broken, gone=error.code == UNKNOWN_MESSAGE)
    if error.status == 403:
        return Refused("Discord doesn't allow it there.", "Check Paperboy's permissions.", broken=True)
    words = clean(error.text, MAX_WORDS_CHARS) or "no reason"
    return Refused(f"Discord refused it: {words} (status {error.status}, code {error.code}).")


def _retry_after_s(error: discord.HTTPException) -> float:
    try:
        return float(error.response.headers.get("Retry-After", RETRY_AFTER_S))
    except ValueError:
        return RETRY_AFTER_S


def _token_refused() -> Refused:
    return Refused("Discord refuses the token.", "Set a new DISCORD_TOKEN and restart Paperboy.", broken=True)


def is_forbidden(error: PostError) -> bool:
    """Whether a permission is missing."""
    return error_code(error) in {MISSING_ACCESS, MISSING_PERMISSIONS}


def is_expired(error: PostError) -> bool:
    """Whether an interaction can no longer be answered. Whatever the code, a 401 or 404 is about the interaction's own
    token or answer: those requests don't use the bot's token."""
    return error_code(error) in EXPIRED or getattr(error.__cause__, "status", 0) in {401, 404}


def error_code(error: PostError) -> int:
    """Discord's own code of the error; 0 when it has none."""
    return int(getattr(error.__cause__, "code", 0))
