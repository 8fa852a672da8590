"""What Slack shows of a payload, as a small piece of HTML in Slack's look, light and dark.

`html(payload)` takes what the adapter sends: a message, a modal or App Home. It knows every kind of block that the
adapter makes and refuses any other, so that a preview never leaves something out.
"""

from __future__ import annotations

import re
from html import escape
from typing import Any

from tests.preview import figures

Json = dict[str, Any]

CSS = """
.slack{--bg:#fff;--ink:#1d1c1d;--soft:#616061;--line:#dddddd;--link:#1264a3;--code:#c01343;--codebg:#f7f7f7;
 --go:#007a5a;--card:#fff;font:15px/1.46668 Lato,"Helvetica Neue",Arial,sans-serif;color:var(--ink);
 background:var(--bg);padding:8px 20px;max-width:680px;overflow-wrap:anywhere}
@media (prefers-color-scheme:dark){.slack{--bg:#1a1d21;--ink:#d1d2d3;--soft:#ababad;--line:#464a4d;--link:#1d9bd1;
 --code:#e8912d;--codebg:#222529;--card:#222529}}
.slack.light{--bg:#fff;--ink:#1d1c1d;--soft:#616061;--line:#ddd;--link:#1264a3;--code:#c01343;--codebg:#f7f7f7;
 --card:#fff}
.slack.dark{--bg:#1a1d21;--ink:#d1d2d3;--soft:#ababad;--line:#464a4d;--link:#1d9bd1;--code:#e8912d;--codebg:#222529;
 --card:#222529}
.slack .post{display:grid;grid-template-columns:36px 1fr;gap:0 8px}
.slack .face{width:36px;height:36px;border-radius:6px;background:#1f2937;color:#fff;display:grid;place-items:center;
 font-weight:900}
.slack .who{font-weight:900}.slack .app{font-size:10px;background:var(--line);color:var(--soft);border-radius:2px;
 padding:1px 3px;margin:0 4px;vertical-align:2px}.slack .at{font-size:12px;color:var(--soft)}
.slack h3{font-size:18px;line-height:1.33;font-weight:900;margin:8px 0 4px}
.slack p{margin:4px 0;white-space:pre-wrap}.slack ul,.slack ol{margin:4px 0;padding-left:26px}
.slack li{white-space:pre-wrap}
.slack a{color:var(--link);text-decoration:none}.slack a:hover{text-decoration:underline}
.slack code{font:12px Monaco,Menlo,Consolas,monospace;color:var(--code);background:var(--codebg);
 border:1px solid var(--line);border-radius:3px;padding:2px 3px}
.slack .context{font-size:13px;color:var(--soft);margin:4px 0;display:flex;flex-wrap:wrap;gap:0 8px}
.slack .actions{display:flex;flex-wrap:wrap;gap:8px;margin:6px 0 8px}
.slack .button{border:1px solid var(--line);border-radius:4px;background:var(--card);color:var(--ink);
 font-size:13px;font-weight:700;padding:4px 12px 5px;display:inline-block}
.slack a.button{color:var(--ink)}
.slack .primary,.slack a.primary{background:var(--go);border-color:var(--go);color:#fff}
.slack .modal,.slack .home{border:1px solid var(--line);border-radius:8px;background:var(--card);padding:0 20px 12px}
.slack .modal header,.slack .modal footer{display:flex;justify-content:space-between;align-items:center;
 font-size:20px;font-weight:900;padding:14px 0}
.slack .modal footer{justify-content:flex-end;gap:10px;font-size:13px}
.slack label{display:block;font-weight:700;margin:14px 0 4px}.slack label i{color:var(--soft);font-weight:400}
.slack .field{border:1px solid var(--soft);border-radius:4px;padding:7px 12px;min-height:22px}
.slack .figure{display:block;max-width:100%;max-height:360px;border-radius:8px;margin:4px 0;background:#fff}
.slack .picture{float:right;width:88px;height:46px;border-radius:8px;margin:0 0 4px 12px;
 background:linear-gradient(120deg,#f3b49f,#7aa5d8 60%,#dfe9c8)}
.slack .context,.slack .actions{clear:both}
.slack .hint{font-size:13px;color:var(--soft)}
"""

_LINK = re.compile(r"<(https?://[^|>]+)\|([^>]*)>")


