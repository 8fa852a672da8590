"""Samples that Slack publishes or others recorded, as sets of keys, and the comparison with what the fake sends."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

SPECS = Path(__file__).parents[4] / ".." / "shared" / "specs"
needs_samples = pytest.mark.skipif(not SPECS.exists(), reason="the platforms' samples (../shared/specs) are not here")

FREE = {"blocks", "values", "metadata", "attachments", "errors"}


def paths(value: Any, at: str = "") -> set[str]:
    """Every key, with those above it; the items of a list count as one."""
    if isinstance(value, list):
        return set().union(*(paths(item, at) for item in value))
    if not isinstance(value, dict):
        return set()
    found = {f"{at}{key}" for key in value}
    below = (paths(inner, f"{at}{key}/") for key, inner in value.items() if key not in FREE)
    return found.union(*below)


def published(*names: str) -> set[str]:
    return set().union(*(paths(json.loads((SPECS / "slack" / f"{name}.json").read_text())) for name in names))


def recorded(kind: str) -> Iterator[set[str]]:
    """Recorded payloads of one kind: an event's or interaction's type, or `command`."""
    for file in sorted((SPECS / "recorded" / "slack").glob("*.json")):
        for sample in json.loads(file.read_text()).values():
            if isinstance(sample, dict) and kind_of(sample) == kind:
                yield paths(sample)


def kind_of(sample: dict[str, Any]) -> str:
    if "command" in sample:
        return "command"
    if sample.get("type") == "event_callback":
        return str(sample["event"]["type"])
    return str(sample.get("type", ""))


def outer() -> set[str]:
    """What any event may have around it."""
    kinds = ("app_mention", "message", "reaction_added", "member_joined_channel")
    return {path for kind in kinds for sample in recorded(kind) for path in sample if not path.startswith("event/")}


def compare(mine: Any, name: str, kind: str, needed: str, *, whole: bool = True) -> None:
    """The three comparisons of a payload; not `whole`: the recorded ones are of another variety."""
    have, samples = paths(mine), list(recorded(kind))
    known = published(name).union(*samples, outer() if "event" in have else ())
    known |= {path for sample in recorded("view_submission") for path in sample if path.startswith("view/")}
    known |= {f"{path}/values" for path in known if path.endswith("state")}
    assert sorted(have - known) == [], "made up"
    if samples and whole:
        always = set.intersection(*samples)
        assert sorted(always - have) == [], "always there in recorded payloads"
    assert sorted(set(needed.split()) - have) == [], "needed by bolt or the adapter"
