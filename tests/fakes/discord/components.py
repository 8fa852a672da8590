"""What components a message or a modal may have."""

from __future__ import annotations

from collections.abc import Iterator

from tests.fakes.discord.errors import Form
from tests.fakes.discord.model import Json

ROW, BUTTON, SELECT, INPUT, SECTION, TEXT_DISPLAY, CONTAINER, LABEL = 1, 2, 3, 4, 9, 10, 17, 18
THUMBNAIL, GALLERY = 11, 12
_SELECTS = {3, 5, 6, 7, 8}
_LINK, _PREMIUM = 5, 6


def walk(components: object, path: str = "components") -> Iterator[tuple[str, Json]]:
    """Every component with its path, from the top down."""
    for i, one in enumerate(components if isinstance(components, list) else []):
        yield from _below(one, f"{path}.{i}")


def _below(one: Json, path: str) -> Iterator[tuple[str, Json]]:
    yield path, one
    yield from walk(one.get("components"), f"{path}.components")
    for single in ("accessory", "component"):
        if isinstance(one.get(single), dict):
            yield from _below(one[single], f"{path}.{single}")


def media(components: object) -> Iterator[tuple[str, Json]]:
    """Every picture with its path: thumbnails, and the items of galleries."""
    for path, one in walk(components):
        if one.get("type") == THUMBNAIL:
            yield path, one
        elif one.get("type") == GALLERY:
            yield from ((f"{path}.items.{i}", item) for i, item in enumerate(one.get("items") or ()))


def numbered(components: list[Json]) -> list[Json]:
    """A copy in which every component has an id and what Discord fills in, as in its answers."""
    import copy

    made = copy.deepcopy(components)
    taken = {one["id"] for _, one in walk(made) if one.get("id")}
    fresh = (n for n in range(1, 1000) if n not in taken)
    for _, one in walk(made):
        one["id"] = one.get("id") or next(fresh)
        one |= {name: value for name, value in _FILLED.get(one["type"], {}).items() if one.get(name) is None}
    for _, item in media(made):
        url = item["media"]["url"].replace("attachment://", "https://cdn.discordapp.com/attachments/1/1/")
        item["media"] = {"id": "1", "url": url, "proxy_url": url}
        item |= {"description": item.get("description"), "spoiler": False}
    return made


_FILLED: dict[int, Json] = {
    SELECT: {"min_values": 1, "max_values": 1},
    14: {"spacing": 1, "divider": True},
    CONTAINER: {"accent_color": None, "spoiler": False},
}


def check_components(form: Form, components: object, *, v2: bool) -> None:
    found = list(walk(components))
    if v2:
        _check_v2(form, found)
    else:
        form.most("components", components, 5)
        for path, one in found:
            if path.count(".") == 1 and one.get("type") != ROW:
                form.wrong(f"{path}.type", "UNION_TYPE_CHOICES", 'Value of field "type" must be one of (1,).')
    for path, one in found:
        _check_one(form, path, one)
    _check_unique(form, found)


def _check_v2(form: Form, found: list[tuple[str, Json]]) -> None:
    if len(found) > 40:
        form.wrong("components", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 40 in length.")
    if sum(len(one.get("content", "")) for _, one in found if one.get("type") == TEXT_DISPLAY) > 4000:
        form.wrong("components", "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED", "Displayable text exceeds 4000.")


def _check_one(form: Form, path: str, one: Json) -> None:
    kind = one.get("type")
    if kind == ROW:
        form.most(f"{path}.components", one.get("components"), 5, least=1)
    elif kind == BUTTON:
        _check_button(form, path, one)
    elif kind in _SELECTS:
        _check_select(form, path, one)
    elif kind == TEXT_DISPLAY:
        form.text(f"{path}.content", one.get("content"), 4000, least=1)
    elif kind == GALLERY:
        form.most(f"{path}.items", one.get("items"), 10, least=1)
    elif kind == SECTION:
        form.most(f"{path}.components", one.get("components"), 3, least=1)
        if not isinstance(one.get("accessory"), dict):
            form.wrong(f"{path}.accessory", "BASE_TYPE_REQUIRED", "This field is required")


def _check_button(form: Form, path: str, one: Json) -> None:
    form.text(f"{path}.label", one.get("label"), 80)
    if not (one.get("label") or one.get("emoji") or one.get("style") == _PREMIUM):
        form.wrong(path, "BUTTON_COMPONENT_INVALID", "A button must have a label or an emoji.")
    if one.get("style") == _LINK:
        form.text(f"{path}.url", one.get("url"), 512, least=1)
        if not str(one.get("url")).startswith(("http://", "https://", "discord://")):
            form.wrong(f"{path}.url", "URL_TYPE_INVALID_SCHEME", "Scheme must be one of ('http', 'https', 'discord').")
    elif one.get("style") != _PREMIUM:
        form.text(f"{path}.custom_id", one.get("custom_id"), 100, least=1)


def _check_select(form: Form, path: str, one: Json) -> None:
    form.text(f"{path}.custom_id", one.get("custom_id"), 100, least=1)
    form.text(f"{path}.placeholder", one.get("placeholder"), 150)
    if one["type"] != SELECT:
        return
    for i, option in enumerate(form.most(f"{path}.options", one.get("options"), 25, least=1)):
        form.text(f"{path}.options.{i}.label", option.get("label"), 100, least=1)
        form.text(f"{path}.options.{i}.value", option.get("value"), 100, least=1)
        form.text(f"{path}.options.{i}.description", option.get("description"), 100)
    values = [option.get("value") for option in one.get("options") or []]
    if len(set(values)) < len(values):
        code = "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED"
        form.wrong(f"{path}.options", code, "The specified option value is already used")


def _check_unique(form: Form, found: list[tuple[str, Json]]) -> None:
    seen: set[str] = set()
    for path, one in found:
        id = one.get("custom_id")
        if id in seen:
            code = "COMPONENT_CUSTOM_ID_DUPLICATED"
            form.wrong(f"{path}.custom_id", code, "Component custom id cannot be duplicated")
        if id:
            seen.add(id)