def html(payload: Json) -> str:
    """A message, a modal or App Home. The page that holds it needs `CSS` once."""
    shown = "".join(map(block, payload["blocks"]))
    match payload.get("type"):
        case "modal":
            return _modal(payload, shown)
        case "home":
            return f'<div class="slack"><div class="home">{shown}</div></div>'
        case _:
            name = '<span class="who">Paperboy</span><span class="app">APP</span><span class="at">9:30 AM</span>'
            return f'<div class="slack"><div class="post"><div class="face">P</div><div>{name}{shown}</div></div></div>'


def block(shown: Json) -> str:
    """One block."""
    match shown["type"]:
        case "header":
            return f"<h3>{escape(shown['text']['text'])}</h3>"
        case "section":
            alt = escape(shown.get("accessory", {}).get("alt_text", ""))
            picture = f'<span class="picture" role="img" aria-label="{alt}"></span>' if alt else ""
            return f"{picture}<p>{_text(shown['text'])}</p>"
        case "rich_text":
            return "".join(map(_rich, shown["elements"]))
        case "context":
            parts = "".join(f"<span>{_text(part)}</span>" for part in shown["elements"])
            return f'<div class="context">{parts}</div>'
        case "image":
            return f'<img class="figure" src="{figures.address()}" alt="{escape(shown["alt_text"])}">'
        case "actions":
            return f'<div class="actions">{"".join(map(_button, shown["elements"]))}</div>'
        case "input":
            return _input(shown)
        case other:
            raise ValueError(f"no preview of a {other} block")


def _rich(part: Json) -> str:
    match part["type"]:
        case "rich_text_section":
            return f"<p>{''.join(map(_run, part['elements']))}</p>"
        case "rich_text_preformatted":
            return f"<pre>{''.join(map(_run, part['elements']))}</pre>"
        case "rich_text_list":
            lines = "".join(f"<li>{''.join(map(_run, line['elements']))}</li>" for line in part["elements"])
            if part["style"] == "ordered":
                return f'<ol start="{part.get("offset", 0) + 1}">{lines}</ol>'
            return f"<ul>{lines}</ul>"
        case other:
            raise ValueError(f"no preview of a {other}")


def _run(run: Json) -> str:
    """Rich text: nothing in it is read as mark-up."""
    words = escape(run.get("text") or run.get("url", ""))
    for style, tag in (("code", "code"), ("italic", "em"), ("bold", "strong")):
        if run.get("style", {}).get(style):
            words = f"<{tag}>{words}</{tag}>"
    match run["type"]:
        case "text":
            return words
        case "link":
            return f'<a href="{escape(run["url"])}">{words}</a>'
        case "channel":
            return f'<a href="#">#{escape(run["channel_id"])}</a>'
        case other:
            raise ValueError(f"no preview of {other} in rich text")


def _text(part: Json) -> str:
    """Plain text as it is; of mrkdwn the links, which is all that the adapter writes."""
    if part["type"] == "plain_text":
        return escape(part["text"])
    pieces, at = [], 0
    for link in _LINK.finditer(part["text"]):
        pieces.append(part["text"][at : link.start()])  # entities already, as on the wire
        pieces.append(f'<a href="{link[1].replace(chr(34), "%22")}">{link[2]}</a>')
        at = link.end()
    return "".join([*pieces, part["text"][at:]])


def _button(button: Json) -> str:
    label = escape(button["text"]["text"])
    kind = f"button {button.get('style', '')}".strip()
    if url := button.get("url"):
        return f'<a class="{kind}" href="{escape(url)}">{label}</a>'
    return f'<span class="{kind}">{label}</span>'


def _input(field: Json) -> str:
    element = field["element"]
    match element["type"]:
        case "plain_text_input":
            value = element.get("initial_value", "")
        case "static_select":
            value = element.get("initial_option", {"text": {"text": "Choose an option"}})["text"]["text"] + " ▾"
        case other:
            raise ValueError(f"no preview of a {other}")
    optional = " <i>(optional)</i>" if field.get("optional") else ""
    hint = f'<div class="hint">{escape(field["hint"]["text"])}</div>' if "hint" in field else ""
    label = escape(field["label"]["text"])
    return f'<label>{label}{optional}</label><div class="field">{escape(value)}</div>{hint}'


def _modal(view: Json, shown: str) -> str:
    close = f'<span class="button">{escape(view["close"]["text"])}</span>' if "close" in view else ""
    send = f'<span class="button primary">{escape(view["submit"]["text"])}</span>' if "submit" in view else ""
    head = f"<header>{escape(view['title']['text'])}</header>"
    return f'<div class="slack"><div class="modal">{head}{shown}<footer>{close}{send}</footer></div></div>'
