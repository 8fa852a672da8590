"""Citations, read back by programs that know nothing of ours: two for each format."""

from __future__ import annotations

import json
import re
import warnings
from collections.abc import Iterator, Sequence
from typing import Any

import jsonschema
import pytest
from msgspec.structs import replace

from bot.papers.citations import cite, split_name
from bot.papers.model import Links, Paper
from bot.papers.text import one_line, readable
from bot.sources.files import read_papers
from tests.builders import SHARED, paper

SAMPLE_SIZE = 300
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")

TEXT = {"type": "string", "minLength": 1}
NAME = {
    "type": "object",
    "properties": {"family": TEXT, "given": TEXT, "suffix": TEXT, "literal": TEXT},
    "additionalProperties": False,
}
CSL = {  # the part of the format's schema (csl-data.json) that we write
    "type": "array",
    "items": {
        "type": "object",
        "required": ["type", "id"],
        "additionalProperties": False,
        "properties": dict.fromkeys(("id", "title", "number", "publisher", "DOI", "URL", "note"), TEXT)
        | {
            "type": {"enum": ["article"]},
            "author": {"type": "array", "items": NAME},
            "issued": {
                "type": "object",
                "properties": {
                    "date-parts": {
                        "type": "array",
                        "maxItems": 1,
                        "items": {"type": "array", "items": {"type": "integer"}, "maxItems": 3},
                    }
                },
                "additionalProperties": False,
            },
        },
    },
}


def expected(paper: Paper) -> dict[str, str]:
    """What each reader must find of a paper."""
    is_preprint = paper.id.startswith("arxiv:")
    number = paper.id.removeprefix("arxiv:") if is_preprint else ""
    found = {
        "key": paper.id,
        "title": one_line(paper.title),
        "authors": " ; ".join(one_line(author) for author in paper.authors),
        "date": f"{paper.published:%Y-%m}" if paper.published else "",
        "number": number,
        "doi": f"10.48550/arXiv.{number}" if is_preprint else "",
        "url": paper.links.page,
    }
    return {name: value for name, value in found.items() if value}


def plain(value: str) -> str:
    """A BibTeX value as LaTeX shows it."""
    return one_line(readable(re.sub(r"\\ensuremath\{([^}]*(?:\{[^}]*\})?)\}", r"$\1$", value)))


def by_bibtexparser(text: str) -> Iterator[dict[str, str]]:
    from bibtexparser.bparser import BibTexParser

    for entry in BibTexParser(common_strings=True).parse(text).entries:
        names = re.split(r"\s+and\s+(?![^{]*\})", entry.get("author", "")) if entry.get("author") else []
        yield {
            "key": entry["ID"],
            "title": plain(entry.get("title", "")),
            "authors": " ; ".join(_turned(name) for name in names),
            "date": f"{entry['year']}-{_month(entry['month'])}" if "year" in entry else "",
            "number": entry.get("eprint", ""),
            "doi": entry.get("doi", ""),
            "url": entry.get("url", ""),
        }


def _month(name: str) -> str:
    return f"{MONTHS.index(name.lower()[:3]) + 1:02}"


def _turned(name: str) -> str:
    """`Lovelace, Ada` as she is written."""
    if name.startswith("{") and name.endswith("}") and "," not in name.replace("},", "}"):
        return plain(name)
    parts = [plain(part) for part in re.split(r",\s*(?![^{]*\})", name)]
    if len(parts) == 3:
        return f"{parts[2]} {parts[0]}, {parts[1]}"
    return " ".join(reversed(parts))


def by_pybtex(text: str) -> Iterator[dict[str, str]]:
    from pybtex.database import Person, parse_string

    def written(person: Person) -> str:
        name = " ".join([*person.first_names, *person.middle_names, *person.prelast_names, *person.last_names])
        return plain(f"{name}, {' '.join(person.lineage_names)}" if person.lineage_names else name)

    for key, entry in parse_string(text, "bibtex").entries.items():
        fields = entry.fields
        yield {
            "key": key,
            "title": plain(fields.get("title", "")),
            "authors": " ; ".join(written(person) for person in entry.persons.get("author", ())),
            "date": f"{fields['year']}-{_month(fields['month'])}" if "year" in fields else "",
            "number": fields.get("eprint", ""),
            "doi": fields.get("doi", ""),
            "url": fields.get("url", ""),
        }


