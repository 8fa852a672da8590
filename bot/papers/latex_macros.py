"""What LaTeX's macros look like as text. The names of some 800 symbols are pylatexenc's."""

import re
import unicodedata
from collections.abc import Callable
from contextlib import suppress
from functools import cache, partial
from importlib.resources import files
from typing import Literal

import msgspec
from msgspec import Struct

CITATION = "\ue000"  # where a reference was; the space before it goes with it
_TABLES = msgspec.json.decode(
    files("bot.papers").joinpath("latex_macros.json").read_bytes(), type=dict[str, dict[str, str]]
)
ACCENTS, LETTERS = _TABLES["accents"], _TABLES["letters"]
DECLARATIONS = _TABLES["declarations"]  # macros that show nothing, or a space
_OPERATOR = re.compile(r"[+\-−/*=×·,]")
_UP = str.maketrans("0123456789+-−=()abcdefghijklmnoprstuvwxyz*∘°′", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻ*°°′")
_DOWN = str.maketrans("0123456789+-−=()aehijklmnoprstuvx", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ")
_ROOTS = {"": "√", "2": "√", "3": "∛", "4": "∜"}
_MAX_SCRIPT_CHARS = 12  # raised or lowered, a longer one is hard to read


class Command(Struct, frozen=True):
    """A macro with arguments."""

    arguments: int
    build: Callable[..., str]
    option: Literal["", "hidden", "shown"] = ""  # a `[…]` before the arguments; shown: it is the first of them
    is_spaced: bool = False  # never directly after a word
    is_address: bool = False  # the first argument is taken as it stands
    needs_group: bool = False  # without `{` it has no argument


def script(sign: str, inner: str, *, is_glued: bool = False) -> str:
    """`^2` as `²` where every character has such a form; else `^x`, in brackets where its end would be unclear."""
    inner = inner.strip()
    table = _UP if sign == "^" else _DOWN
    if inner and len(inner) <= _MAX_SCRIPT_CHARS and all(ord(c) in table for c in inner):
        return inner.translate(table)
    if len(inner) > 1 and (is_glued or _OPERATOR.search(inner) or " " in inner):
        return f"{sign}({inner})"
    return f"{sign}{inner}"


def _wrapped(term: str) -> str:
    return f"({term})" if _OPERATOR.search(term) or " " in term else term


def _root(index: str, inner: str = "") -> str:
    inner = inner.strip()
    sign = _ROOTS.get(index.strip()) or f"{script('^', index)}√"
    return f"{sign}{inner}" if len(inner) == 1 or inner.isalnum() else f"{sign}({inner})"


def _linked(address: str, words: str) -> str:
    """`\\href`: the words, and the address unless they say it."""
    return words if not address or address in words or not words else f"{words} ({address})"


def _styled(alphabet: str, text: str) -> str:
    """A single capital letter in a mathematical alphabet; words stay as they are, to be read and found."""
    if len(text) == 1 and "A" <= text <= "Z":
        for name in (f"MATHEMATICAL {alphabet}", alphabet.replace("FRAKTUR", "BLACK-LETTER")):  # some are older
            with suppress(KeyError):
                return unicodedata.lookup(f"{name} CAPITAL {text}")
    return text


def _code_point(number: str) -> str:
    try:
        return chr(int(number[1:], 16) if number[:1] in {"x", "X"} else int(number))
    except (ValueError, OverflowError):
        return number


_COMMANDS = {  # by the names of their groups in the file
    "plain": Command(1, str),
    "double-struck": Command(1, partial(_styled, "DOUBLE-STRUCK")),
    "script": Command(1, partial(_styled, "SCRIPT")),
    "fraktur": Command(1, partial(_styled, "FRAKTUR")),
    "fraction": Command(2, lambda a, b: f"{_wrapped(a.strip())}/{_wrapped(b.strip())}", is_spaced=True),
    "binomial": Command(2, lambda n, k: f"({n} choose {k})", is_spaced=True),
    "root": Command(1, lambda *given: _root(*given) if len(given) > 1 else _root("", given[0]), option="shown"),
    "link": Command(2, _linked, is_address=True),
    "address": Command(1, str, is_address=True),
    "second": Command(2, lambda _, it: it, option="hidden"),
    "third": Command(3, lambda _line, _fill, it: it),
    "citation": Command(1, lambda _: CITATION, option="hidden", needs_group=True),
    "nothing": Command(1, lambda _: "", option="hidden", needs_group=True),
    "note": Command(1, lambda note: f" ({note.strip()})", option="hidden"),
    "raised": Command(1, lambda inner: script("^", inner)),
    "lowered": Command(1, lambda inner: script("_", inner)),
    "modulus": Command(1, lambda n: f" (mod {n})"),
    "above": Command(2, lambda above, base: base + script("^", above)),
    "below": Command(2, lambda below, base: base + script("_", below)),
    "code point": Command(1, _code_point),
    "ket": Command(1, lambda a: f"|{a}⟩"),
    "bra": Command(1, lambda a: f"⟨{a}|"),
    "braket": Command(1, lambda a: f"⟨{a}⟩"),
}
COMMANDS = {name: _COMMANDS[kind] for kind, names in _TABLES["commands"].items() for name in names.split()}


@cache
def symbols() -> dict[str, str]:
    """Macros that stand for a sign or a word."""
    from pylatexenc.latex2text import get_default_latex_context_db  # noqa: PLC0415 - most texts need none of it

    known = get_default_latex_context_db()
    specs = {spec.macroname: spec.simplify_repl for spec in known.iter_macro_specs()}
    shown = {name: to for name, to in specs.items() if isinstance(to, str) and to.strip() and "%" not in to}
    return shown | _TABLES["symbols"]


def accented(mark: str, name: str, base: str) -> str:
    """`base` with a combining mark on its first letter; without one, the accent's own sign or name."""
    base = base.replace("ı", "i").replace("ȷ", "j") if mark != "\u0323" else base
    if not base.strip():
        return "" if name in {"=", "."} or (name.isalpha() and len(name) > 1) else name
    if not name.isalpha() and not base[0].isalpha():
        return name + base
    if name.isalpha() and len(name) > 1 and len(base) > 1:
        return base  # a bar over a whole expression
    composed = unicodedata.normalize("NFC", base[0] + mark)
    if len(composed) > 1 and (name == "'" or (len(name) == 1 and name.isalpha())):
        return f"'{base}" if name == "'" else base
    return composed + base[1:]
