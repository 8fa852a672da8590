"""An app's manifest as settings, so that the fake grants and sends what was asked for and nothing else."""

from __future__ import annotations

from tests.fakes.slack.state import Json


def declared(manifest: Json) -> Json:
    """Changes for `FakeSlack.settings`: scopes, events, commands, shortcuts and domains of a parsed manifest."""
    features, behaviour = manifest["features"], manifest["settings"]
    return {
        "scopes": manifest["oauth_config"]["scopes"]["bot"],
        "events": behaviour["event_subscriptions"]["bot_events"],
        "commands": [command["command"] for command in features.get("slash_commands", ())],
        "shortcuts": [shortcut["callback_id"] for shortcut in features.get("shortcuts", ())],
        "domains": features.get("unfurl_domains", []),
    }
