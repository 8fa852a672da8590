"""Paper ids: one id per paper, however it was written.

arXiv's schemes (info.arxiv.org/help/arxiv_identifier): `2405.15738` and `0704.0001` since April 2007,
`hep-th/9901001` before; a version `v2` may follow. Anything else is known by a hash of its address, or of
its title where it has none.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from urllib.parse import urlsplit, urlunsplit

from bot.papers.model import PaperId

_NEW = r"\d{4}\.\d{4,5}"
_OLD = r"[a-z-]+(?:\.[A-Za-z]{2})?/\d{7}"
_ARXIV = re.compile(rf"(?P<id>{_NEW}|{_OLD})(?:v(?P<version>\d{{1,3}}))?", re.IGNORECASE | re.ASCII)
_PREFIX = re.compile(
    r"^(?:https?://)?(?:www\.|export\.|browse\.)?"
    r"(?:arxiv\.org/(?:abs|pdf|html|format|ps)/|huggingface\.co/papers/|alphaxiv\.org/(?:abs|overview)/"
    r"|(?:https?://)?doi\.org/10\.48550/arxiv\.|oai:arxiv\.org:|arxiv:)",
    re.IGNORECASE,
)


def arxiv_id(text: str) -> tuple[PaperId, int | None] | None:
    """The paper id and version that `text` names as a whole, or None.

    Takes a bare id, `arXiv:…`, and the addresses of arxiv.org, huggingface.co/papers and alphaxiv.org.
    """
    bare = _PREFIX.sub("", text.strip().strip("<>")).split("?")[0].split("#")[0]
    bare = bare.removesuffix(".pdf").rstrip("/")
    if not (match := _ARXIV.fullmatch(bare)):
        return None
    version = match["version"]
    return f"arxiv:{match['id'].lower()}", int(version) if version else None


def find_arxiv_ids(text: str) -> list[PaperId]:
    """The arXiv papers that running text names by address or `arXiv:` id, in order, each once."""
    found = (
        arxiv_id(word.strip("<>()[]{}.,;:!?\"'|"))
        for word in re.split(r"[\s|<>]+", text)
        if _PREFIX.match(word.lstrip("<(["))
    )
    return list(dict.fromkeys(known[0] for known in found if known))


def url_id(url: str) -> PaperId:
    """The id of a paper known only by its address; fragment and case of the host do not matter."""
    if known := arxiv_id(url):
        return known[0]
    parts = urlsplit(url.strip())
    plain = urlunsplit((parts.scheme.lower(), parts.netloc.lower(), parts.path.rstrip("/"), parts.query, ""))
    return f"url:{_digest(plain)}"


def title_id(title: str) -> PaperId:
    """The id of a paper known only by its title; case, spacing and punctuation do not matter."""
    words = re.findall(r"\w+", unicodedata.normalize("NFKC", title).casefold())
    return f"text:{_digest(' '.join(words))}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
