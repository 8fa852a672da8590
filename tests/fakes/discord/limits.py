"""What a message may hold: Discord's numbers, checked where Discord checks them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from tests.fakes.discord.components import check_components, media
from tests.fakes.discord.errors import ApiError, Form
from tests.fakes.discord.model import COMPONENTS_V2, Json

MOST_FILES, MOST_FILE_BYTES = 10, 10 * 1024 * 1024
_UNUSUAL = re.compile(r"[^A-Za-z0-9._-]")  # replaced in names of files
_EMBED = {"title": 256, "description": 4096}


def check_message(body: Json, *, files: int = 0, flags: int = 0, partial: bool = False) -> None:
    """Raise 50035 (or 50006) when a message can't be; `partial`: an edit, which may leave all out."""
    form = Form()
    flags |= body.get("flags") or 0
    form.text("content", body.get("content"), 2000)
    _check_embeds(form, body.get("embeds"))
    check_components(form, body.get("components"), v2=bool(flags & COMPONENTS_V2))
    if flags & COMPONENTS_V2:
        for name in ("content", "embeds", "poll", "sticker_ids"):
            if body.get(name):
                form.wrong(name, "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2", f"{name} cannot be used.")
    form.text("nonce", str(body["nonce"]) if body.get("nonce") is not None else None, 25)
    form.done()
    if not partial and not files and not any(body.get(name) for name in ("content", "embeds", "components", "poll")):
        raise ApiError(400, 50006, "Cannot send an empty message")


def check_files(body: Json, files: tuple[Json, ...], kept: Iterable[str] = ()) -> None:
    """Raise 40005 or 50035 when files can't come with a message, or it shows one that it doesn't have; `kept`: the
    names of files that it has already."""
    if sum(file["size"] for file in files) > MOST_FILE_BYTES:
        raise ApiError(413, 40005, "Request entity too large")
    form = Form()
    form.most("attachments", list(files), MOST_FILES)
    names = {*kept, *(_UNUSUAL.sub("_", str(file["filename"])) for file in files)}
    for path, item in media(body.get("components")):
        form.text(f"{path}.description", item.get("description"), 1024)
        scheme, _, name = str((item.get("media") or {}).get("url")).partition("://")
        if scheme == "attachment" and name not in names:
            code = "UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND"
            form.wrong(f"{path}.media.url", code, "The referenced attachment could not be found.")
        elif scheme not in {"http", "https", "attachment"}:
            form.wrong(f"{path}.media.url", "URL_TYPE_INVALID_SCHEME", "Scheme must be http, https or attachment.")
    form.done()


def _check_embeds(form: Form, embeds: object) -> None:
    total = 0
    for i, embed in enumerate(form.most("embeds", embeds, 10)):
        total += _check_embed(form, f"embeds.{i}", embed)
    if total > 6000:
        form.wrong("embeds", "MAX_EMBED_SIZE_EXCEEDED", "Embed size exceeds maximum size of 6000")


def _check_embed(form: Form, path: str, embed: Json) -> int:
    """The number of characters that count in the total."""
    parts = [(name, embed.get(name), most) for name, most in _EMBED.items()]
    parts.append(("footer.text", (embed.get("footer") or {}).get("text"), 2048))
    parts.append(("author.name", (embed.get("author") or {}).get("name"), 256))
    for i, field in enumerate(form.most(f"{path}.fields", embed.get("fields"), 25)):
        parts.append((f"fields.{i}.name", field.get("name"), 256))
        parts.append((f"fields.{i}.value", field.get("value"), 1024))
    for name, value, most in parts:
        form.text(f"{path}.{name}", value, most, least=1 if name.startswith("fields") else 0)
    _check_url(form, f"{path}.url", embed.get("url"))
    return sum(len(value) for _, value, _ in parts if isinstance(value, str))


def _check_url(form: Form, path: str, url: object) -> None:
    if url is not None and not str(url).startswith(("http://", "https://")):
        form.wrong(path, "URL_TYPE_INVALID_SCHEME", "Scheme must be one of ('http', 'https').")
    form.text(path, url, 2048)
