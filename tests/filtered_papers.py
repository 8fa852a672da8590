"""Five papers, and which of them pass some filters: the same in a schedule, a search, a feed and a mail."""

from __future__ import annotations

from msgspec.structs import replace

from bot.papers.model import Counts, Links, Paper
from tests.builders import paper


def _paper(number: int, title: str, *categories: str, stars: int | None = None) -> Paper:
    """With code where it has a number of stars; a higher number is newer and better liked."""
    made = paper(number, title, categories=categories)
    links = replace(made.links, code="https://example.org/code") if stars is not None else Links(page=made.links.page)
    return replace(made, counts=Counts(upvotes=number, stars=stars or 0), links=links)


FIVE = (
    _paper(41, "A Survey of Nests", "cs.CL"),
    _paper(42, "Large Language Models of Song", "cs.CL", stars=250),
    _paper(43, "Feathers in Pictures", "cs.CV", "cs.CL", stars=12),
    _paper(44, "Songs at Dusk", "cs.CL", "cs.SD", stars=100),
    _paper(45, "Songs at Dawn", "cs.CL", "cs.CV"),
)
CASES = (
    ("-survey", {42, 43, 44, 45}),
    ('-"large language model"', {41, 43, 44, 45}),
    ("-cat:cs.CV", {41, 42, 44}),
    ("-cs.CV -survey", {42, 44}),
    ("stars:100", {42, 44}),
    ("has:code", {42, 43, 44}),
    ("cat:cs.CL is:new", {41, 42, 44, 45}),
    ("cat:cs.CV is:new", {43}),
    ("max:1/topic", {43, 45}),
    ("songs -survey has:code stars:101", {42}),
)


def titles(numbers: set[int]) -> set[str]:
    return {one.title for one in FIVE if one.id in {paper(number).id for number in numbers}}
