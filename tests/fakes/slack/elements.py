"""Buttons, menus and inputs: the parts of blocks, with Slack's documented limits."""

from __future__ import annotations

from tests.fakes.slack.look import Look

ACTION = "action_id"
INPUT = "action_id placeholder focus_on_load"
MENU = "action_id placeholder focus_on_load confirm"

# keys that are needed, keys that are allowed
ELEMENTS: dict[str, tuple[str, str]] = {
    "button": ("text", "action_id url value style confirm accessibility_label"),
    "overflow": ("options", "action_id confirm"),
    "static_select": ("", f"{MENU} options option_groups initial_option"),
    "multi_static_select": ("", f"{MENU} options option_groups initial_options max_selected_items"),
    "external_select": ("", f"{MENU} initial_option min_query_length"),
    "users_select": ("", f"{MENU} initial_user"),
    "multi_users_select": ("", f"{MENU} initial_users max_selected_items"),
    "conversations_select": (
        "",
        f"{MENU} initial_conversation default_to_current_conversation response_url_enabled filter",
    ),
    "channels_select": ("", f"{MENU} initial_channel response_url_enabled"),
    "datepicker": ("", f"{MENU} initial_date"),
    "timepicker": ("", f"{MENU} initial_time timezone"),
    "checkboxes": ("options", "action_id initial_options confirm focus_on_load"),
    "radio_buttons": ("options", "action_id initial_option confirm focus_on_load"),
    "plain_text_input": ("", f"{INPUT} initial_value multiline min_length max_length dispatch_action_config"),
    "number_input": (
        "is_decimal_allowed",
        f"{INPUT} initial_value min_value max_value dispatch_action_config",
    ),
    "url_text_input": ("", f"{INPUT} initial_value dispatch_action_config"),
    "email_text_input": ("", f"{INPUT} initial_value dispatch_action_config"),
    "image": ("alt_text", "image_url slack_file"),
}
INPUTS = {name for name in ELEMENTS if name not in {"button", "overflow", "image"}}
TYPED = {"plain_text_input", "number_input", "url_text_input", "email_text_input"}
ACTIVE = set(ELEMENTS) - TYPED - {"image"}  # what an actions block takes
ACCESSORIES = ACTIVE | {"image"}
MENUS = {"static_select", "multi_static_select"}
CHOICES = {"overflow": 5, "checkboxes": 10, "radio_buttons": 10}


def element(look: Look, allowed: set[str]) -> None:
    """One element, of a kind that may stand here."""
    kind = look.value.get("type") if isinstance(look.value, dict) else None
    if kind not in ELEMENTS or kind not in allowed:
        look.wrong(f"unsupported type: {kind}")
        return
    if not look.object(*ELEMENTS[kind]):
        return
    look.strings(action_id=255)
    look.flags("focus_on_load", "multiline", "is_decimal_allowed", "response_url_enabled")
    if look.has("placeholder"):
        look["placeholder"].plain(150)
    if look.has("confirm"):
        _confirm(look["confirm"])
    if kind == "button":
        _button(look)
    elif kind == "image":
        image(look)
    elif kind in CHOICES:
        _options(look["options"], CHOICES[kind], rich=kind != "overflow", linked=kind == "overflow")
    elif kind in MENUS:
        _menu(look)
    elif kind in TYPED:
        _typed(look, kind)
    for key in ("initial_option", "initial_options"):
        if look.has(key):
            _initial(look, key)


def image(look: Look) -> None:
    """The picture of an image element or block: exactly one source, and words for who can't see it."""
    if look.has("image_url") == look.has("slack_file"):
        look.wrong("needs exactly one of image_url and slack_file")
    if look.has("image_url"):
        look["image_url"].url()
    file = look["slack_file"] if look.has("slack_file") else None
    if file and file.object("", "id url") and file.has("id") == file.has("url"):
        file.wrong("needs exactly one of id and url")
    look["alt_text"].string(2000)


def _button(look: Look) -> None:
    look["text"].plain(75)
    look.strings(value=2000, accessibility_label=75)
    if look.has("url"):
        look["url"].url()
    if look.has("style"):
        look["style"].one_of("primary", "danger")


def _menu(look: Look) -> None:
    if look.has("options") == look.has("option_groups"):
        look.wrong("needs exactly one of options and option_groups")
    elif look.has("options"):
        _options(look["options"], 100)
    else:
        for group in look["option_groups"].each(100):
            if group.object("label options"):
                group["label"].plain(75)
                _options(group["options"], 100)


def _typed(look: Look, kind: str) -> None:
    if look.has("initial_value") and kind != "number_input":
        look["initial_value"].string(3000)
    for key in ("min_length", "max_length"):
        if look.has(key) and not (isinstance(look.value[key], int) and 0 <= look.value[key] <= 3000):
            look[key].wrong("must be a number from 0 to 3000")
    most = look.value.get("max_length", 3000)
    if isinstance(most, int) and len(str(look.value.get("initial_value", ""))) > most:
        look["initial_value"].wrong("longer than max_length")


def _options(look: Look, most: int, *, rich: bool = False, linked: bool = False) -> None:
    values = []
    for option in look.each(most):
        _option(option, rich=rich, linked=linked)
        values.append(option.value.get("value") if isinstance(option.value, dict) else None)
    if len(set(map(str, values))) < len(values):
        look.wrong("two options have the same value")


def _option(look: Look, *, rich: bool, linked: bool) -> None:
    if not look.object("text value", "description url" if linked else "description"):
        return
    for key in ("text", "description"):
        if look.has(key):
            (look[key].text if rich else look[key].plain)(75)
    look["value"].string(75)  # newer pages say 150; the stricter of the two
    if look.has("url"):
        look["url"].url()


def _initial(look: Look, key: str) -> None:
    """What is picked at first must be, exactly, one of the options."""
    groups = look.value.get("option_groups", [])
    options = look.value.get("options", []) + [o for g in groups for o in g.get("options", [])]
    if look.value.get("type") == "external_select":
        return
    picked = look.value[key] if key == "initial_options" else [look.value[key]]
    if any(one not in options for one in picked):
        look[key].wrong("is none of the options")


def _confirm(look: Look) -> None:
    if not look.object("title text confirm deny", "style"):
        return
    look["title"].plain(100)
    look["text"].text(300)
    look["confirm"].plain(30)
    look["deny"].plain(30)
    if look.has("style"):
        look["style"].one_of("primary", "danger")
