"""A summary may not say something else of the abstract's own numbers and names."""

from __future__ import annotations

import random
from collections import Counter
from functools import partial

import pytest

from bot.summaries import check
from bot.summaries.check.meaning import meaning_faults
from tests.builders import needs_shared, paper
from tests.processor_time import processor_s
from tests.unit.summaries import meaning_plants, plants

TITLE = "NestNet: Warm Houses for Birds"
ABSTRACT = (
    "Birds lose warmth at night. Owls outperform larks at choosing wool. We train NestNet on 40 gardens. "
    "It improves warmth by up to 13.4% on GardenBench and by 4.2% on ParkBench, and lowers costs from 9.5 to 3.1 euros."
    " Moss does not improve warmth in dry air. Feathers cannot replace wool; straw could. "
    "Nests under 45% humidity may attract mites. Reliable heating of tall nests remains unsolved. "
    "Limited light, caused by deep gardens, makes owls sleep longer. "
    "Straw nests dry faster than moss nests. Moss reaches 59% of the warmth in OwlBench and wool 81%."
)
TRUE = (
    "Improves warmth by up to 13.4% on GardenBench.",
    "Improves warmth by 4.2% on ParkBench and lowers costs from 9.5 to 3.1 euros.",
    "Finds that moss does not improve warmth in dry air.",
    "Shows that feathers can't replace wool and that straw could.",
    "Shows that owls beat larks at choosing wool for nests.",
    "Finds that nests under 45% humidity may attract mites.",
    "Leaves the reliable heating of tall nests unsolved.",
    "Explains why owls sleep longer: limited light in deep gardens.",
    "Finds that straw nests dry faster than nests of moss.",
    "Shows that moss reaches 59% of the warmth in OwlBench.",
)
FALSE = {
    "a bound dropped": "Improves warmth by 13.4% on GardenBench.",
    "a bound turned": "Finds that nests over 45% humidity may attract mites.",
    "a number given to another name": "Improves warmth by 4.2% on GardenBench with wool.",
    "a span turned": "Lowers costs of nests from 3.1 to 9.5 euros.",
    "a change turned": "Raises costs from 9.5 to 3.1 euros with NestNet.",
    "a comparison turned": "Shows that Larks outperform Owls at choosing wool.",
    "a comparative turned": "Finds that moss nests dry faster than straw nests.",
    "a negation dropped": "Finds that moss improves warmth in dry air at night.",
    "a negation added": "Does not improve warmth on GardenBench at night.",
    "an opposite": "Shows that reliable heating of tall nests is solved.",
    "a hedge dropped": "Finds that nests under 45% humidity attract mites.",
    "a proof that was none": "Proves that straw could replace wool in nests.",
    "a cause made up": "Finds that moss fails in dry air because deep gardens attract mites.",
}


@pytest.mark.parametrize("line", TRUE)
def test_what_the_abstract_says_passes(line: str) -> None:
    assert meaning_faults(line, TITLE, ABSTRACT) == []


@pytest.mark.parametrize("kind", FALSE)
def test_what_it_does_not_say_is_refused_though_every_word_is_its_own(kind: str) -> None:
    assert meaning_faults(FALSE[kind], TITLE, ABSTRACT)


def test_pass_at_1_is_a_measure_and_no_mention() -> None:
    about = paper(
        1, "Coders", abstract="We train Coders on tests. Coders improve Pass@1 from 20% to 30% over 40 tasks."
    )
    assert check("Trains coders on tests and improves Pass@1 from 20% to 30%.", about) == ()
    assert check("Trains coders on tests, as @everyone should know.", about) != ()


def test_hostile_texts_take_no_longer_than_their_length_asks_for() -> None:
    for piece in ("not ", "up to 5% on X and ", "from 1 to 2 ", "A, B and C ", "because "):
        check_it = partial(meaning_faults, (piece * 400)[:400], TITLE, piece * 1_200)
        assert processor_s(check_it, enough=1) < 5  # it took minutes once


@needs_shared
@pytest.mark.slow
def test_of_400_turned_sentences_60_percent_are_refused_and_of_400_true_ones_3_percent() -> None:
    chance = random.Random(3)
    every = list(meaning_plants.true_sentences())
    true = chance.sample(every, min(9_000, len(every)))
    false = meaning_plants.turned(true, each=67)
    caught = Counter(said.plant for said in false if meaning_faults(said.line, said.paper.title, said.paper.abstract))
    asked = Counter(said.plant for said in false)
    assert sum(asked.values()) >= 400
    assert sum(caught.values()) >= 0.6 * sum(asked.values()), caught
    assert all(caught[kind] >= 0.8 * asked[kind] for kind in ("bound", "negation", "direction")), (caught, asked)
    people = plants.true_lines(400)
    refused = [said.line for said in people if meaning_faults(said.line, said.paper.title, said.paper.abstract)]
    assert len(refused) <= 0.03 * len(people), refused
