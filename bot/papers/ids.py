"""Paper ids: one id per paper, however it was written.

arXiv's schemes (info.arxiv.org/help/arxiv_identifier): `2405.15738` and `0704.0001` since April 2007,
`hep-th/9901001` before; a version `v2` may follow. Anything else is known by a hash of its address, or of
its title where it has none.
"""

import hashlib
import re
import unicodedata
from urllib.parse import unquote, urlsplit, urlunsplit

from bot.papers.model import PaperId

MAX_ID_CHARS = 300  # of a text that may name one paper; a longer one is running text
_NEW = r"\d{4}\.\d{4,5}"
_OLD = r"[a-z-]+(?:\.[a-z]{2})?/\d{7}"
_ARXIV = re.compile(rf"(?P<id>{_NEW}|{_OLD})(?:v(?P<version>\d{{1,3}}))?", re.IGNORECASE | re.ASCII)
_HOSTS = r"(?:https?://)?(?:[a-z]{2,8}\.)?"  # www, export, browse, rss, cn, …
_PREFIX = re.compile(
    rf"{_HOSTS}(?:arxiv\.org/(?:abs|pdf|html|format|ps|src|e-print|abs/arxiv:|tb/redirect)/(?:arxiv:)?"
    r"|huggingface\.co/papers/|hf\.co/papers/|alphaxiv\.org/(?:[a-z]+/)?|scirate\.com/(?:arxiv/)?"
    r"|ar5iv(?:\.labs\.arxiv)?\.org/(?:abs|html|pdf)/|arxiv-vanity\.com/papers/|paperswithcode\.com/paper/arxiv:)"
    r"|(?:doi:\s*)?(?:https?://)?(?:(?:dx|www)\.)?(?:doi\.org/)?10\.48550/arxiv\."
    r"|oai:arxiv\.org:|(?:arxiv preprint )?arxiv:\s*(?:https?://arxiv\.org/abs/)?|info:arxiv/|urn:arxiv:",
    re.IGNORECASE | re.ASCII,
)
_REST = re.compile(  # a file's ending, what a reader was looking for on the page, full stops, the stamp on a PDF
    r"(?:\.pdf|\.html?|\.ps|\.gz|/)*(?:[?#]\S*)?[.,;:!/\s)\]]*"
    r"|\s*\[[a-z.-]{2,20}\]?\s*(?:\d{1,2} [a-z]{3,9} \d{4})?[.\s]*",
    re.IGNORECASE | re.ASCII,
)
_MENTION = re.compile(
    rf"(?<![\w.-])(?:{_PREFIX.pattern})(?:{_NEW}|{_OLD})(?:v\d{{1,3}})?(?!\d)", re.IGNORECASE | re.ASCII
)
_TRIVIAL_FRAGMENT = re.compile(r"(?:top|content|main|abstract|comments?|respond|more-\d+|:~:.*|xtor=.*|ref=.*|)")


def arxiv_id(text: str) -> tuple[PaperId, int | None] | None:
    """The paper id and version that `text` names as a whole, or None.

    Takes a bare id, `arXiv:…`, the stamp on a PDF's first page, a DOI of arXiv's, and the addresses of arxiv.org and of
    the sites that show its papers (Hugging Face, alphaXiv, SciRate, ar5iv).
    """
    if len(text) > MAX_ID_CHARS:
        return None
    named = unquote(text).strip(" \t\r\n<>()[]")
    prefix = _PREFIX.match(named)
    match = _ARXIV.match(named, prefix.end() if prefix else 0)
    if match is None or not _REST.fullmatch(named, match.end()):
        return None
    version = match["version"]
    return f"arxiv:{_canonical(match['id'])}", int(version) if version else None


def paper_id(text: str) -> PaperId:
    """The id that a text names: an arXiv id or address in any form, else the text itself."""
    known = arxiv_id(text)
    return known[0] if known else text.strip()


def find_arxiv_ids(text: str) -> list[PaperId]:
    """The arXiv papers that running text names by address or `arXiv:` id, in order, each once."""
    found = (arxiv_id(match[0]) for match in _MENTION.finditer(text))
    return list(dict.fromkeys(known[0] for known in found if known))


def url_id(url: str) -> PaperId:
    """The id of a paper known only by its address.

    The case of the host and a fragment such as `#comments` do not matter; one that names an item of a page does.
    """
    if known := arxiv_id(url):
        return known[0]
    parts = urlsplit(url.strip())
    fragment = "" if _TRIVIAL_FRAGMENT.fullmatch(parts.fragment.lower()) else parts.fragment
    plain = urlunsplit((parts.scheme.lower(), parts.netloc.lower(), parts.path.rstrip("/"), parts.query, fragment))
    return f"url:{_digest(plain)}"


def title_id(title: str) -> PaperId:
    """The id of a paper known only by its title; case, spacing and punctuation do not matter."""
    words = re.findall(r"\w+", unicodedata.normalize("NFKC", title).casefold())
    return f"text:{_digest(' '.join(words))}"


def _canonical(id: str) -> str:
    """As arXiv writes it: an old id has no subject class, `math.GT/0309136` is `math/0309136`."""
    archive, slash, number = id.lower().partition("/")
    return f"{archive.partition('.')[0]}/{number}" if slash else archive


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]
