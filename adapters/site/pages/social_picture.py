"""The picture that a chat or a network shows for a link to a page: drawn from the page's own words. Pure."""

import hashlib
import unicodedata
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from io import BytesIO

from msgspec import Struct
from PIL import Image, ImageDraw, ImageFont

from adapters.site import links
from adapters.site.dates import Period
from adapters.site.formatting import byline, plural, short_day, shorten
from bot.chat.catalog import CatalogEntry, DayListings

SIZE_PX = (1200, 630)  # what Open Graph and X ask for
MARGIN_PX = 72
WIDTH_PX = SIZE_PX[0] - 2 * MARGIN_PX
PAPER, INK, SOFT, ACCENT, WHITE = "#fbf8f3", "#221d17", "#6b6156", "#b3401f", "#fff6ea"
TITLE_SIZES_PX = (64, 56, 48, 42)  # the largest in which the title needs at most `MAX_TITLE_LINES`
MAX_TITLE_LINES, MAX_TEXT_LINES, MAX_LISTED_PAPERS = 3, 3, 5
MARK = (((72, 66, 132, 126), ACCENT), ((86, 83, 116, 110), WHITE), ((91, 88, 111, 92), INK))  # a newspaper
MAX_CHARS = 400  # of a text that is measured
FONTS = files("font_source_serif_pro") / "files"
UNKNOWN = "\U000f0000"  # a character of no font: it shows what a missing one would look like
MAX_MISSING = 0.3  # of a text's characters; a text with more isn't drawn


class SocialPicture(Struct, frozen=True, kw_only=True):
    """What the picture of a page says."""

    address: str  # of the page
    kind: str  # the line above the title
    title: str
    texts: tuple[str, ...] = ()  # one, which may take several lines; or several of one line each
    facts: str = ""

    @property
    def path(self) -> str:
        """The picture's address: another one as soon as it says something else."""
        digest = hashlib.blake2b(repr(self).encode(), digest_size=6).hexdigest()
        return f"/social{self.address}.png?v={digest}"

    @property
    def alt(self) -> str:
        return f"{self.kind}: {self.title}. {self.facts}".rstrip()


def of_paper(entry: CatalogEntry) -> SocialPicture:
    """A paper with its summary and votes. A title that our font can't show is replaced by the paper's id."""
    paper = entry.paper
    day = entry.listed_on or (paper.published.date() if paper.published else None)
    return SocialPicture(
        address=links.paper(paper.id),
        kind=f"Paper, {short_day(day)}" if day else "Paper",
        title=_drawable(paper.title) or paper.id.replace("arxiv:", "arXiv "),
        texts=tuple(filter(None, [_drawable(entry.summary) or _drawable(byline(paper.authors))])),
        facts=_votes(entry),
    )


def of_period(period: Period, lists: DayListings) -> SocialPicture:
    """A day, week or month with its first papers."""
    titles = (_drawable(entry.paper.title) or entry.paper.id for entry in lists.page.papers[:MAX_LISTED_PAPERS])
    return SocialPicture(
        address=period.path,
        kind="Research papers",
        title=period.title,
        texts=tuple(f"{rank}. {title}" for rank, title in enumerate(titles, 1)),
        facts=plural(lists.page.total or 0, "paper"),
    )


def draw(picture: SocialPicture, site_name: str) -> bytes:
    """The picture as a PNG."""
    image = Image.new("RGB", SIZE_PX, PAPER)
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 0, SIZE_PX[0], 12), ACCENT)
    for box, color in MARK:
        pen.rounded_rectangle(box, 13 if color == ACCENT else 0, color)
    pen.text((MARGIN_PX + 76, 96), _drawable(site_name) or "Paperboy", INK, _font("Bold", 34), "lm")
    pen.text((SIZE_PX[0] - MARGIN_PX, 96), picture.kind, SOFT, _font("Regular", 28), "rm")
    titles = ((_font("Semibold", size), picture.title) for size in TITLE_SIZES_PX)
    wrapped = [(font, _wrap(title, font, MAX_TITLE_LINES)) for font, title in titles]
    title_font, title = next((one for one in wrapped if not one[1][-1].endswith("…")), wrapped[-1])
    y = _draw_lines(pen, 172, title, title_font, INK) + 22
    body, most = _font("Regular", 31), 1 if len(picture.texts) > 1 else MAX_TEXT_LINES
    _draw_lines(pen, y, [line for text in picture.texts for line in _wrap(text, body, most)], body, SOFT)
    pen.text((MARGIN_PX, SIZE_PX[1] - 66), picture.facts, ACCENT, _font("Semibold", 30), "lm")
    written = BytesIO()
    image.save(written, "PNG")
    return written.getvalue()


def _draw_lines(
    pen: ImageDraw.ImageDraw, y: int, lines: Sequence[str], font: ImageFont.FreeTypeFont, color: str
) -> int:
    for line in lines:
        if y < SIZE_PX[1] - 130:
            pen.text((MARGIN_PX, y), line, color, font)
        y += round(font.size * 1.3)
    return y


def _wrap(text: str, font: ImageFont.FreeTypeFont, max_lines: int) -> list[str]:
    """The text in at most so many lines of the picture's width; the last one ends in … where there is more."""
    lines = [""]
    for word in shorten(text, MAX_CHARS).split():
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and font.getlength(longer) > WIDTH_PX:
            lines.append(word)
        else:
            lines[-1] = longer
    if len(lines) > max_lines:
        lines[max_lines - 1 :] = [f"{lines[max_lines - 1]} …"]
    return [_cut(line, font) for line in lines]


def _cut(line: str, font: ImageFont.FreeTypeFont) -> str:
    while font.getlength(line) > WIDTH_PX:
        line = line[:-2].rstrip(" …") + "…"
    return line


def _votes(entry: CatalogEntry) -> str:
    votes, upvotes = entry.votes.up - entry.votes.down, entry.paper.counts.upvotes
    said = [plural(upvotes, "upvote") if upvotes else "", f"{plural(votes, 'vote')} here" if votes > 0 else ""]
    return " · ".join(filter(None, said))


def _drawable(text: str) -> str:
    """The text with … for what our font can't show; empty when that is too much of it."""
    drawn = [_glyph(char) for char in text[:MAX_CHARS]]
    return "".join(drawn) if drawn.count("…") <= MAX_MISSING * len(drawn) else ""


@cache
def _glyph(char: str) -> str:
    """The character, another that means the same (ℝ is R), or …"""
    font, missing = _font("Regular", 31), bytes(_font("Regular", 31).getmask(UNKNOWN))
    others = (char, unicodedata.normalize("NFKC", char)[:1])
    return next((one for one in others if one.isspace() or bytes(font.getmask(one)) != missing), "…")


@cache
def _font(weight: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(BytesIO((FONTS / f"SourceSerifPro-{weight}.ttf").read_bytes()), size)
