"""What an error of the Anthropic SDK means: in the API's own words, shortened, and with what to do. Pure.

https://platform.claude.com/docs/en/api/errors lists the statuses. Only an error that comes before the work is known not
to be charged; a server's failure or a lost answer may come after it.
"""

import re

from bot.summaries.generation.language_model import LATER, AccountRejected, CallError, NothingDone, RefusedByModel

MAX_WORDS_CHARS = 160
BUSY = {429, 503, 529}
DOUBTFUL = {408, 409}  # and 5xx
_FILTER = re.compile(r"content filter", re.IGNORECASE)
_MONEY = re.compile(r"credit balance|billing|payment|usage limits?\b|spend(?:ing)? limit", re.IGNORECASE)
_UNSENT = {"ConnectError", "ConnectTimeout", "PoolTimeout", "UnsupportedProtocol"}  # httpx: nothing was sent


def call_error(error: Exception) -> CallError:
    """The error of a call, by what came back from the API or the network."""
    status = getattr(error, "status_code", 0)
    if not 400 <= status < 600:
        return _network_error(error)
    words = _words(error)
    return refusal(words) or _account_error(status, words) or _server_error(status, words, error)


def _account_error(status: int, words: str) -> AccountRejected | None:
    """What has to be changed before any call can work."""
    if status in {401, 403}:
        return AccountRejected(f"Claude rejected the API key: {words}", "Check ANTHROPIC_API_KEY.")
    if status == 402 or _MONEY.search(words):
        return AccountRejected(f"Claude can't be paid: {words}", "Check the account's credit and spend limit.")
    if status == 404:
        return AccountRejected(f"Claude doesn't know this: {words}", "Check model and url in [summaries].")
    return None


def _server_error(status: int, words: str, error: Exception) -> CallError:
    if status in BUSY:
        return NothingDone(f"Claude is busy: {words}", LATER, retry_after_s=_retry_after_s(error))
    if status in DOUBTFUL or status >= 500:
        return CallError(f"Claude failed ({status}): {words}", LATER, is_doubtful=True)
    return CallError(f"Claude rejected the request: {words}", "Check [summaries].")


def refusal(words: str) -> RefusedByModel | None:
    """The refusal in an error's words, if it is one."""
    return RefusedByModel("Blocked by Anthropic's content filter.", "") if _FILTER.search(words) else None


def _network_error(error: Exception) -> CallError:
    kind = type(error.__cause__ or error).__name__
    if kind in _UNSENT:
        return NothingDone("There is no connection to Claude.", "Check the network, or url in [summaries].")
    if "Timeout" in kind or "Timeout" in type(error).__name__:
        return CallError("Claude didn't answer in time.", is_doubtful=True)
    return CallError(f"Claude's answer was lost ({kind}).", is_doubtful=True)


def _words(error: Exception) -> str:
    """The API's message on one line, without the rest of its body."""
    words = " ".join(str(getattr(error, "api_message", None) or "no reason given").split())
    return (words if len(words) <= MAX_WORDS_CHARS else words[: MAX_WORDS_CHARS - 1] + "…").rstrip(".") + "."


def _retry_after_s(error: Exception) -> float:
    headers = getattr(getattr(error, "response", None), "headers", {})
    try:
        return max(0.0, float(headers.get("retry-after", 0)))
    except ValueError:
        return 0.0
