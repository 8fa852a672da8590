"""Slack's errors as ours: refused for good, try again later, or unknown whether it was done.

https://docs.slack.dev/reference/methods/chat.postMessage#errors
"""

import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.resources import files
from typing import Any

from aiohttp import ClientConnectorError, ClientError
from slack_sdk.errors import SlackApiError, SlackRequestError

from adapters.slack.payload import get_list, get_object
from bot.chat.message import clean
from bot.errors import Busy, PostError, Refused, Unsure

DEFAULT_RETRY_AFTER_S = 10.0
MAX_RETRY_AFTER_S = 3_600.0  # a Retry-After beyond an hour is taken for a mistake
TOO_MANY_REQUESTS, SERVER_ERROR = 429, 500  # HTTP status

_TABLE: dict[str, Any] = tomllib.loads(files("adapters.slack").joinpath("errors.toml").read_text("utf-8"))
BROKEN: dict[str, str] = {code: row["hint"] for row in _TABLE["broken"] for code in row["codes"]}
REFUSED = {code: (str(row["reason"]), str(row["hint"])) for row in _TABLE["refused"] for code in row["codes"]}
MAX_DETAIL_CHARS = 120

# Slack failed, and answered with status 200: it may have been done.
UNSURE = {"internal_error", "fatal_error", "service_unavailable", "request_timeout"}
BUSY = {"ratelimited", "rate_limited", "message_limit_exceeded", "team_added_to_org"}


@contextmanager
def as_post_errors() -> Iterator[None]:
    """Raise the SDK's and the network's errors as `Refused`, `Busy` or `Unsure`."""
    try:
        yield
    except SlackApiError as error:
        raise post_error(error) from error
    except (SlackRequestError, ClientConnectorError) as error:  # the request was never sent
        raise Busy("Slack can't be reached.", retry_after=DEFAULT_RETRY_AFTER_S) from error
    except (ClientError, OSError) as error:
        raise Unsure(f"Slack did not answer ({type(error).__name__}).") from error


def post_error(error: SlackApiError) -> PostError:
    """The meaning of an answer that was not `ok`."""
    status = int(getattr(error.response, "status_code", None) or getattr(error.response, "status", 0) or 0)
    code = error_code(error)
    if status == TOO_MANY_REQUESTS or code in BUSY:
        is_post = str(getattr(error.response, "api_url", "")).endswith("chat.postMessage")
        # The dispatcher keeps each channel's pace, so a post that is refused all the same exceeds the workspace's.
        return Busy("Slack limits our requests.", retry_after=_retry_after_s(error), tenant_wide=is_post)
    if status >= SERVER_ERROR or code in UNSURE or not code:
        return Unsure(f"Slack has a problem ({code or status}).")
    if code == "missing_scope":
        return Refused(f"Slack says the scope {_needed_scope(error)} is missing.", BROKEN[code], broken=True)
    if code in BROKEN:
        return Refused(f"Slack says: {code}.", BROKEN[code], broken=True)
    words, hint = REFUSED.get(code, ("Slack refused it", "Your app's settings at Slack have a log of the API call."))
    return Refused(f"{words} ({code}{_details(error)}).", hint, gone=code == "message_not_found")


def channel_problem(channel: Mapping[str, object]) -> Refused | None:
    """Why papers can't be posted in a channel (an object of `conversations.info`); None: they can."""
    if channel.get("is_mpim"):
        return Refused("I can't post papers in a group direct message.", "Choose a channel.", broken=True)
    if channel.get("is_archived"):
        return Refused("The channel is archived.", BROKEN["is_archived"], broken=True)
    if not channel.get("is_member"):
        return Refused("I'm not a member of this channel.", BROKEN["not_in_channel"], broken=True)
    return None


def as_access_problem(error: Refused) -> Refused:
    """A refusal of `conversations.info` as what is in the way there."""
    cause = error.__cause__
    code = error_code(cause) if isinstance(cause, SlackApiError) else ""
    if code == "missing_scope" and isinstance(cause, SlackApiError) and "mpim" in _needed_scope(cause):
        return channel_problem({"is_mpim": True}) or error
    return channel_problem({}) or error if code == "channel_not_found" else error


def is_about_blocks(error: Refused) -> bool:
    """Whether Slack refused what the message shows, rather than where it goes."""
    return isinstance(error.__cause__, SlackApiError) and error_code(error.__cause__).startswith("invalid_blocks")


def error_code(error: SlackApiError) -> str:
    """Slack's word for the error; empty when the answer did not come from its API."""
    answer = getattr(error.response, "data", None)
    found = answer.get("error") if isinstance(answer, dict) else None
    return found if isinstance(found, str) else ""


def _details(error: SlackApiError) -> str:
    """What Slack says besides its code, shortened."""
    answer = getattr(error.response, "data", None)
    says = get_list(get_object(answer, "response_metadata"), "messages") or get_list(answer, "errors")
    words = clean("; ".join(str(said) for said in says), MAX_DETAIL_CHARS)
    return f": {words}" if words else ""


def _needed_scope(error: SlackApiError) -> str:
    return str(error.response.get("needed") or "it needs")


def _retry_after_s(error: SlackApiError) -> float:
    headers = getattr(error.response, "headers", None) or {}
    try:
        return min(max(float(headers.get("Retry-After", DEFAULT_RETRY_AFTER_S)), 0.0), MAX_RETRY_AFTER_S)
    except ValueError:
        return DEFAULT_RETRY_AFTER_S
