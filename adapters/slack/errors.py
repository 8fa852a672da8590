"""What Slack's errors mean for a post: refused for good, come back later, or nobody knows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from aiohttp import ClientConnectorError, ClientError
from slack_sdk.errors import SlackApiError, SlackRequestError

from bot.errors import Busy, PostError, Refused, Unsure

LONGEST_WAIT = 3_600.0  # seconds; an odd Retry-After holds nothing up for longer
INVITE = "Invite Paperboy: type /invite @Paperboy in that channel."
REINSTALL = "Install Paperboy in this workspace again; `paperboy doctor` says more."

# The place is unusable, and what somebody can do about it.
BROKEN = {
    "channel_not_found": INVITE,
    "not_in_channel": INVITE,
    "is_archived": "Unarchive the channel, or remove its schedules with /papers unschedule.",
    "is_inactive": "Unarchive the channel, or remove its schedules with /papers unschedule.",
    "restricted_action": "An admin of this workspace limits who may post there: allow Paperboy, or choose a channel.",
    "restricted_action_read_only_channel": "Only some may post in that channel: allow Paperboy, or choose another.",
    "restricted_action_thread_only_channel": "That channel takes replies only: choose another.",
    "restricted_action_non_threadable_channel": "That channel takes no threads: choose another, or `compact`.",
    "restricted_action_thread_locked": "That thread is locked.",
    "ekm_access_denied": "Your organisation's key management keeps Paperboy out: ask its admins.",
    "user_not_found": "That person is gone from this workspace.",
    "user_disabled": "That person is gone from this workspace.",
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
    "missing_scope": "Install Paperboy again with config/slack-manifest.yml; `paperboy doctor` says what is missing.",
}
# Slack's own trouble, told with status 200: it may have been done.
UNSURE = {"internal_error", "fatal_error", "service_unavailable", "request_timeout"}
BUSY = {"ratelimited", "rate_limited", "message_limit_exceeded", "team_added_to_org"}
REST = 10.0  # seconds, where Slack names none
SERVER_ERROR = 500
TOO_MANY = 429


@contextmanager
def told() -> Iterator[None]:
    """Turn what goes wrong inside into a `PostError`."""
    try:
        yield
    except SlackApiError as error:
        raise fault(error) from error
    except (SlackRequestError, ClientConnectorError) as error:  # it never left
        raise Busy("Slack can't be reached.", retry_after=REST) from error
    except (ClientError, OSError) as error:
        raise Unsure(f"Slack did not answer ({type(error).__name__}).") from error


def fault(error: SlackApiError) -> PostError:
    """The meaning of an answer that was not `ok`."""
    status, said = _status(error), code(error)
    if status == TOO_MANY or said in BUSY:
        # The dispatcher keeps each channel's pace: what is refused all the same is over the workspace's.
        return Busy("Slack asks for a pause.", retry_after=_retry_after(error), whole=_is_post(error))
    if status >= SERVER_ERROR or said in UNSURE or not said:
        return Unsure(f"Slack had trouble of its own ({said or status}).")
    if said == "missing_scope":
        return Refused(f"Slack says the scope {_needed(error)} is missing.", BROKEN[said], broken=True)
    if said in BROKEN:
        return Refused(f"Slack says: {said}.", BROKEN[said], broken=True)
    gone = said == "message_not_found"
    return Refused(f"Slack says: {said}.", "The log of the API call is in your app's settings at Slack.", gone=gone)


def code(error: SlackApiError) -> str:
    """Slack's word for the error; empty when the answer was none of its API."""
    answer = getattr(error.response, "data", None)
    found = answer.get("error") if isinstance(answer, dict) else None
    return found if isinstance(found, str) else ""


def _is_post(error: SlackApiError) -> bool:
    return str(getattr(error.response, "api_url", "")).endswith("chat.postMessage")


def _needed(error: SlackApiError) -> str:
    return str(error.response.get("needed") or "it needs")


def _status(error: SlackApiError) -> int:
    return int(getattr(error.response, "status_code", None) or getattr(error.response, "status", 0) or 0)


def _retry_after(error: SlackApiError) -> float:
    headers = getattr(error.response, "headers", None) or {}
    try:
        return min(max(float(headers.get("Retry-After", REST)), 0.0), LONGEST_WAIT)
    except ValueError:
        return REST
