"""What every parser needs: dates, links and names from strangers."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import urlsplit

from bot.papers.model import Links

MAX_URL_CHARS = 500


def parse_datetime(raw: object) -> datetime | None:
    """An ISO 8601 moment in UTC; None when it is none. A moment without a zone is taken as UTC."""
    if not isinstance(raw, str) or not raw:
        return None
    try:
        at = datetime.fromisoformat(raw.strip())
        return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def text_or_empty(raw: object) -> str:
    """A text, or nothing."""
    return raw if isinstance(raw, str) else ""


def parse_count(raw: object) -> int:
    """A number of votes or stars; 0 for anything that is none."""
    return max(int(raw), 0) if isinstance(raw, int | float) and not isinstance(raw, bool) and abs(raw) < 1e12 else 0


def web_address(raw: object) -> str:
    """A web address, or nothing: no `javascript:`, no spaces, nothing endless."""
    if not isinstance(raw, str) or len(raw) > MAX_URL_CHARS or any(c.isspace() for c in raw.strip()):
        return ""
    try:
        parts = urlsplit(raw.strip())
    except ValueError:
        return ""
    return raw.strip() if parts.scheme in {"http", "https"} and parts.hostname else ""


def arxiv_links(id: str, *, code: object = "", project: object = "", discussion: bool = False) -> Links:
    """The links of a paper on arXiv; `id` without its prefix."""
    return Links(
        page=f"https://arxiv.org/abs/{id}",
        pdf=f"https://arxiv.org/pdf/{id}",
        code=web_address(code),
        project=web_address(project),
        discussion=f"https://huggingface.co/papers/{id}" if discussion else "",
    )
