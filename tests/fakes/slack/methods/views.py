"""views.*: modals and home tabs."""

from __future__ import annotations

from typing import Any

from tests.fakes.slack import shapes
from tests.fakes.slack.blocks import check_view
from tests.fakes.slack.log import Shown
from tests.fakes.slack.methods.chat import flagged, numbered
from tests.fakes.slack.methods.registry import Call, SlackError, method
from tests.fakes.slack.state import Json, Trigger, View
from tests.fakes.slack.world import World

DEEPEST = 3  # modals on top of each other


def judged(world: World, where: str, team: str, body: Any) -> Json:
    """A view that Slack would take."""
    if not isinstance(body, dict):
        raise SlackError("invalid_arguments", response_metadata={"messages": ["[ERROR] missing view"]})
    problems = check_view(body)
    world.note(where, team, problems, "invalid_arguments")
    limits = [str(p) for p in problems if p.kind == "limit"]
    if limits:
        raise SlackError("invalid_arguments", response_metadata={"messages": limits})
    kept: Json = flagged(body)
    return kept | {"blocks": numbered(world, body["blocks"])}


def add(world: World, team: str, user: str, body: Json, *, previous: str = "", trigger: str = "") -> View:
    """Open a view."""
    under = world.views.get(previous)
    made = View(id=world.id("V"), team=team, user=user, hash=_hash(world), body=body, previous=previous)
    made.root = under.root if under else made.id
    made.versions.append(body)
    world.views[made.id] = made
    world.show(Shown(kind="view", at=world.now(), view=made, trigger=trigger))
    return made


def change(world: World, held: View, body: Json) -> View:
    held.body, held.hash = body, _hash(world)
    held.versions.append(body)
    world.show(Shown(kind="view", at=world.now(), view=held))
    return held


def _hash(world: World) -> str:
    return f"{int(world.now())}.{world.chance.randbytes(4).hex()}"


def _trigger(call: Call) -> Trigger:
    """The right to open a view: fresh, and not used before."""
    trigger = call.world.triggers.get(call.need("trigger_id"))
    if trigger is None:
        raise SlackError("invalid_trigger_id" if call.text("trigger_id") else "trigger_missing")
    if trigger.until < call.world.now():
        raise SlackError("expired_trigger_id")
    if trigger.used:
        raise SlackError("exchanged_trigger_id")
    return trigger


@method("views.open", tier="4")
def open_(call: Call) -> Json:
    trigger = _trigger(call)
    body = judged(call.world, call.name, trigger.team, call.json("view"))
    if body["type"] != "modal":
        raise SlackError("invalid_arguments")
    trigger.used = True
    made = add(call.world, trigger.team, trigger.user, body, trigger=trigger.id)
    return {"view": shapes.view(call.world, made)}


@method("views.push", tier="4")
def push(call: Call) -> Json:
    trigger = _trigger(call)
    under = call.world.views.get(trigger.view)
    if under is None or not under.open:
        raise SlackError("not_found")
    stack = [v for v in call.world.views.values() if v.root == under.root and v.open]
    if len(stack) >= DEEPEST:
        raise SlackError("push_limit_reached")
    body = judged(call.world, call.name, trigger.team, call.json("view"))
    trigger.used = True
    made = add(call.world, trigger.team, trigger.user, body, previous=under.id, trigger=trigger.id)
    return {"view": shapes.view(call.world, made)}


@method("views.update", tier="4")
def update(call: Call) -> Json:
    held = _held(call)
    if call.text("hash") and call.text("hash") != held.hash:
        raise SlackError("hash_conflict")
    body = judged(call.world, call.name, held.team, call.json("view"))
    return {"view": shapes.view(call.world, change(call.world, held, body))}


@method("views.publish", tier="4")
def publish(call: Call) -> Json:
    user = call.world.users.get(call.need("user_id"))
    if user is None or user.team not in {team.id for team in call.world.teams_of(call.token)}:
        raise SlackError("user_not_found")
    held = call.world.homes.get(user.id)
    if held and call.text("hash") and call.text("hash") != held.hash:
        raise SlackError("hash_conflict")
    body = judged(call.world, call.name, user.team, call.json("view"))
    if body["type"] != "home":
        raise SlackError("invalid_arguments")
    if held is None:
        held = call.world.homes[user.id] = add(call.world, user.team, user.id, body)
    else:
        change(call.world, held, body)
    return {"view": shapes.view(call.world, held)}


def _held(call: Call) -> View:
    external = call.text("external_id")
    for held in call.world.views.values():
        if held.open and (held.id == call.text("view_id") or (external and held.body.get("external_id") == external)):
            return held
    raise SlackError("not_found")