def _family_first(name: str) -> str:
    """RIS: `Family, Given, Suffix`."""
    parts = name.split(", ")
    return f"{parts[1]} {parts[0]}, {parts[2]}" if len(parts) == 3 else " ".join(reversed(parts))


def by_rispy(text: str) -> Iterator[dict[str, str]]:
    import rispy

    for entry in rispy.loads(text):
        assert not entry.get("unknown_tag"), entry
        yield {
            "key": entry["id"],
            "title": entry.get("title", ""),
            "authors": " ; ".join(_ris_author(name) for name in entry.get("authors", ())),
            "date": "-".join(entry.get("date", "").split("/")[:2]),
            "number": entry.get("accession_number", ""),
            "doi": entry.get("doi", ""),
            "url": entry["urls"][0] if entry.get("urls") else "",
        }


def _ris_author(name: str) -> str:
    return _family_first(name) if ", " in name else name


def by_the_format(text: str) -> Iterator[dict[str, str]]:
    """RIS as its specification says, and nothing more lenient: two capitals or a digit, two spaces, a dash, a space."""
    assert text == "" or text.endswith("ER  - \r\n")
    entry: dict[str, list[str]] = {}
    for line in text.split("\r\n"):
        if line == "":
            continue
        match = re.fullmatch(r"([A-Z][A-Z0-9])  - ([^\r\n\x00-\x1f]*)", line)
        assert match, line
        assert bool(entry) != (match[1] == "TY"), "an entry begins with its type"
        if match[1] == "ER":
            yield {
                "key": entry["ID"][0],
                "title": entry.get("TI", [""])[0],
                "authors": " ; ".join(_ris_author(name) for name in entry.get("AU", ())),
                "date": "-".join(entry.get("DA", [""])[0].split("/")[:2]),
                "number": entry.get("AN", [""])[0],
                "doi": entry.get("DO", [""])[0],
                "url": entry.get("UR", [""])[0],
            }
            entry = {}
        else:
            entry.setdefault(match[1], []).append(match[2])


def by_schema(text: str) -> Iterator[dict[str, str]]:
    items = json.loads(text)
    jsonschema.validate(items, CSL)
    yield from map(_of_csl, items)


def _of_csl(item: dict[str, Any]) -> dict[str, str]:
    def written(name: dict[str, str]) -> str:
        whole = name.get("literal") or " ".join(filter(None, (name.get("given"), name.get("family"))))
        return f"{whole}, {name['suffix']}" if "suffix" in name else whole

    parts = item.get("issued", {}).get("date-parts", [[]])[0]
    return {
        "key": item["id"],
        "title": item.get("title", ""),
        "authors": " ; ".join(written(name) for name in item.get("author", ())),
        "date": f"{parts[0]}-{parts[1]:02}" if parts else "",
        "number": item.get("number", ""),
        "doi": item.get("DOI", ""),
        "url": item.get("URL", ""),
    }


def by_citeproc(text: str) -> Iterator[dict[str, str]]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from citeproc.source.json import CiteProcJSON

    def joined(item: Any, name: str) -> str:
        return "".join(item[name]) if name in item else ""

    def written(name: Any) -> str:
        given, family, *_, suffix = name.parts()
        whole = " ".join(filter(None, (given, family)))
        return f"{whole}, {suffix}" if suffix else whole

    for key, item in CiteProcJSON(json.loads(text)).items():
        issued = item.get("issued")
        yield {
            "key": key,
            "title": joined(item, "title"),
            "authors": " ; ".join(written(name) for name in item.get("author", ())),
            "date": f"{issued['year']}-{issued['month']:02}" if issued else "",
            "number": joined(item, "number"),
            "doi": joined(item, "DOI"),
            "url": joined(item, "URL"),
        }


