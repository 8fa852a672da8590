"""Lies are caught, truths are not: the promise with its figures, on real papers."""

from __future__ import annotations

import pytest

from bot.summaries import check
from tests.builders import needs_shared
from tests.unit.summaries import plants

pytestmark = [needs_shared, pytest.mark.slow]


@pytest.fixture(scope="module")
def true() -> list[plants.Said]:
    return plants.true_lines()


def test_of_500_planted_lies_98_percent_are_caught(true: list[plants.Said]) -> None:
    false = plants.planted(true)
    missed = [f"{said.plant}: {said.line}" for said in false if not plants.caught(said)]
    assert len(false) == 500
    assert len({said.plant for said in false}) == len(plants.PLANTS)
    assert len(missed) <= 0.02 * len(false), missed


def test_of_500_true_lines_at_most_3_percent_are_refused(true: list[plants.Said]) -> None:
    refused = [(said.line, check(said.line, said.paper)) for said in true if check(said.line, said.paper)]
    assert len(true) == 500
    assert len(refused) <= 0.03 * len(true), refused
