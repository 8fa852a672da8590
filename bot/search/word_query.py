"""A query as the word index reads it. Pure: what is asked, not what is found.

Papers are ranked by BM25 over title and text together, with the title a little once more (docs/search.md has the
measurements). A name such as `multi-modal` ranks by its parts, and must stand side by side, or as one word, where all
words are asked for.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time
from functools import lru_cache
from typing import TypeAlias

from tantivy import FieldType, Filter, Occur, SchemaBuilder, TextAnalyzerBuilder, Tokenizer
from tantivy import Query as Asked

from bot.analyzer import Form, is_unspaced, split_words, word_forms
from bot.papers.filter import Names, lab_words
from bot.search.acronyms import concepts, shortened
from bot.search.query import ASKED, MAX_WORDS, Query

TITLE_WEIGHT = 0.3  # of a word in the title, beside its weight in the text
_RANKED_FIELDS = (("text", 1.0), ("title", TITLE_WEIGHT))
CACHED_FORMS = 4_096  # of queries
LONG_RUN_PAIRS = 4  # of characters, from which a run of Chinese or Japanese is taken to be several words
DATE_SHIFT = 20  # bits below a moment in seconds, that put papers of the same second in an order

Clause: TypeAlias = tuple[Occur, Asked]


def _schema() -> SchemaBuilder:
    builder = SchemaBuilder()
    builder.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("text", tokenizer_name="terms")  # title, abstract, keywords, authors
    builder.add_text_field("title", tokenizer_name="terms")
    builder.add_text_field("authors", tokenizer_name="terms")
    builder.add_text_field(
        "facet", tokenizer_name="raw", index_option="basic"
    )  # `category:cs.cl`, `source:arxiv`, `code`
    for name in ("published", "upvotes", "change"):
        builder.add_integer_field(name, fast=True)
    return builder


SCHEMA = _schema().build()
TERMS = TextAnalyzerBuilder(Tokenizer.whitespace()).filter(Filter.stemmer("english")).build()
"""What the index makes of the terms of `bot.analyzer`: their stems."""
PAPER = "paper"  # a facet that every paper has; a deleted one leaves an entry without it
CODE = "code"  # a facet of papers with code
STAR_BITS = 24  # of the number of stars: more than any repository has


def holding_any(query: Query) -> Asked | None:
    """Papers with any of the words and all else that is asked; None when there are no words to look for."""
    words, needed = list(_scoring(query)), conditions(query)
    if words and needed:
        return Asked.boolean_query([(Occur.Must, _any(words)), *needed])
    return _any(words) if words else None  # not nested: then tantivy passes over papers that can't be among the best


def holding_all(query: Query) -> Asked | None:
    """Papers with all the words, ranked as those with any; None when there is nothing to look for."""
    ways = [_every(words) for words in _ways(query) if words]
    if not ways and not query.phrases:
        return None
    ranked = [(Occur.Should, word) for word in _scoring(query)]
    if len(ranked) == len(_RANKED_FIELDS) and [len(word_forms(word)) for word in query.words] == [1]:
        return holding_any(query)  # one term: the same papers, sooner
    needed = [(Occur.Must, Asked.const_score_query(_any(ways), 0.0))] if ways else []
    return Asked.boolean_query([*needed, *conditions(query), *ranked])


def sharing(stems: Mapping[str, int]) -> Asked:
    """Papers with any of these stems, each weighing as often as it occurs in the text they are from."""
    return _any(_boosted(Asked.term_query(SCHEMA, "text", stem), count) for stem, count in stems.items())


def passing(query: Query) -> Asked:
    """Papers that pass the filters, with all the words and phrases if there are any, unranked."""
    return holding_all(query) or Asked.boolean_query([(Occur.Must, _facet(PAPER)), *conditions(query)])


def among(ids: Iterable[str], asked: Asked) -> Asked:
    """Those of `ids` that a query finds."""
    return Asked.boolean_query([(Occur.Must, Asked.term_set_query(SCHEMA, "id", list(ids))), (Occur.Must, asked)])


def conditions(query: Query) -> list[Clause]:
    """Phrases, filters and excluded words."""
    filter, found = query.filter, list[Clause]()
    found += [(Occur.Must, _any(_forms("text", (form,)))) for p in query.phrases if (form := _first(p))]
    found += [(Occur.MustNot, _any(forms)) for word in query.excluded if (forms := _forms("text", word_forms(word)))]
    if filter.after or filter.before:
        lower = _moment(filter.after) if filter.after else None
        upper = _moment(filter.before) - 1 if filter.before else None
        found.append((Occur.Must, Asked.range_query(SCHEMA, "published", FieldType.Integer, lower, upper)))
    if least := filter.min_stars:
        more = [f"stars:{bit}:{(least >> bit) + 1}" for bit in range(STAR_BITS) if not least >> bit & 1]
        found.append((Occur.Must, _any(_facet(name) for name in (f"stars:0:{least}", *more))))
    found += [(Occur.Must, _facet(CODE))] if filter.has_code else []
    found += [(Occur.Must, asked) for asked in _named(filter, "main" if filter.is_new else "category")]
    return found + [(Occur.MustNot, asked) for asked in _named(filter.without, "category")]


def _named(names: Names, category: str) -> Iterator[Asked]:
    """One query for each field with values; `category` is the facet to look for: any category, or the main one."""
    for kind, values in ((category, names.categories), ("source", names.sources)):
        if values:
            yield _any(_facet(f"{kind}:{value.casefold()}") for value in values)
    if names.labs:
        yield _any(_every(_facet(f"lab:{word}") for word in lab_words(lab)) for lab in names.labs)
    if names.authors:
        yield _any(_every(_words("authors", split_words(name))) for name in names.authors)


def star_facets(stars: int) -> list[str]:
    """A number as the beginnings of its binary form: a larger one has a beginning that is one more than the smaller's.
    They need no field of their own, so that an index without them can still answer."""
    known = min(stars, 2**STAR_BITS - 1)
    return [f"stars:{bit}:{known >> bit}" for bit in range(STAR_BITS)] if stars > 0 else []


def title_beginning(typed: Sequence[str], endings: Iterable[str]) -> Asked:
    """Titles that hold the words typed so far, and one of the terms that the last of them may become."""
    words = _words("title", typed[:-1])
    return _every([*words, _any(Asked.term_query(SCHEMA, "title", term) for term in endings)])


@lru_cache(CACHED_FORMS)
def form_stems(form: Form) -> list[str]:
    """What the index has of terms side by side."""
    return TERMS.analyze(" ".join(form))


def stems(word: str) -> list[str]:
    """The indexed terms of a word in its first form, without the beginning of one."""
    form = _first(word)
    return form_stems(form) if form and not form[0].endswith("*") else []


def _scoring(query: Query) -> Iterator[Asked]:
    """Every part of every word, as often as it was typed; phrases too."""
    typed = [word for word in query.gist_words if word.casefold() not in ASKED] or list(query.words)
    for word, count in Counter(map(str.casefold, typed)).most_common(MAX_WORDS):
        for stem in stems(word):
            for field, weight in _RANKED_FIELDS:
                yield _boosted(Asked.term_query(SCHEMA, field, stem), count * weight)
        if (form := _first(word)) and form[0].endswith("*"):
            yield from _forms("text", (form,))
    forms = [*map(_first, query.phrases), *((concept,) for concept in concepts(query.words).values())]
    for form in filter(None, forms):
        for field, weight in _RANKED_FIELDS:
            yield from (_boosted(one, weight) for one in _forms(field, (form,)))


def _ways(query: Query) -> Iterator[list[Asked]]:
    """The words as typed, an acronym or its long form; and with long forms shortened to acronyms."""
    known = concepts(query.words)
    yield [
        _any([word, Asked.term_query(SCHEMA, "text", known[typed])] if typed in known else [word])
        for typed in query.words
        for word in _words("text", [typed])
    ]
    if short := shortened(query.gist_words, query.words):
        yield _words("text", short)


def _words(field: str, words: Iterable[str]) -> list[Asked]:
    """Each word in any of its forms. A long run of Chinese or Japanese is several words, in its pairs of characters."""
    found = []
    for word in words:
        forms = word_forms(word)
        if len(forms) == 1 and len(forms[0]) >= LONG_RUN_PAIRS and is_unspaced(word):
            found.append(_every(_forms(field, [(pair,) for pair in forms[0]])))
        elif forms:
            found.append(_any(_forms(field, forms)))
    return found


def _forms(field: str, forms: Iterable[Form]) -> list[Asked]:
    found = []
    for form in forms:
        if form[0].endswith("*"):
            found.append(Asked.regex_query(SCHEMA, field, f"{form[0][:-1]}.*"))
            continue
        terms = form_stems(form)
        if len(terms) == 1:
            found.append(Asked.term_query(SCHEMA, field, terms[0]))
        elif terms:
            found.append(Asked.phrase_query(SCHEMA, field, list(terms)))
    return found


def _first(word: str) -> Form:
    return next(iter(word_forms(word)), ())


def _any(parts: Iterable[Asked]) -> Asked:
    found = list(parts)
    return found[0] if len(found) == 1 else Asked.boolean_query([(Occur.Should, part) for part in found])


def _every(parts: Iterable[Asked]) -> Asked:
    """All parts; nothing where there are none."""
    return Asked.boolean_query([(Occur.Must, part) for part in parts])


def _boosted(asked: Asked, weight: float) -> Asked:
    return asked if weight == 1 else Asked.boost_query(asked, float(weight))


def _facet(value: str) -> Asked:
    return Asked.term_query(SCHEMA, "facet", value)


def _moment(day: date) -> int:
    return int(datetime.combine(day, time(), UTC).timestamp()) << DATE_SHIFT
