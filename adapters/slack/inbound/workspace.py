"""Which workspace a payload comes from. Pure.

Where an organization installed Paperboy for all its workspaces, interactions have no `team`, and a view's
`app_installed_team_id` is the organization. https://docs.slack.dev/enterprise/organization-ready-apps
"""

from collections.abc import Iterator

from adapters.slack.outbound.elements import Json
from adapters.slack.outbound.modals import ViewOrigin
from adapters.slack.payload import get_list, get_object, get_text

WORKSPACE = "T"  # first letter of a workspace's id; an organization's is E


def find_workspace(body: Json) -> str:
    """The id of the workspace that Paperboy was used in; where none is named, of the organization; else empty."""
    ids = [id for id in (*_named_workspaces(body), find_organization(body)) if id]
    return next((id for id in ids if id.startswith(WORKSPACE)), next(iter(ids), ""))


def find_organization(body: Json) -> str:
    """The id of the organization that a payload names; empty when it names none."""
    named = (
        get_text(body, "enterprise", "id"),
        get_text(_authorization(body), "enterprise_id"),
        get_text(body, "enterprise_id"),
        get_text(body, "team", "enterprise_id"),
    )
    return next(filter(None, named), "")


def is_proven(body: Json, workspace: str) -> bool:
    """Whether more names a workspace than its being the person's own: people of other organizations press buttons too,
    in shared channels."""
    return workspace in _named_workspaces(body | {"user": None})


def is_org_wide(body: Json) -> bool:
    """Whether the token that a payload is for belongs to an organization."""
    flags = (_authorization(body).get("is_enterprise_install"), body.get("is_enterprise_install"))
    return any(flag is True or flag == "true" for flag in flags)


def _named_workspaces(body: Json) -> Iterator[str]:
    """The fields that name the workspace, the most reliable first; some may hold an organization or nothing.

    A view says where we opened it: Slack names the first install instead (bolt-python #1229). A message with a button
    belongs to the workspace it was posted in.
    """
    view, message = get_object(body, "view"), get_object(body, "message")
    yield ViewOrigin.parse(get_text(view, "private_metadata")).space
    yield get_text(view, "app_installed_team_id")
    yield get_text(body, "team", "id")
    yield get_text(_authorization(body), "team_id")
    yield get_text(body, "context_team_id")
    yield get_text(body, "team_id")
    yield get_text(message, "team") if body.get("type") == "block_actions" else ""
    yield get_text(view, "team_id")
    yield get_text(body, "event", "view", "team_id")
    yield get_text(body, "user", "team_id")


def _authorization(body: Json) -> Json:
    return get_object(next(iter(get_list(body, "authorizations")), None))
