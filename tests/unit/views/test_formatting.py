"""How dates are written."""

from __future__ import annotations

from datetime import date

import pytest

from bot.views.formatting import days, source_page


@pytest.mark.parametrize(
    ("first", "last", "told"),
    [
        ("2025-03-18", "2025-03-18", "Tuesday, 18 March 2025"),
        ("2025-03-10", "2025-03-14", "the week of 10 to 14 March 2025"),
        ("2025-03-11", "2025-03-14", "the week of 11 to 14 March 2025"),  # without a list on Monday
        ("2025-03-14", "2025-03-16", "14 to 16 March 2025"),
        ("2025-02-24", "2025-03-02", "the week of 24 February to 2 March 2025"),
        ("2025-12-29", "2026-01-02", "the week of 29 December 2025 to 2 January 2026"),
        ("2025-02-01", "2025-02-28", "1 to 28 February 2025"),
    ],
)
def test_a_span_of_days_is_written_as_people_do(first: str, last: str, told: str) -> None:
    assert days(date.fromisoformat(first), date.fromisoformat(last)) == told


def test_the_whole_list_is_linked_by_day_or_by_week() -> None:
    monday, friday = date(2025, 3, 10), date(2025, 3, 14)
    assert source_page("huggingface", friday, friday).endswith("/papers/date/2025-03-14")
    assert source_page("huggingface", monday, friday).endswith("/papers/week/2025-W11")
    assert source_page("arxiv", monday, friday) == ""
