"""Slack's errors as ours: refused for good, try again later, or unknown whether it was done.

https://docs.slack.dev/reference/methods/chat.postMessage#errors
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from aiohttp import ClientConnectorError, ClientError
from slack_sdk.errors import SlackApiError, SlackRequestError

from adapters.slack.payload import get_list, get_object
from bot.chat.message import clean
from bot.errors import Busy, PostError, Refused, Unsure

DEFAULT_RETRY_AFTER_S = 10.0
MAX_RETRY_AFTER_S = 3_600.0  # a Retry-After beyond an hour is taken for a mistake
TOO_MANY_REQUESTS, SERVER_ERROR = 429, 500  # HTTP status
INVITE = "Invite Paperboy: type /invite @Paperboy in that channel."
UNARCHIVE = "Unarchive the channel, or remove its schedules with /papers unschedule."
REINSTALL = "Install Paperboy in this workspace again. `paperboy doctor` says more."

# The channel or workspace can't be used, and how to change that.
BROKEN = {
    "channel_not_found": INVITE,
    "not_in_channel": INVITE,
    "is_archived": UNARCHIVE,
    "is_inactive": UNARCHIVE,
    "restricted_action": "A workspace admin limits who may post there: allow Paperboy, or choose another channel.",
    "restricted_action_read_only_channel": "Few people may post there: allow Paperboy, or choose another channel.",
    "restricted_action_thread_only_channel": "That channel takes only replies: choose another channel.",
    "restricted_action_non_threadable_channel": "That channel has no threads: choose another one, or `compact`.",
    "restricted_action_thread_locked": "That thread is locked.",
    "ekm_access_denied": "Your organization's key management blocks Paperboy: ask its admins.",
    "user_not_found": "That person is not in this workspace any more.",
    "user_disabled": "That person is not in this workspace any more.",
    "cannot_dm_bot": "That is an app, not a person.",
    "account_inactive": REINSTALL,
    "invalid_auth": REINSTALL,
    "not_authed": REINSTALL,
    "token_expired": REINSTALL,
    "token_revoked": REINSTALL,
    "org_login_required": REINSTALL,
    "team_access_not_granted": REINSTALL,
    "team_not_found": REINSTALL,
    "enterprise_is_restricted": REINSTALL,
    "no_permission": REINSTALL,
    "missing_scope": "Install Paperboy again with config/slack-manifest.yml. `paperboy doctor` says what is missing.",
}
SHORTER = "Choose fewer papers: /papers change ID WHEN top 5"
OUR_FAULT = "That is a fault in Paperboy: report it with this reason."

# Slack's words for what people meet, in ours; a message is refused, and the place works.
REFUSED = {
    "msg_too_long": ("The message is too long for Slack", SHORTER),
    "msg_blocks_too_long": ("The message is too long for Slack", SHORTER),
    "invalid_blocks": ("Slack can't read the message's blocks", OUR_FAULT),
    "invalid_blocks_format": ("Slack can't read the message's blocks", OUR_FAULT),
    "no_text": ("The message has no text", OUR_FAULT),
    "metadata_too_large": ("The message's metadata is too large", OUR_FAULT),
    "thread_not_found": ("The first message of the thread was deleted", ""),
    "message_not_found": ("That message was deleted", ""),
}
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
    status, code = _status(error), error_code(error)
    if status == TOO_MANY_REQUESTS or code in BUSY:
        # The dispatcher keeps each channel's pace, so a post that is refused all the same exceeds the workspace's.
        return Busy("Slack limits our requests.", retry_after=_retry_after_s(error), tenant_wide=_is_post(error))
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
        return Refused("The channel is archived.", UNARCHIVE, broken=True)
    if not channel.get("is_member"):
        return Refused("I'm not a member of this channel.", INVITE, broken=True)
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


def _is_post(error: SlackApiError) -> bool:
    return str(getattr(error.response, "api_url", "")).endswith("chat.postMessage")


def _needed_scope(error: SlackApiError) -> str:
    return str(error.response.get("needed") or "it needs")


def _status(error: SlackApiError) -> int:
    return int(getattr(error.response, "status_code", None) or getattr(error.response, "status", 0) or 0)


def _retry_after_s(error: SlackApiError) -> float:
    headers = getattr(error.response, "headers", None) or {}
    try:
        return min(max(float(headers.get("Retry-After", DEFAULT_RETRY_AFTER_S)), 0.0), MAX_RETRY_AFTER_S)
    except ValueError:
        return DEFAULT_RETRY_AFTER_S
