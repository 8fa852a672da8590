"""What LaTeX's macros look like as text. The names of some 800 symbols are pylatexenc's."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import cache
from typing import Literal

from msgspec import Struct

CITATION = "\ue000"  # where a reference was; the space before it goes with it
ACCENTS = {
    "`": "\u0300", "'": "\u0301", "^": "\u0302", "~": "\u0303", "=": "\u0304", ".": "\u0307", '"': "\u0308",
    "c": "\u0327", "H": "\u030b", "k": "\u0328", "b": "\u0331", "d": "\u0323", "r": "\u030a", "u": "\u0306",
    "v": "\u030c", "hat": "\u0302", "widehat": "\u0302", "Hat": "\u0302", "tilde": "\u0303", "widetilde": "\u0303",
    "Tilde": "\u0303", "wt": "\u0303", "bar": "\u0304", "Bar": "\u0304", "overline": "\u0304", "vec": "\u20d7",
    "dot": "\u0307", "ddot": "\u0308", "check": "\u030c", "breve": "\u0306", "acute": "\u0301", "grave": "\u0300",
    "mathring": "\u030a", "not": "\u0338",
}  # fmt: skip
LETTERS = {
    "ss": "ß", "SS": "ẞ", "o": "ø", "O": "Ø", "l": "ł", "L": "Ł", "ae": "æ", "AE": "Æ", "oe": "œ", "OE": "Œ",
    "aa": "å", "AA": "Å", "i": "ı", "j": "ȷ", "dh": "ð", "DH": "Ð", "dj": "đ", "DJ": "Đ", "th": "þ", "TH": "Þ",
    "ng": "ŋ", "NG": "Ŋ",
}  # fmt: skip
_INVISIBLE = """left right middle big Big bigg Bigg bigl bigr Bigl Bigr biggl biggr Biggl Biggr bigm Bigm displaystyle
textstyle scriptstyle scriptscriptstyle limits nolimits mathstrut strut bf it em rm sc sf tt sl bfseries itshape
ttfamily scshape upshape rmfamily sffamily slshape mdseries normalfont selectfont boldmath unboldmath tiny scriptsize
footnotesize small normalsize large Large LARGE huge Huge noindent centering raggedright protect xspace relax
allowbreak nobreak nonumber leavevmode ignorespaces maketitle sloppy verb expandafter romannumeral"""
_BREAKS = (
    "quad qquad par newline linebreak newpage clearpage item bigskip medskip smallskip hfill hfil enspace thinspace"
)
DECLARATIONS = dict.fromkeys(_INVISIBLE.split(), "") | dict.fromkeys(_BREAKS.split(), " ")
_OWN_SYMBOLS = {
    "LaTeX": "LaTeX", "TeX": "TeX", "BibTeX": "BibTeX", "LaTeXe": "LaTeX2e", "XeLaTeX": "XeLaTeX",
    "Vert": "‖", "lVert": "‖", "rVert": "‖", "vert": "|", "lvert": "|", "rvert": "|", "over": "/", "choose": " choose ",
    "bmod": " mod ", "mod": " mod ", "degree": "°", "textdegree": "°", "circ": "∘", "to": "→", "gets": "←",
    "lbrace": "{", "rbrace": "}", "lbrack": "[", "rbrack": "]", "iff": "⇔", "implies": "⇒", "impliedby": "⇐",
    "textemdash": "—", "textendash": "–", "textgreater": ">", "textless": "<", "textbar": "|", "textbackslash": "\\",
    "textasciitilde": "~", "textasciicircum": "^", "textunderscore": "_", "textmu": "µ", "textregistered": "®",
    "textquotesingle": "'", "lq": "‘", "rq": "’", "slash": "/", "ldots": "…", "dots": "…", "cdots": "⋯", "dotsc": "…",
    "dotsb": "⋯", "textellipsis": "…", "bullet": "•", "textbullet": "•", "lesssim": "≲", "gtrsim": "≳", "iint": "∬",
    "colon": ":", "coloneqq": "≔", "land": "∧", "lor": "∨", "lnot": "¬", "intercal": "⊺", "texttimes": "×",
    "backslash": "\\", "varnothing": "∅",
}  # fmt: skip
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


def _double_struck(text: str) -> str:
    return _styled(text, "MATHEMATICAL DOUBLE-STRUCK CAPITAL ", "DOUBLE-STRUCK CAPITAL ")


def _script_style(text: str) -> str:
    return _styled(text, "MATHEMATICAL SCRIPT CAPITAL ", "SCRIPT CAPITAL ")


def _fraktur(text: str) -> str:
    return _styled(text, "MATHEMATICAL FRAKTUR CAPITAL ", "BLACK-LETTER CAPITAL ")


def _styled(text: str, *names: str) -> str:
    """A single capital letter in a mathematical alphabet; words stay as they are, to be read and found."""
    if len(text) == 1 and "A" <= text <= "Z":
        for name in names:
            try:
                return unicodedata.lookup(name + text)
            except KeyError:
                continue
    return text


def _code_point(number: str) -> str:
    try:
        return chr(int(number[1:], 16) if number[:1] in {"x", "X"} else int(number))
    except (ValueError, OverflowError):
        return number


def _same(text: str) -> str:
    return text


def _nothing(*_: str) -> str:
    return ""


def _last(*arguments: str) -> str:
    return arguments[-1]


def _words(names: str, command: Command) -> dict[str, Command]:
    return dict.fromkeys(names.split(), command)


COMMANDS: dict[str, Command] = {
    **_words(
        """emph textbf textit textrm textsf texttt textsc textsl textup textmd textnormal text mbox hbox fbox mathrm
        mathbf mathit mathsf mathtt mathnormal boldsymbol bm pmb underline uline underbrace overbrace ensuremath mathop
        mathbin mathrel smash enquote uppercase lowercase MakeUppercase operatorname""",
        Command(1, _same),
    ),
    **_words("mathbb mathds Bbb", Command(1, _double_struck)),
    **_words("mathcal mathscr cal", Command(1, _script_style)),
    "mathfrak": Command(1, _fraktur),
    **_words("frac dfrac tfrac cfrac nicefrac sfrac textfrac", Command(2, _fraction, is_spaced=True)),
    **_words("binom dbinom tbinom", Command(2, lambda n, k: f"({n} choose {k})", is_spaced=True)),
    "sqrt": Command(1, lambda *given: _root(*given) if len(given) > 1 else _root("", given[0]), option="shown"),
    "href": Command(2, _linked, is_address=True),
    **_words("url nolinkurl path", Command(1, _same, is_address=True)),
    **_words("textcolor colorbox texorpdfstring hyperlink hyperref", Command(2, _last, option="hidden")),
    **_words("fcolorbox", Command(3, _last)),
    **_words("cite citep citet citealp citealt citeauthor citeyear parencite textcite autocite footcite nocite",
             Command(1, lambda _: CITATION, option="hidden", needs_group=True)),
    **_words("label ref eqref autoref cref Cref pageref color vspace hspace kern mkern begin end includegraphics input "
             "include bibliography bibliographystyle phantom hphantom vphantom",
             Command(1, _nothing, option="hidden", needs_group=True)),
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
    return shown | _OWN_SYMBOLS


def accented(mark: str, name: str, base: str) -> str:
    """`base` with a combining mark on its first letter; without one, the accent's own sign or name."""
    base = base.replace("ı", "i").replace("ȷ", "j") if mark != "\u0323" else base
    if not base.strip():
        return (
            name if name.isalpha() and len(name) == 1 else "" if name.isalpha() else {"=": "", ".": ""}.get(name, name)
        )
    if not name.isalpha() and not base[0].isalpha():
        return name + base
    if name.isalpha() and len(name) > 1 and len(base) > 1:
        return base  # a bar over a whole expression
    composed = unicodedata.normalize("NFC", base[0] + mark)
    if len(composed) > 1 and (name == "'" or (len(name) == 1 and name.isalpha())):
        return f"'{base}" if name == "'" else base
    return composed + base[1:]
