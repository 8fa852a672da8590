"""From text to terms: names as they are spelt, letters that fold, scripts without spaces."""

from __future__ import annotations

import random

import pytest

from bot.analyzer import fold, split_words, word_forms
from bot.search.match_reasons import holds, indexed_terms, words_in
from tests.processor_time import processor_s

NAMES = [
    *("DeepSeek-R1", "GPT-4o", "GPT-4o-mini", "Qwen2.5-VL", "Llama3-8B", "o1-mini", "PD-L1", "COVID-19", "Text-to-3D"),
    *("1.5B", "C++", "C#", "F#", ".NET", "AT&T", "R&D", "Node.js", "H₂O", "k-NN", "β-VAE", "π0.5", "DALL·E", "3D"),
    *("state-of-the-art", "O'Brien", "U.S.", "Ca2+", "H100s", "x²", "e-commerce", "snake_case"),
]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_found_as_it_is_spelt(name: str) -> None:
    assert split_words(name.rstrip(".")) == [name.rstrip(".")]
    assert holds(indexed_terms(f"We study {name}, and more."), name)


@pytest.mark.parametrize(
    ("written", "typed"),
    [
        *(("GPT-4o", "gpt4o"), ("GPT4o", "GPT-4o"), ("GPT 4", "GPT-4"), ("GPT4", "gpt-4"), ("GPT-4o-mini", "gpt4o")),
        *(("GPT-4's", "GPT-4"), ("LLMs", "LLM"), ("H100", "H100s"), ("Qwen2.5-VL", "Qwen"), ("Qwen2.5", "2.5")),
        *(("DeepSeek R1", "DeepSeek-R1"), ("DeepSeek-R1", "deepseekr1"), ("DeepSeek‑R1", "DeepSeek-R1")),
        *(("pre-training", "pretrain"), ("few-shot", "fewshot"), ("C++", "c")),
        *(("Łukasz Żółć", "lukasz"), ("Bjørnsen", "bjornsen"), ("straße", "strasse"), ("ﬁne-tuning", "fine-tuning")),
        *(
            ("ёлка", "елка"),
            ("Poincaré", "poincare"),
            ("Erdős", "ERDOS"),
            ("Œuvre", "oeuvre"),
            ("naı\u0308ve", "naive"),
        ),
        *(("ＧＰＴ", "gpt"), ("data\u00adset", "dataset"), ("CO₂", "co2"), ("Smith–Waterman", "smith-waterman")),
        *(("大规模语言模型推理", "推理"), ("大规模语言模型推理", "语言模型"), ("大规模", "模"), ("理", "理")),
        *(("音声認識の研究", "音声認識"), ("データセット", "データ"), ("음성 인식은", "인식"), ("3D重建", "重建")),
    ],
)
def test_another_spelling_finds_it(written: str, typed: str) -> None:
    assert holds(indexed_terms(f"On {written} again"), typed)


@pytest.mark.parametrize(
    ("written", "typed"),
    [
        *(("15B", "1.5B"), ("1.5B", "15B"), ("C", "C++"), ("C#", "C++"), ("net", ".NET"), ("GPT-4", "GPT-4o")),
        *(("training", "ai"), ("R1 of DeepSeek", "DeepSeek-R1"), ("模型", "型模"), ("мой", "мои")),
    ],
)
def test_what_is_not_the_name_does_not(written: str, typed: str) -> None:
    assert not holds(indexed_terms(written), typed)


def test_marks_of_a_script_do_not_cut_its_words() -> None:
    assert indexed_terms("हिन्दी भाषा").split() == ["हिन्दी", "भाषा"]


def test_terms_of_a_text_stay_side_by_side_whatever_names_are_in_it() -> None:
    assert indexed_terms("Training DeepSeek-R1 models").split()[:4] == ["train", "deepseek", "r1", "model"]
    assert holds(indexed_terms("Training DeepSeek-R1 models"), "deepseek r1 model")


def test_a_text_is_found_by_each_of_its_words() -> None:
    chance = random.Random(5)
    signs = "ab1Z .-_+#'&/·“”éłß学習ｶ\u0301\u200b🦉"
    for _ in range(3_000):
        text = "".join(chance.choices(signs, k=chance.randint(1, 30)))
        terms = indexed_terms(text)
        missing = [word for word in split_words(fold(text)) if word_forms(word) and not holds(terms, word)]
        assert not missing, (text, terms)
        assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize("piece", ["a-", "1.", "’s", "学", "C++", "-" * 9, "a_", ".a", "é", "\u0301", "x" * 99])
def test_hostile_text_takes_no_time(piece: str) -> None:
    text = piece * (20_000 // len(piece))
    assert processor_s(lambda: (indexed_terms(text), word_forms(text[:500])), enough=0.5) < 1.5


@pytest.mark.parametrize(
    ("sought", "text", "words"),
    [
        (("hypernetwork",), "Hypernetworks for a network", ("Hypernetworks",)),
        (("gpt4o",), "What GPT-4o sees, and GPT-4", ("GPT-4o",)),
        (("chain of thought",), "A chain of thoughts", ("chain", "thoughts")),
        (("Łukasz",), "By Lukasz and łukasz", ("Lukasz", "łukasz")),
        ((), "Nothing", ()),
    ],
)
def test_matching_words_are_those_that_the_index_finds(
    sought: tuple[str, ...], text: str, words: tuple[str, ...]
) -> None:
    assert words_in(sought, text) == words
