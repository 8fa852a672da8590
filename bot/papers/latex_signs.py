"""What a sign means where it stands: a formula or a price, an accent or a macro, a space or a tilde."""

import re

ADDRESS = re.compile(r"\s*\{([^{}]{0,2000})\}")
_MATH = re.compile(r"(?<!\\)\$\$?(?P<body>[^$]{1,400}?)(?<!\\)\$\$?(?P<next>\d?)")
_MARKUP = re.compile(r"[\\^_=<>+]")
_CURRENCY = re.compile(r"(?<![A-Za-z])(?:US|AU|CA|HK|NZ|SG|A|C|R|S)$")


def math_signs(text: str) -> dict[int, str]:
    """Where formulas open and close; a dollar sign before a price does neither."""
    signs: dict[int, str] = {}
    at = 0
    while match := _MATH.search(text, at):
        if _is_money(text, match):
            at = match.start() + 1  # the second sign may open a formula
            continue
        signs |= {match.start(): "open", match.end("body"): "close"}
        at = match.start("next")
    return signs


def _is_money(text: str, match: re.Match[str]) -> bool:
    """`$5 and $`, `$5-$10` and `US$ 5 to US$` are prices: a formula ends in no space, and no digit follows it."""
    body, before = match["body"], text[max(0, match.start() - 4) : match.start()]
    if body.lstrip()[:1].isdigit():
        if body[-1].isspace() or match["next"]:
            return True
        return not _MARKUP.search(body) and bool(_CURRENCY.search(before) and not match["next"]) and " " in body.strip()
    return before[-1:].isdigit() and body[0].isspace() and not _MARKUP.search(body)


def is_tie(text: str, at: int) -> bool:
    """Whether `~` is LaTeX's unbreakable space: not so in `~10` and in an address."""
    before, after = text[at - 1 : at] if at else "", text[at + 1 : at + 2]
    if before.isdigit():
        return bool(after) and not after.isdigit()
    return bool(before) and not before.isspace() and before != "/"


def is_letter_next(text: str, at: int) -> bool:
    """Whether an accent stands before something that can carry it."""
    rest = text[at : at + 3]
    return rest[:1].isalpha() or rest[:1] in {"{", "\\"} or (rest[:1] == " " and rest[1:2].isalpha())


def is_accent(name: str, text: str, at: int) -> bool:
    """Whether `\\c c` or `\\c{c}` follows; `\\b` and `\\d` are more often macros of an author's own."""
    group = ADDRESS.match(text, at)
    if group or name in "bd":
        return bool(group) and len(group[1].strip("\\ ")) == 1 if group else False
    return is_letter_next(text, at)
