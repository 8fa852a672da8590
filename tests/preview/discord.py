"""A rendered payload as Discord shows it, for looking at; and its Markdown read as Discord's app reads it.

Written from Discord's documented syntax, not from the adapter's escaping: what this shows as a link, a mention or a
style is one that slipped through.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from html import escape
from typing import Any, TypeAlias

from tests.preview import figures

Json: TypeAlias = Mapping[str, Any]

ROLES = {"1457473602180878604": "@paper readers"}  # as the app knows them
STYLES = {1: "primary", 2: "secondary", 3: "success", 4: "danger", 5: "link"}

CSS = """
.discord { font: 16px/1.375 "gg sans", "Noto Sans", "Helvetica Neue", Helvetica, Arial, sans-serif; padding: 16px;
  max-width: 640px; }
.discord.dark { background: #313338; color: #dbdee1; --box: #2b2d31; --edge: #3f4147; --small: #949ba4;
  --code: #1e1f22; --link: #00a8fc; --strong: #f2f3f5; --grey: #4e5058; }
.discord.light { background: #fff; color: #313338; --box: #f2f3f5; --edge: #e1e2e4; --small: #5c5e66;
  --code: #e3e5e8; --link: #006ce7; --strong: #060607; --grey: #6d6f78; }
.discord .who { font-weight: 600; color: var(--strong); margin: 0 0 4px; }
.discord .app { background: #5865f2; color: #fff; font-size: 10px; border-radius: 4px; padding: 1px 5px; }
.discord .part { margin: 4px 0; }
.discord h1, .discord h2, .discord h3 { color: var(--strong); margin: 6px 0 4px; line-height: 1.375; }
.discord h1 { font-size: 24px; } .discord h2 { font-size: 20px; } .discord h3 { font-size: 16px; }
.discord a { color: var(--link); text-decoration: none; }
.discord small { display: block; color: var(--small); font-size: 13px; }
.discord ul { margin: 2px 0; padding-left: 20px; }
.discord code { background: var(--code); border-radius: 4px; padding: 0 3px; font-size: 85%; }
.discord .mention { background: #5865f24d; border-radius: 3px; }
.discord .box { background: var(--box); border: 1px solid var(--edge); border-left: 4px solid; border-radius: 8px;
  padding: 10px 14px; margin: 8px 0; overflow-wrap: anywhere; }
.discord .row { display: flex; flex-wrap: wrap; gap: 8px; margin: 8px 0 2px; }
.discord .button { background: var(--grey); color: #fff; border-radius: 8px; padding: 4px 14px; font-size: 14px;
  font-weight: 500; line-height: 22px; }
.discord .button.primary { background: #5865f2; } .discord .button.success { background: #248046; }
.discord .menu { border: 1px solid var(--edge); background: var(--code); border-radius: 8px; padding: 6px 12px;
  width: 100%; color: var(--small); font-size: 14px; }
.discord .field .menu { display: block; box-sizing: border-box; }
.discord .section { display: flex; gap: 12px; justify-content: space-between; }
.discord .gallery { display: block; width: 100%; border-radius: 8px; margin: 6px 0; background: #fff; }
.discord .picture { flex: 0 0 85px; height: 85px; border-radius: 8px;
  background: linear-gradient(120deg, #f3b49f, #7aa5d8 60%, #dfe9c8); }
.discord hr { border: 0; border-top: 1px solid var(--edge); margin: 10px 0; }
.discord .field { margin: 10px 0; } .discord .input { background: var(--code); border-radius: 4px; padding: 8px; }
"""


def html(payload: Json) -> str:
    """A message or a dialog, on dark and on light."""
    body = "".join(_component(part) for part in payload.get("components", ()))
    if "title" in payload:
        body = f"<h2>{escape(payload['title'])}</h2>{body}"
    name = '<p class="who">Paperboy <span class="app">APP</span></p>'
    shown = "".join(f'<div class="discord {theme}">{name}{body}</div>' for theme in ("dark", "light"))
    return f"<style>{CSS}</style>{shown}"


def _component(part: Json) -> str:
    kind = part["type"]
    if kind == 10:
        return f'<div class="part">{markdown(part["content"])}</div>'
    if kind == 17:
        colour = f"#{part.get('accent_color') or 0x4E5058:06x}"
        inner = "".join(_component(one) for one in part["components"])
        return f'<div class="box" style="border-left-color: {colour}">{inner}</div>'
    if kind == 9:
        alt = escape(part["accessory"]["description"])
        inner = "".join(_component(one) for one in part["components"])
        picture = f'<span class="picture" role="img" aria-label="{alt}"></span>'
        return f'<div class="section"><div>{inner}</div>{picture}</div>'
    if kind == 12:
        alt = escape(part["items"][0]["description"])
        return f'<img class="gallery" src="{figures.address()}" alt="{alt}">'
    if kind == 1:
        return f'<div class="row">{"".join(_component(one) for one in part["components"])}</div>'
    if kind == 2:
        arrow = " ↗" if "url" in part else ""
        return f'<span class="button {STYLES[part["style"]]}">{escape(part["label"])}{arrow}</span>'
    if kind == 3:
        if chosen := [option["label"] for option in part["options"] if option.get("default")]:
            return f'<span class="menu">{escape(chosen[0])} ▾</span>'
        options = " · ".join(escape(option["label"]) for option in part["options"])
        return f'<span class="menu">{escape(part.get("placeholder", ""))} ▾ <small>{options}</small></span>'
    if kind == 6:
        chosen = "".join(_role_name(one["id"]) for one in part.get("default_values") or ())
        return f'<span class="menu">{escape(chosen or "Select a role")} ▾</span>'
    if kind == 14:
        return "<hr>"
    if kind == 18:
        hint = f"<small>{escape(part['description'])}</small>" if part.get("description") else ""
        return f'<div class="field"><b>{escape(part["label"])}</b>{hint}{_component(part["component"])}</div>'
    if kind == 4:
        return f'<div class="input">{escape(part.get("value", "")) or "&nbsp;"}</div>'
    raise ValueError(f"no component of type {kind} is shown yet")


# ---- Markdown

_BLOCKS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"^\s*(#{1,3})\s+(.*)$"), "h"),
    (re.compile(r"^\s*()-#\s+(.*)$"), "small"),
    (re.compile(r"^\s*()(?:[-*+]|\d+[.)])\s+(.*)$"), "li"),
    (re.compile(r"^\s*()>(?:>>)?\s+(.*)$"), "blockquote"),
)


def markdown(text: str) -> str:
    """Discord's Markdown as HTML."""
    return "".join(_line(line) for line in text.split("\n")).replace("</ul><ul>", "")


def _line(line: str) -> str:
    for pattern, tag in _BLOCKS:
        if found := pattern.match(line):
            name = f"h{len(found[1])}" if tag == "h" else tag
            inner = f"<{name}>{inline(found[2])}</{name}>"
            return f"<ul>{inner}</ul>" if tag == "li" else inner
    return f"<div>{inline(line) or '<br>'}</div>"


def _wrap(tag: str) -> Callable[[re.Match[str]], str]:
    return lambda found: f"<{tag}>{inline(found[1])}</{tag}>"


def _link(found: re.Match[str]) -> str:
    return f'<a href="{escape(found[2])}">{inline(found[1])}</a>'


def _bare(found: re.Match[str]) -> str:
    return f'<a href="{escape(found[1])}">{escape(found[1])}</a>'


def _mention(found: re.Match[str]) -> str:
    return f'<span class="mention">{escape(found[0])}</span>'


def _role(found: re.Match[str]) -> str:
    return f'<span class="mention">{escape(_role_name(found[1]))}</span>'


def _role_name(id: str) -> str:
    return ROLES.get(id, f"<@&{id}>")


_INLINE: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    (re.compile(r"\\([^0-9A-Za-z\s])"), lambda found: escape(found[1])),
    (re.compile(r"(`+)([\s\S]*?[^`])\1(?!`)"), lambda found: f"<code>{escape(found[2])}</code>"),
    (re.compile(r"<(https?://[^ >]+)>"), _bare),
    (re.compile(r"(https?://[^\s<]+[^<.,:;\"'\]\s])"), _bare),
    (re.compile(r"\[((?:\[[^\]]*\]|[^\[\]]|\](?=[^\[]*\]))*)\]\(\s*<?((?:\([^)]*\)|[^\s\\]|\\.)*?)>?\s*\)"), _link),
    (re.compile(r"<@&(\d+)>"), _role),
    (re.compile(r"@everyone|@here|<@[!&]?\d+>|<#\d+>|<id:\w+>|</[^>]+:\d+>"), _mention),
    (re.compile(r"<a?:\w+:\d+>|<t:-?\d+(?::\w)?>"), _mention),
    (re.compile(r":(?:100|\+1|tada|thumbsup(?:::skin-tone-\d)?):"), _mention),  # of some thousand names
    (re.compile(r"\*\*((?:\\[\s\S]|[^\\])+?)\*\*(?!\*)"), _wrap("b")),
    (re.compile(r"__((?:\\[\s\S]|[^\\])+?)__(?!_)"), _wrap("u")),
    (re.compile(r"\b_((?:__|\\[\s\S]|[^\\_])+?)_\b"), _wrap("i")),
    (re.compile(r"\*(?=\S)((?:\*\*|\\[\s\S]|\s+(?:\\[\s\S]|[^\s*\\]|\*\*)|[^\s*\\])+?)\*(?!\*)"), _wrap("i")),
    (re.compile(r"~~([\s\S]+?)~~"), _wrap("s")),
    (re.compile(r"\|\|([\s\S]+?)\|\|"), _wrap("mark")),
)


def inline(text: str) -> str:
    """A line's inner part."""
    return "".join(_runs(text))


def _runs(text: str) -> Iterator[str]:
    at = 0
    while at < len(text):
        for pattern, show in _INLINE:
            if (found := pattern.match(text, at)) and found.end() > at:
                yield show(found)
                at = found.end()
                break
        else:
            yield escape(text[at])
            at += 1
