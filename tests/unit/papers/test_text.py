"""Titles and abstracts become readable, and nothing gets lost."""

from __future__ import annotations

import html
import os
import re
import unicodedata
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.papers.text import MAX_TEXT_CHARS, html_to_text, readable
from tests.builders import needs_shared, recorded_texts
from tests.processor_time import processor_s


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        (r"$100\times$ Faster", "100× Faster"),
        (r"$O(n^2)$ and $\mathcal{O}(\log n)$", "O(n²) and 𝒪(log n)"),
        (r"\textbf{bold} and \emph{not}", "bold and not"),
        (r"the 10\textsuperscript{th} bird", "the 10ᵗʰ bird"),
        (r"$\mathcalO*(n)$ and a \textbfbold* word", "𝒪*(n) and a bold* word"),
        (r"\bar{} x and \c{} x", "x and c x"),
        (r"$a{ b }c$", "a b c"),
        (r"$\mathcal{A}$ to $\mathcal{Z}$", "𝒜 to 𝒵"),
        (r"\'b, a letter without an accented form", "'b, a letter without an accented form"),
        (r"5% of $5 and $10 today", "5% of $5 and $10 today"),
        (r"costs $1,000 {or so}, up 100% $", "costs $1,000 or so, up 100% $"),
        (r"snake_case and x^y outside mathematics", "snake_case and x^y outside mathematics"),
        (r"Fig.~3 shows ~10 birds", "Fig. 3 shows ~10 birds"),
        (r"$\alpha_{i}$-VAE, $x^{\star}$", "αᵢ-VAE, x^⋆"),
        (r"$\pi_0$: $\tau^2$-bench", "π₀: τ²-bench"),
        (r"$10^{-3}$ against $2^{N}$", "10⁻³ against 2^N"),
        ("caf\\'e na\\\"ive", "café naïve"),
        (r"\nosuchmacro{keep this} text", "keep this text"),
        (r"an unclosed { brace and a $ sign", "an unclosed brace and a $ sign"),
        ("Birds &amp; Bees", "Birds & Bees"),
        ("a title\n  on two lines", "a title on two lines"),
        ("left\u202eright\u200b\x07", "leftright"),
        ("one -- two", "one – two"),
        (r"between \$5 and \$6", "between $5 and $6"),
        (r"$5 and $x^2$ or $y_i$", "$5 and x² or yᵢ"),
        ("$5-$10, ($5) against ($10)", "$5-$10, ($5) against ($10)"),
        (r"$e^{-E/kT}$", "e^(-E/kT)"),
        ("12~20% at https://example.org/~ada", "12~20% at https://example.org/~ada"),
        ("Q&params, ?a=1&copy=2 &lt;3", "Q&params, ?a=1&copy=2 <3"),
        ("{", "{"),
        (
            r"Mu\~noz on S\~{a}o Paulo, {\L}ukasz, \v{s}, \'{\i}, \c c, G\"odel",
            "Muñoz on São Paulo, Łukasz, š, í, ç, Gödel",
        ),
        (r"it\'s \"quoted\" and ``quoted''", 'it\'s "quoted" and “quoted”'),
        ("A Component for {OCL} {E}valuation", "A Component for OCL Evaluation"),
        (r"Writing \LaTeX{} documents with \ours", "Writing LaTeX documents with ours"),
        (r"$\tfrac12$, 2$\frac{1}{3}$, $\frac{a+b}{c}$", "1/2, 2 1/3, (a+b)/c"),
        (r"$\|x\|_2$ and $\binom{n}{k}$ and $\sqrt[3]{x}$", "‖x‖₂ and (n choose k) and ∛x"),
        (r"300 $^\circ$C, 5\deg", "300 °C, 5°"),
        (
            r"\href{https://lab.example/~x}{our page}, \url{https://lab.example/~y}",
            "our page (https://lab.example/~x), https://lab.example/~y",
        ),
        ("From US$ 5 to US$ 10 a day", "From US$ 5 to US$ 10 a day"),
        (r"CO$_2$ and H$_2$O, $\mathcal{P}$ in $\mathbb{R}^{d\times d}$", "CO₂ and H₂O, 𝒫 in ℝ^(d×d)"),
        (r"\textbf{a $x$} b, $\log n$ in $O(n\log n)$", "a x b, log n in O(n log n)"),
        (r"known~\cite{a,b}, see \footnote{the note}", "known, see (the note)"),
        ("می\u200cخواهم, क्\u200dष, 👩\u200d🔬, a\u200db", "می\u200cخواهم, क्\u200dष, 👩\u200d🔬, ab"),
    ],
)
def test_reads_well(raw: str, shown: str) -> None:
    assert readable(raw) == shown


