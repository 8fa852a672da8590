"""What a summary may say of one sentence, and what it may not, rule by rule."""

from __future__ import annotations

import pytest

from bot.summaries.check.meaning import meaning_faults

EXAMPLES: dict[
    str, dict[str, str]
] = {  # an abstract: each line, and a part of what is wrong with it; empty: nothing is
    "It reaches 59% warmth in OwlBench and 41% warmth in LarkBench.": {
        "Reaches 59% warmth in OwlBench.": "",
        "Reaches 59% warmth in LarkBench.": "gives 59% to larkbench",
        "Reaches 41% warmth in OwlBench.": "gives 41% to owlbench",
        "Reaches 41% in LarkBench, and 59% in OwlBench.": "",
    },
    "OwlNet and LarkNet score 70% and 60%, respectively.": {
        "OwlNet scores 70%.": "",
        "LarkNet scores 70%.": "gives 70% to larknet",
        "OwlNet scores 60%.": "gives 60% to owlnet",
        "LarkNet scores 60%.": "",
    },
    "Scores of 70% and 60% belong to OwlNet and LarkNet, respectively.": {
        "OwlNet scores 70%.": "",
        "LarkNet scores 70%.": "gives 70% to larknet",
    },
    "Wool raises the warmth by 12% and the dryness by 7%.": {
        "Raises the warmth by 12%.": "",
        "Raises the dryness by 12%.": "gives 12% to",
        "Raises the warmth by 7%.": "gives 7% to “warmth”",
        "Raises the dryness by 7% and the warmth by 12%.": "",
    },
    "Nests hold 30 eggs before winter and 20 eggs after winter.": {
        "Holds 30 eggs before winter.": "",
        "Holds 30 eggs after winter.": "gives 30 to",
        "Holds 20 eggs after winter.": "",
    },
    "Wool lifts the warmth from 33 to 51 degrees.": {
        "Lifts the warmth from 33 to 51 degrees.": "",
        "Lifts the warmth from 51 to 33 degrees.": "goes from 51 to 33",
    },
    "Wool cannot warm large nests in winter gardens.": {
        "Wool cannot warm large nests in winter gardens.": "",
        "Wool warms large nests in winter gardens.": "says “warm”, which the abstract denies",
    },
    "Wool does not always warm large nests in winter gardens.": {
        "Wool warms large nests in winter gardens.": "says “warm”, which the abstract denies",
        "Wool does not warm large nests.": "",
    },
    "Wool warms large nests in winter gardens.": {
        "Wool does not warm large nests in winter gardens.": "denies “warm”",
        "Wool never warms large nests.": "surer than the abstract (“never”)",
        "Wool warms not only large nests.": "",
        "Warms large nests without wool.": "denies “wool”",
        "Warms large nests, not gardens.": "denies “garden”",
    },
    "Owls build nests of wool. Larks cannot.": {
        "Owls build nests of wool.": "",
        "Larks build nests of wool.": "says of “larks” what the abstract denies",
        "Larks can't weave.": "",
    },
    "The heating of nests is unsolved and unstable.": {
        "The heating of nests is solved.": "says “solved”, the abstract the opposite",
        "The heating of nests is stable.": "says “stable”, the abstract the opposite",
        "The heating of nests is not solved.": "",
        "Studies the heating of nests, with solved cases for comparison.": "",
        "The heating of nests is unsolved.": "",
    },
    "Wool improves warmth of nests by at least 5%.": {
        "Improves warmth of nests by at least 5%.": "",
        "Improves warmth of nests by at most 5%.": "turns the bound of 5%",
        "Improves warmth of nests by 5%.": "drops the bound of 5%",
        "Improves warmth of nests by up to 5%.": "turns the bound of 5%",
    },
    "Nests need fewer than 40 feathers.": {
        "Nests need fewer than 40 feathers.": "",
        "Nests need more than 40 feathers.": "turns the bound of 40",
        "Nests need 40 feathers.": "drops the bound of 40",
    },
    "Nests need more than 40 feathers.": {
        "Nests need over 40 feathers.": "",
        "Nests need under 40 feathers.": "turns the bound of 40",
    },
    "Wool increases the warmth of nests.": {
        "Increases the warmth of nests.": "",
        "Decreases the warmth of nests.": "says “decreases”, the abstract the opposite",
        "Reduces the warmth of nests.": "says “reduces”, the abstract the opposite",
    },
    "Wool lowers the cost of nests and raises their warmth.": {
        "Lowers the cost of nests.": "",
        "Raises the cost of nests.": "says “raises”, the abstract the opposite",
    },
    "OwlNet outperforms LarkNet on cold nights.": {
        "OwlNet outperforms LarkNet on cold nights.": "",
        "LarkNet outperforms OwlNet on cold nights.": "turns a comparison round",
        "LarkNet underperforms OwlNet on cold nights.": "says “underperforms”",
        "OwlNet is worse than LarkNet on cold nights.": "says “worse”, the abstract the opposite",
    },
    "OwlNet is faster than LarkNet.": {
        "OwlNet is faster than LarkNet.": "",
        "OwlNet is slower than LarkNet.": "says “slower”, the abstract the opposite",
    },
    "Wool may warm large nests in winter.": {
        "Wool may warm large nests in winter.": "",
        "Wool can warm large nests in winter.": "",
        "Wool warms large nests in winter.": "drops the hedge of “warms”",
        "Proves that wool warms large nests in winter.": "surer than the abstract (“proves”)",
    },
    "We conjecture that wool warms nests.": {
        "Conjectures that wool warms nests.": "",
        "Proves that wool warms nests.": "surer than the abstract (“proves”)",
    },
    "Wool warms most nests of owls in gardens.": {
        "Wool warms most nests of owls.": "",
        "Wool warms all nests of owls.": "a claim about all",
        "Wool warms every nest of owls.": "surer than the abstract (“every”)",
    },
    "Wool warms some nests of owls in gardens.": {
        "Wool warms some nests of owls.": "",
        "Wool always warms nests of owls in gardens.": "surer than the abstract (“always”)",
    },
    "Cold nests are common. Owls sleep longer in deep gardens.": {
        "Owls sleep longer because cold nests are common.": "gives a reason",
        "Owls sleep longer in deep gardens.": "",
    },
    "Small nests full of wool outperform large nests of straw; hawks slept elsewhere.": {
        "Small nests full of wool outperform large nests of straw.": "",
        "Large nests of straw outperform small nests full of wool.": "turns",
    },
    "30 nests stay warm in OwlNet, and 20 nests in LarkNet.": {
        "30 nests stay warm in OwlNet.": "",
        "20 nests stay warm in OwlNet.": "gives 20 to",
        "20 nests stay warm in OwlNet": "gives 20 to",
    },
    "Owls sleep well in gardens and barns.": {
        "In barns and gardens, owls sleep well.": "",
        "In gardens and orchards, owls sleep well.": "adds “orchards”",
        "Owls sleep well in gardens and orchards.": "adds “orchards”",
    },
    "Cold nests make owls sleep longer.": {
        "Owls sleep longer because of cold nests.": "",
        "Cold nests make owls sleep longer.": "",
    },
}


@pytest.mark.parametrize(
    ("abstract", "line", "fault"),
    [(abstract, line, fault) for abstract, lines in EXAMPLES.items() for line, fault in lines.items()],
)
def test_a_line_says_what_its_abstract_says(abstract: str, line: str, fault: str) -> None:
    found = meaning_faults(line, "Nests for Birds", abstract)
    assert any(fault in one for one in found) if fault else found == []
