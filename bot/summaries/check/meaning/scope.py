"""Scope: a list of settings in a summary names none that the abstract doesn't. Pure."""

from collections.abc import Iterator, Sequence

from bot.summaries.check.meaning.sentences import Sentence, Token, stem
from bot.summaries.words import word_list

_OPENS = set(word_list("opens_settings"))
_STOPS = _OPENS | set(word_list("ends_of_settings"))
_VAGUE = {stem(word) for word in word_list("vague_words")}
_MAX_ITEM_TOKENS = 4


def widened_scope(line: Sentence, known: Sequence[Sentence]) -> Iterator[str]:
    """The one item of a list of settings that the abstract doesn't know, while it knows all others."""
    text = " ".join(sentence.low for sentence in known)
    for items in lists_of(line):
        strange = [item for item in items if not any(token.stem[:5] in text for token in item)]
        others = [item for item in items if item not in strange]
        if len(strange) != 1 or not all(any(token.stem[:5] in text for token in item) for item in others):
            continue
        item = strange[0]
        begins_clause = len(item) > 1 and item[0].low.endswith(("s", "ed"))  # `and releases a data set`
        if not begins_clause and not any(token.stem in _VAGUE for token in item):
            yield f"adds “{' '.join(token.text for token in item)}”"


def lists_of(sentence: Sentence) -> Iterator[list[list[Token]]]:
    """The lists behind a preposition, such as `on a, b and c`, as the words of meaning of each item."""
    tokens = sentence.tokens
    for n, token in enumerate(tokens):
        if token.low != "and":
            continue
        after, at = _item_after(tokens, n + 1), n - 1
        items = [after] if after else []
        while (item := _item_before(tokens, at)) is not None:
            items.append(item)
            at -= len(item)
            if at < 0 or tokens[at].text != ",":
                break
            at -= 1
        if at >= 0 and tokens[at].low in _OPENS:
            meant = [[one for one in item if _carries(one)] for item in items]
            if len(meant) >= 2 and all(meant) and not {"both", "can"} & {one.low for item in items for one in item}:
                yield meant


def _item_before(tokens: Sequence[Token], at: int) -> list[Token] | None:
    """The words up to and including `at`, back to a comma or preposition; None: too many to be an item."""
    start = at
    while start >= 0 and not _ends_item(tokens[start]):
        start -= 1
    item = list(tokens[start + 1 : at + 1])
    return item if 0 < len(item) <= _MAX_ITEM_TOKENS else None


def _item_after(tokens: Sequence[Token], at: int) -> list[Token]:
    end = at
    while end < len(tokens) and not _ends_item(tokens[end]) and end - at < _MAX_ITEM_TOKENS:
        end += 1
    return list(tokens[at:end])


def _ends_item(token: Token) -> bool:
    return token.text in {",", "."} or token.low in _STOPS or token.low in {"and", "or"}


def _carries(token: Token) -> bool:
    return token.is_content and len(token.low) > 2 and not any(map(str.isdigit, token.low))
