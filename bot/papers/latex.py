r"""LaTeX to readable Unicode: `$\alpha_i$` becomes `αᵢ`, `Mu\~noz` becomes `Muñoz`.

One pass over the text without recursion, so the time grows with the length alone, whatever a stranger sends. Nothing
gets lost: a macro that isn't known shows its argument, or its name when it has none.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from bot.papers.latex_macros import (
    ACCENTS,
    CITATION,
    COMMANDS,
    DECLARATIONS,
    LETTERS,
    Command,
    accented,
    script,
    symbols,
)
from bot.papers.latex_signs import ADDRESS, is_accent, is_letter_next, is_tie, math_signs

MAX_DEPTH = 100  # groups in groups; deeper braces are passed over
_TOKEN = re.compile(
    r"\\(?P<name>[A-Za-z]+)\*?(?P<gap>\s*)|\\(?P<escape>.)|(?P<special>[{}^_~]|\$\$?)|[^\\{}^_~$]+|.", re.DOTALL
)
_OPTION = re.compile(r"\[([^\[\]{}]{0,80})\]\s*")
_QUOTED = re.compile(r'\\"([A-Za-z][^"\\{}]{0,200})\\"(?![A-Za-z{\\])')  # an escaped quotation, no umlaut
_TEX_QUOTED = re.compile(r"``([^`']{1,400})''")
_APOSTROPHE = re.compile(r"(?<=[a-z])\\'(?=(?:s|t|re|ve|ll)\b)")  # an escaped `it's`, no accent
_CITATION = re.compile(rf"\s?{CITATION}(?=\s*[,.;:!?)])")
_STYLE_PREFIX = re.compile(
    r"(mathcal|mathbb|mathbf|mathrm|mathsf|mathfrak|textbf|textit|textsc|emph|sqrt|widetilde)(.+)"
)
_GAP = "\u2005"  # a space that belongs to the text, unlike those of a formula's source
_SPACES = frozenset(" ,;:>\\\n\t")  # after a backslash
_NOTHING = frozenset("!/-@")
_MATH_ENDS = {")": "(", "]": "["}


def latex_to_text(text: str) -> str:
    """`text` without its LaTeX; white space is kept roughly, for the caller to tidy."""
    text = _QUOTED.sub(r'"\1"', _APOSTROPHE.sub("'", _TEX_QUOTED.sub(r"“\1”", text)))
    shown = _Converter(text.replace(CITATION, "")).convert()
    return _CITATION.sub("", shown).replace(CITATION, "") if CITATION in shown else shown


@dataclass
class _Pending:
    """A command that waits for its arguments."""

    build: Callable[..., str]
    needs: int
    arguments: list[str] = field(default_factory=list)


@dataclass
class _Frame:
    """An open group or formula."""

    end: str  # `}`, `$`, `)`, `]`; empty for the whole text
    is_math: bool
    pieces: list[str] = field(default_factory=list)
    pending: list[_Pending] = field(default_factory=list)


class _Converter:
    """Reads tokens from left to right and keeps what is open on a stack."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0  # where the next token begins
        self._stack = [_Frame("", False)]
        self._dollars = math_signs(text)
        self._last_end = {end: text.rfind(f"\\{end}") for end in _MATH_ENDS}

    def convert(self) -> str:
        while match := _TOKEN.match(self._text, self._at):
            self._at = match.end()
            if name := match["name"]:
                self._macro(name, match["gap"])
            elif escaped := match["escape"]:
                self._escape(escaped)
            elif special := match["special"]:
                self._special(special, match.start())
            else:
                self._run(match[0])
        while len(self._stack) > 1:
            self._close()
        return self._finish(self._stack[0])

    # ---- tokens

    def _run(self, run: str) -> None:
        """Plain characters; a command that waits takes the first of them."""
        frame = self._stack[-1]
        while frame.pending and (run := run.lstrip()):
            self._feed(run[0])
            run = run[1:]
        if run:
            frame.pieces.append(run)

    def _special(self, sign: str, at: int) -> None:
        frame = self._stack[-1]
        if sign == "{":
            if len(self._stack) < MAX_DEPTH:
                self._stack.append(_Frame("}", frame.is_math))
        elif sign == "}":
            if frame.end == "}":
                self._close()
        elif sign[0] == "$":
            self._dollar(sign, at)
        elif sign == "~":
            self._run(" " if frame.is_math or is_tie(self._text, at) else "~")
        elif frame.is_math:
            frame.pending.append(_Pending(partial(self._script, sign), 1))
        else:
            self._run(sign)

    def _dollar(self, sign: str, at: int) -> None:
        match self._dollars.get(at):
            case "open":
                self._stack.append(_Frame("$", True))
            case "close" if any(frame.end == "$" for frame in self._stack):
                self._close_through("$")
            case _:
                self._run(sign)

    def _escape(self, sign: str) -> None:
        frame = self._stack[-1]
        if sign in "([" and self._at < self._last_end[")" if sign == "(" else "]"] and not frame.is_math:
            self._stack.append(_Frame(")" if sign == "(" else "]", True))
        elif sign in _MATH_ENDS and any(frame.end == sign for frame in self._stack):
            self._close_through(sign)
        elif sign in _SPACES:
            self._run(" ")
        elif sign in _NOTHING:
            return
        elif sign == "|":
            self._feed("‖" if frame.is_math else "|")
        elif sign in ACCENTS and is_letter_next(self._text, self._at):
            frame.pending.append(_Pending(partial(accented, ACCENTS[sign], sign), 1))
        else:
            self._feed(sign)

    def _macro(self, name: str, gap: str) -> None:
        if name in DECLARATIONS:
            self._declaration(name)
        elif name in LETTERS:
            self._feed(LETTERS[name])
        elif command := COMMANDS.get(name):
            self._command(command)
        elif name in ACCENTS and (len(name) > 1 or is_accent(name, self._text, self._at)):
            self._stack[-1].pending.append(_Pending(partial(accented, ACCENTS[name], name), 1))
        elif symbol := symbols().get(name):
            self._symbol(symbol, gap)
        elif (styled := _STYLE_PREFIX.fullmatch(name)) and styled[1] in COMMANDS | ACCENTS:  # its braces were lost
            self._at -= len(gap) + len(styled[2]) + (self._text[self._at - len(gap) - 1] == "*")
            self._macro(styled[1], "")
        elif self._text.startswith("{", self._at) and not gap:
            self._stack[-1].pending.append(_Pending(lambda argument: argument or name, 1))
        else:
            self._symbol(name, gap)

    def _declaration(self, name: str) -> None:
        """It changes how what follows looks, and shows nothing itself; `\\left.` has an invisible bracket."""
        if DECLARATIONS[name]:
            self._run(DECLARATIONS[name])
        elif name in {"left", "right"} and self._text.startswith(".", self._at):
            self._at += 1

    def _command(self, command: Command) -> None:
        build = command.build
        while command.option and (option := _OPTION.match(self._text, self._at)):
            self._at = option.end()
            if command.option == "shown":
                build = partial(build, option[1])
        if command.needs_group and not self._text.startswith("{", self._at):
            return
        if command.is_spaced and self._follows_word():
            self._stack[-1].pieces.append(_GAP)
        self._stack[-1].pending.append(_Pending(build, command.arguments))
        if command.is_address and (address := ADDRESS.match(self._text, self._at)):
            self._at = address.end()
            self._feed(address[1])

    def _symbol(self, shown: str, gap: str) -> None:
        """A sign, or a word, which must not run into the one before it."""
        is_word = shown[0].isalpha() and len(shown) > 1
        is_tight = self._stack[-1].is_math and not is_word and not self._last()[-1:].isspace()
        if shown == "deg" and self._last()[-1:].isdigit():
            shown = "°"
        elif is_word and self._follows_word():
            shown = f"{_GAP}{shown}"
        self._feed(shown)
        if gap and not is_tight and self._text[self._at : self._at + 1] not in {"", *"^_,.;:)]}$'"}:
            self._stack[-1].pieces.append(" ")

    # ---- the stack

    def _feed(self, value: str) -> None:
        """A finished piece: the argument of a command that waits, or text. A finished command is a piece itself."""
        pending = self._stack[-1].pending
        while pending:
            waiting = pending[-1]
            waiting.arguments.append(value)
            if len(waiting.arguments) < waiting.needs:
                return
            pending.pop()
            value = waiting.build(*waiting.arguments)
        self._stack[-1].pieces.append(value)

    def _close(self) -> None:
        frame = self._stack.pop()
        text = self._finish(frame)
        self._feed(text.strip(" \t\n") if frame.is_math and frame.end != "}" else text)

    def _close_through(self, end: str) -> None:
        while self._stack[-1].end != end:
            self._close()
        self._close()

    def _finish(self, frame: _Frame) -> str:
        while frame.pending:  # the text ended before their arguments came
            waiting = frame.pending.pop()
            shown = waiting.build(*waiting.arguments, *[""] * (waiting.needs - len(waiting.arguments)))
            if frame.pending:
                frame.pending[-1].arguments.append(shown)
                if len(frame.pending[-1].arguments) > frame.pending[-1].needs:
                    frame.pending[-1].arguments[-2:] = ["".join(frame.pending[-1].arguments[-2:])]
            else:
                frame.pieces.append(shown)
        return "".join(frame.pieces)

    # ---- what stands around

    def _script(self, sign: str, inner: str) -> str:
        return script(sign, inner, is_glued=self._text[self._at : self._at + 1].isalnum())

    def _last(self) -> str:
        """The end of what has been read; of a formula or group that begins, what is before it."""
        for frame in self._stack[:-3:-1]:
            if frame.pieces and frame.pieces[-1]:
                return frame.pieces[-1]
        return ""

    def _follows_word(self) -> bool:
        return not self._stack[-1].pending and self._last()[-1:].isalnum()
