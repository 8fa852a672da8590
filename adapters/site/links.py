"""Addresses on the site. Pure."""

import re
from urllib.parse import quote, urlencode

from msgspec import Struct

from bot.papers.ids import arxiv_id
from bot.papers.model import PaperId

_ARXIV = "arxiv:"
_CATEGORY = re.compile(  # `cs.CL`, or an archive without parts; `self-supervised` is neither
    r"[a-z]+(?:-[a-z]+)?\.[A-Za-z]{2}(?:-[a-z]+)?|gr-qc|hep-(?:ex|lat|ph|th)|math-ph|nucl-(?:ex|th)|quant-ph"
)


class Feed(Struct, frozen=True):
    """A feed's title and address, without `.atom` or `.json`."""

    title: str
    path: str
    query: str = ""

    @property
    def atom(self) -> str:
        return f"{self.path}.atom{self.query}"

    @property
    def json(self) -> str:
        return f"{self.path}.json{self.query}"


DAY = Feed("Each day's papers", "/feeds/day")


def paper(id: PaperId) -> str:
    """A paper's page; papers on arXiv go by their number alone."""
    return f"/paper/{quote(id.removeprefix(_ARXIV), safe='/:')}"


def paper_id(raw: str) -> PaperId:
    """The paper's id in an address: any common form of an arXiv id, or the id itself."""
    found = arxiv_id(raw)
    return found[0] if found else raw


def picture(name: str) -> str:
    """A small picture of a paper, by the name it is stored under."""
    kind, _, id = name.partition("/")
    return f"/{kind}/{quote(id, safe='')}.jpg"


def author(name: str) -> str:
    return f"/author/{quote(name, safe='')}"


def topic(name: str) -> str:
    return f"/topic/{quote(name, safe='')}"


def topic_query(name: str) -> str:
    """The query that finds a topic's papers: a category, or a phrase."""
    return f"cat:{name}" if _CATEGORY.fullmatch(name) else f'"{_unquoted(name)}"'


def author_query(name: str) -> str:
    return f'author:"{_unquoted(name)}"'


def with_query(path: str, **parameters: object) -> str:
    """A path with those parameters that aren't empty."""
    query = urlencode({name: value for name, value in parameters.items() if value})
    return f"{path}?{query}" if query else path


def page_path(path: str, page: int, **parameters: object) -> str:
    """The address of one page of a list; the first has no number."""
    return with_query(path, **parameters, page=page if page > 1 else "")


def paging(path: str, page: int, **parameters: object) -> dict[str, object]:
    """What a template needs to show this page's number and to link to the pages beside it."""
    before, after = page_path(path, page - 1, **parameters), page_path(path, page + 1, **parameters)
    return {"page": page, "previous": before, "next": after}


def safe_url(url: str) -> str:
    """An address that may be linked to; empty for `javascript:` and the like."""
    return url if url.startswith(("http://", "https://")) else ""


def topic_feed(name: str) -> Feed:
    return Feed(f"New papers on {name}", f"/feeds/topic/{quote(name, safe='')}")


def author_feed(name: str) -> Feed:
    return Feed(f"New papers by {name}", f"/feeds/author/{quote(name, safe='')}")


def search_feed(query: str) -> Feed:
    return Feed(f"New papers for “{query}”", "/feeds/search", f"?{urlencode({'q': query})}")


def trending_feed(span: str) -> Feed:
    return Feed(f"Trending this {span}" if span != "day" else "Trending today", f"/feeds/trending/{span}")


def _unquoted(name: str) -> str:
    return re.sub(r'["“”„]', " ", name).strip()
