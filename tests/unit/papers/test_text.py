"""Titles and abstracts become readable, and nothing gets lost."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.papers.text import MAX_TEXT_CHARS, readable


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        (r"$100\times$ Faster", "100× Faster"),
        (r"$O(n^2)$ and $\mathcal{O}(\log n)$", "O(n²) and 𝒪(log n)"),
        (r"\textbf{bold} and \emph{not}", "bold and not"),
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


def test_a_megabyte_is_cut_and_does_not_hang() -> None:
    began = time.monotonic()
    assert len(readable("$x_{1}$ {" * 120_000)) <= MAX_TEXT_CHARS
    assert time.monotonic() - began < 5
