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


def _fraction(above: str, below: str) -> str:
    return f"{_wrapped(above.strip())}/{_wrapped(below.strip())}"


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


def _words(names: str, command: Command) -> dict[str, Command]:
    return dict.fromkeys(names.split(), command)


COMMANDS: dict[str, Command] = {
    **_words(
        """emph textbf textit textrm textsf texttt textsc textsl textup textmd textnormal text mbox hbox fbox mathrm
        mathbf mathit mathsf mathtt mathnormal boldsymbol bm pmb underline uline underbrace overbrace ensuremath mathop
        mathbin mathrel smash enquote uppercase lowercase MakeUppercase operatorname""",
        Command(1, str),
    ),
    **_words("mathbb mathds Bbb", Command(1, partial(_styled, "DOUBLE-STRUCK"))),
    **_words("mathcal mathscr cal", Command(1, partial(_styled, "SCRIPT"))),
    "mathfrak": Command(1, partial(_styled, "FRAKTUR")),
    **_words("frac dfrac tfrac cfrac nicefrac sfrac textfrac", Command(2, _fraction, is_spaced=True)),
    **_words("binom dbinom tbinom", Command(2, lambda n, k: f"({n} choose {k})", is_spaced=True)),
    "sqrt": Command(1, lambda *given: _root(*given) if len(given) > 1 else _root("", given[0]), option="shown"),
    "href": Command(2, _linked, is_address=True),
    **_words("url nolinkurl path", Command(1, str, is_address=True)),
    **_words("textcolor colorbox texorpdfstring hyperlink hyperref", Command(2, lambda _, it: it, option="hidden")),
    **_words("fcolorbox", Command(3, lambda _line, _fill, it: it)),
    **_words("cite citep citet citealp citealt citeauthor citeyear parencite textcite autocite footcite nocite",
             Command(1, lambda _: CITATION, option="hidden", needs_group=True)),
    **_words("label ref eqref autoref cref Cref pageref color vspace hspace kern mkern begin end includegraphics input "
             "include bibliography bibliographystyle phantom hphantom vphantom",
             Command(1, lambda _: "", option="hidden", needs_group=True)),
    **_words("footnote footnotetext thanks", Command(1, lambda note: f" ({note.strip()})", option="hidden")),
    "textsuperscript": Command(1, lambda inner: script("^", inner)),
    "textsubscript": Command(1, lambda inner: script("_", inner)),
    "pmod": Command(1, lambda n: f" (mod {n})"),
    **_words("overset stackrel", Command(2, lambda above, base: base + script("^", above))),
    "underset": Command(2, lambda below, base: base + script("_", below)),
    "unicode": Command(1, _code_point),
    "ket": Command(1, lambda a: f"|{a}⟩"),
    "bra": Command(1, lambda a: f"⟨{a}|"),
    "braket": Command(1, lambda a: f"⟨{a}⟩"),
}  # fmt: skip


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
