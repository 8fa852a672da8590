"""Fields of records from outside: dates, links, texts, counts."""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from bot.papers.model import Links
from bot.papers.text import label

MAX_URL_CHARS = 2_000
MAX_CATEGORIES = 20
_LOOSE_DATE = re.compile(r"(\d{4})(?:[-/.](\d{1,2})(?:[-/.](\d{1,2}))?)?", re.ASCII)
_WRITTEN_DATES = ("%d %B %Y", "%d %b %Y", "%B %d, %Y", "%b %d, %Y")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


def parse_datetime(raw: object) -> datetime | None:
    """An ISO 8601 date and time, in UTC; None when it isn't one. Without a zone it is taken as UTC."""
    if not isinstance(raw, str) or not raw:
        return None
    try:
        return _in_utc(datetime.fromisoformat(raw.strip()))
    except (ValueError, OverflowError):
        return None


def parse_date(raw: str) -> datetime | None:
    """A date as people and programs write it, in UTC; None when it can't be read.

    ISO 8601, `2026-6-30`, `2026/06/30`, `2026-06` (its first day), RFC 822, `30 June 2026`.
    """
    text = raw.strip()
    if known := parse_datetime(text):
        return known
    try:
        if loose := _LOOSE_DATE.fullmatch(text):
            return datetime(*(int(part or 1) for part in loose.groups()), tzinfo=UTC)  # type: ignore[misc, arg-type]
        if ":" in text:
            return _in_utc(parsedate_to_datetime(text))
    except (ValueError, OverflowError, TypeError):
        return None
    for form in _WRITTEN_DATES:
        try:
            return datetime.strptime(text.rpartition(", ")[2] if "%d %" in form[:4] else text, form).replace(tzinfo=UTC)
        except ValueError:
            continue
    return None


def text_or_empty(raw: object) -> str:
    """A text; empty for anything else."""
    return raw if isinstance(raw, str) else ""


def parse_count(raw: object) -> int:
    """A number of votes or stars; 0 for anything that isn't one."""
    return max(int(raw), 0) if isinstance(raw, int | float) and not isinstance(raw, bool) and abs(raw) < 1e12 else 0


def web_address(raw: object) -> str:
    """A web address of at most `MAX_URL_CHARS`, or nothing; no `javascript:`. Spaces in it are escaped."""
    if not isinstance(raw, str) or len(raw) > MAX_URL_CHARS:
        return ""
    address = "%20".join(raw.replace("\n", "").replace("\t", "").split(" ")) if " " in raw.strip() else raw.strip()
    address = address.removeprefix("%20").strip()
    try:
        parts = urlsplit(address)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        return ""
    return address if usable and not _CONTROL.search(address) and not any(map(str.isspace, address)) else ""


def labels(raw: object) -> tuple[str, ...]:
    """Categories of a record, each once and at most `MAX_CATEGORIES`; from a list, or one text with separators."""
    if isinstance(raw, str):
        raw = re.split(r"[,;|]\s*|\s+", raw[: 100 * MAX_CATEGORIES])
    found = map(label, raw[: 10 * MAX_CATEGORIES]) if isinstance(raw, list | tuple) else ()
    return tuple(dict.fromkeys(filter(None, found)))[:MAX_CATEGORIES]


def arxiv_links(
    id: str, *, code: object = "", project: object = "", discussion: bool = False, picture: object = ""
) -> Links:
    """The links of a paper on arXiv; `id` without its prefix."""
    return Links(
        page=f"https://arxiv.org/abs/{id}",
        pdf=f"https://arxiv.org/pdf/{id}",
        code=web_address(code),
        project=web_address(project),
        discussion=f"https://huggingface.co/papers/{id}" if discussion else "",
        picture=web_address(picture),
    )


def _in_utc(at: datetime) -> datetime:
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