def test_plain_words_stay_as_they_are() -> None:
    assert readable("Nothing to do here.") == "Nothing to do here."


@given(st.text(alphabet=r"ab1 \{}$^_%&#~-", max_size=200))
def test_any_mixture_of_markup_gives_some_text(raw: str) -> None:
    found = readable(raw)
    assert "\n" not in found


@given(st.lists(st.sampled_from(["bird", "nest", "egg"]), min_size=1, max_size=12))
def test_words_inside_unknown_macros_survive(words: list[str]) -> None:
    found = readable(" ".join(f"\\unknown{{{word}}}" for word in words))
    assert found.replace(" ", "") == "".join(words)


@pytest.mark.parametrize(
    ("markup", "words"),
    [
        ("Splitting H<sub>2</sub>O at 10<sup>6</sup> Pa", "Splitting H₂O at 10⁶ Pa"),
        ("a <i>p</i>-value<br>next<p>paragraph</p>end", "a p-value next paragraph end"),
        ("<script>alert(1)</script>one<!-- <b>two</b> --> three", "one three"),
        ("1 < 2 and x<y", "1 < 2 and x<y"),
    ],
)
def test_marks_within_a_word_join_and_blocks_part(markup: str, words: str) -> None:
    assert readable(html_to_text(markup)) == words


def test_what_may_be_plain_text_keeps_what_only_looks_like_a_tag() -> None:
    assert html_to_text("<b>List<T></b> of <template>", formatting_only=True) == "List<T> of <template>"


@pytest.mark.parametrize(
    "part",
    ["$\\frac{", "{", "$a", "^{", "$^", "\\", "\\sqrt[", "\\href{", "~", "``", "\\mathcalO", "\\(", "\\c", "\\'{",
     "$1 ", "<a ", "<!--", "<sub>", "&#", "a\u200d"],
)  # fmt: skip
def test_time_grows_with_the_length_alone(part: str) -> None:
    def seconds(length: int) -> float:
        text = (part * length)[:length]
        return processor_s(lambda: readable(html_to_text(text)), enough=0.05)

    long = seconds(20_000)
    assert long <= 0.05 or long < 12 * seconds(5_000)


def letters(text: str) -> list[str]:
    return [c for c in unicodedata.normalize("NFKD", text).casefold() if c.isalnum()]


_SAYS_NOTHING = re.compile(
    r"\\(?:\w*cite\w*|label|\w*ref|[vh]?space|begin|end|includegraphics|color|m?kern|[hv]?phantom|input|bibliography\w*)"
    r"\*?\s*(?:\[[^\[\]{}]*\]\s*)*\{[^{}]*\}|\\textcolor\s*(?:\[[^\]]*\])?\s*\{[^{}]*\}"
)
_MOVES = re.compile(r"\\(?:href|hyperlink|hyperref|underset|overset|unicode)|\\(?:sqrt|footnote)\[|\\frac\d")


@needs_shared
@pytest.mark.slow
@pytest.mark.timeout(900)
def test_no_letter_of_recorded_titles_and_abstracts_is_lost() -> None:
    """What is not a macro's name or an argument that shows nothing is there, in its order."""
    held, lost = 0, []
    step = 1 if os.environ.get("PAPERBOY_DEEP") else 5
    for raw in islice(recorded_texts(), 0, None, step):
        text = raw[:MAX_TEXT_CHARS]
        if _MOVES.search(text):
            continue  # shown in another order
        said = re.sub(r"\\[A-Za-z]+", " ", _SAYS_NOTHING.sub(" ", html.unescape(text)))
        shown = iter(letters(readable(text)))
        held += 1
        if not all(letter in shown for letter in letters(said)):
            lost.append(text[:80])
    assert held > 250_000 // step
    assert len(lost) <= 5, lost


def test_a_megabyte_is_cut_and_does_not_hang() -> None:
    megabyte = "$x_{1}$ {" * 120_000
    assert len(readable(megabyte)) <= MAX_TEXT_CHARS
    assert processor_s(lambda: readable(megabyte), enough=2) < 5
