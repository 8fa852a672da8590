"""Discord's errors as `Refused`, `Busy` and `Unsure`.

Codes: https://discord.com/developers/docs/topics/opcodes-and-status-codes
"""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files

import aiohttp
import discord
import msgspec
from msgspec import Struct

from bot.chat.message import clean
from bot.errors import Busy, PostError, Refused, Unsure

UNKNOWN_CHANNEL, UNKNOWN_GUILD, UNKNOWN_MESSAGE, UNKNOWN_INTERACTION = 10003, 10004, 10008, 10062
UNKNOWN_MEMBER, UNKNOWN_USER, UNKNOWN_WEBHOOK, INVALID_WEBHOOK_TOKEN = 10007, 10013, 10015, 50027
MISSING_ACCESS, CANNOT_DM, NO_TEXT_CHANNEL, MISSING_PERMISSIONS = 50001, 50007, 50008, 50013
ALREADY_ACKNOWLEDGED = 40060
ARCHIVED, THREAD_EXISTS = 50083, 160004
MAX_WORDS_CHARS = 150  # of Discord's own words about an error
RETRY_AFTER_S = 60.0  # when Discord names no time

PICTURE_REFUSED = frozenset({MISSING_PERMISSIONS, 40005, 50035})  # too large; a form, for example without the file
EXPIRED = frozenset({UNKNOWN_INTERACTION, ALREADY_ACKNOWLEDGED, UNKNOWN_WEBHOOK, INVALID_WEBHOOK_TOKEN})
"""An interaction can no longer be answered: its first response is due in 3 seconds, its token ends after 15 minutes."""


class _Refusal(Struct, frozen=True):
    message: str
    hint: str = ""
    broken: bool = False


_REFUSALS = msgspec.toml.decode(
    files("adapters.discord").joinpath("errors.toml").read_bytes(), type=dict[int, _Refusal]
)


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
    if known := _REFUSALS.get(error.code):
        return Refused(known.message, known.hint, broken=known.broken, gone=error.code == UNKNOWN_MESSAGE)
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
