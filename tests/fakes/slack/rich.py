"""Rich text blocks: lists, quotes and runs of styled text."""

from __future__ import annotations

from tests.fakes.slack.look import Look

RUNS: dict[str, tuple[str, str]] = {
    "text": ("text", "style"),
    "link": ("url", "text unsafe style"),
    "channel": ("channel_id", "style"),  # names a channel and wakes nobody
    "emoji": ("name", "unicode style skin_tone"),
    "date": ("timestamp format", "url fallback style"),
    "color": ("value", ""),
}
CALLS = {"user", "usergroup", "broadcast", "team"}
STYLES = "bold italic strike code underline"
PARTS: dict[str, tuple[str, str]] = {
    "rich_text_section": ("elements", ""),
    "rich_text_preformatted": ("elements", "border language"),
    "rich_text_quote": ("elements", "border"),
    "rich_text_list": ("elements style", "indent offset border"),
}


def rich_text(block: Look) -> None:
    for part in block["elements"].each(1000):
        _part(part)


def _part(part: Look) -> None:
    kind = part.value.get("type") if isinstance(part.value, dict) else None
    if kind not in PARTS:
        part.wrong(f"unsupported type: {kind}")
        return
    if not part.object(*PARTS[kind]):
        return
    for inner in part["elements"].each(1000):
        (_part if kind == "rich_text_list" else _run)(inner)
    if kind == "rich_text_list":
        part["style"].one_of("bullet", "ordered")


def _run(run: Look) -> None:
    kind = run.value.get("type") if isinstance(run.value, dict) else None
    if kind in CALLS:
        run.wrong(f"calls somebody: {kind}", "mention")
    elif kind not in RUNS:
        run.wrong(f"unsupported type: {kind}")
    elif run.object(*RUNS[kind]):
        if run.has("text"):
            run["text"].string(3000, 0)
        if kind == "link":
            run["url"].url()
        if run.has("style") and run["style"].object("", STYLES):
            run["style"].flags(*STYLES.split())