READERS = [
    ("bib", by_bibtexparser),
    ("bib", by_pybtex),
    ("ris", by_rispy),
    ("ris", by_the_format),
    ("json", by_schema),
    ("json", by_citeproc),
]


def differences(papers: Sequence[Paper], format: Any, read: Any) -> list[str]:
    """Each field that a reader finds different from the paper's."""
    found = {entry["key"]: entry for entry in read(cite(papers, format))}
    assert len(found) == len({paper.id for paper in papers})
    wrong = []
    for one in papers:
        entry = {name: value for name, value in found[one.id].items() if value}
        wanted = expected(one)
        wrong += [
            f"{one.id} {name}: {entry.get(name)!r} is not {wanted.get(name)!r}"
            for name in sorted({*entry, *wanted})
            if entry.get(name) != wanted.get(name)
        ]
    return wrong


@pytest.fixture(scope="module")
def recorded() -> list[Paper]:
    files = sorted((SHARED / "hf-daily-papers").glob("*.json.gz"))[::30]
    if not files:
        pytest.skip("the recorded days (../shared/data) aren't on this machine")
    listings = [listing for file in files for batch in read_papers(file) for listing in batch.listings]
    return list({listing.paper.id: listing.paper for listing in listings}.values())[:SAMPLE_SIZE]


@pytest.mark.parametrize(("format", "read"), READERS, ids=[read.__name__ for _, read in READERS])
def test_recorded_papers_read_back_as_they_are(recorded: list[Paper], format: str, read: Any) -> None:
    wrong = differences(recorded, format, read)
    assert not wrong, f"{len(wrong)} of {len(recorded)} papers:\n" + "\n".join(wrong[:20])


def test_everything_that_upsets_a_format_is_escaped() -> None:
    hostile = paper(
        1,
        'A_B & 50% of $x {y \\cite{z} ~ ^ # "q" `b` <t> | @misc{ α ≤ ∞ 𝒳² \u2028 TY  - X',
        authors=("Ada and Bob Lovelace", "O'Neil Team", "Ludwig van Beethoven", "Sammy Davis, Jr.", "Plato"),
        links=Links(page="https://example.org/a b}{,\\x"),
    )
    other = replace(paper("url:0123456789abcdef", "Other"), published=None, authors=())
    for format, read in READERS:
        found = list(read(cite([hostile, other], format)))
        assert [entry["key"] for entry in found] == [hostile.id, other.id], read.__name__
        assert found[0]["authors"].startswith("Ada and Bob Lovelace ; O'Neil Team ; Ludwig van"), read.__name__
        assert found[0]["title"] == one_line(hostile.title), read.__name__
        assert found[0]["url"] == "https://example.org/a%20b%7D%7B,%5Cx"


def test_a_name_is_split_where_it_is_a_persons() -> None:
    for author, parts in (
        ("Ada Lovelace", ("Lovelace", "", "Ada")),
        ("Ludwig van Beethoven", ("van Beethoven", "", "Ludwig")),
        ("Sammy Davis, Jr.", ("Davis", "Jr.", "Sammy")),
        ("Plato", ("Plato", "", "")),
        ("The ATLAS Collaboration", ("The ATLAS Collaboration", "", "")),
    ):
        name = split_name(author)
        assert (name.family, name.suffix, name.given) == parts


def test_a_key_stays_when_title_and_authors_are_corrected() -> None:
    keys = {
        next(by_the_format(cite([changed], "ris")))["key"]
        for changed in (paper(1), replace(paper(1), title="Another", authors=("Bob",), version=2))
    }
    assert keys == {"arxiv:2503.00001"}


def test_capitals_that_matter_are_protected() -> None:
    def title(words: str) -> str:
        return next(line for line in cite([paper(1, words)], "bib").splitlines() if "title" in line)

    assert "{LoRA} for {GPT-4} at Home" in title("LoRA for GPT-4 at Home")
    assert "Learning {Bayesian} networks from {Twitter}" in title("Learning Bayesian networks from Twitter")
    assert "House for Large Birds" in title("House for Large Birds")
