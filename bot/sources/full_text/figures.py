"""The figures of arXiv's HTML, best first: those whose captions promise the method or the result, early in the paper
and of a shape to look at.

A day brings fifty pages of a megabyte each, so that a page isn't parsed as a whole: its figures are cut out of it.
"""

import html
import re
from itertools import pairwise

from msgspec import Struct

from bot.papers.text import one_line

MAX_FIGURES = 12  # from the first; the method and the main result come early
MAX_FIGURE_BYTES = 300_000  # of markup
MIN_WIDTH_PX, MIN_HEIGHT_PX = 200, 90  # as the page shows it; smaller ones are logos and icons
ASPECTS = (0.5, 6.0)  # width by height; others are columns and strips
MIN_SHARE = 0.7  # of the figure's area: one panel of several isn't the figure
CAPTION_CHARS = 240  # that say what a figure shows; the rest explains details
LATER_COST, APPENDIX_COST = 0.8, 6.0  # for each figure before it; for its place

# Only what anyone may share, for any purpose: we can't know what the people in a channel do for a living.
_LICENCE = re.compile(rb'id="license-tr"[^>]{0,300}>\s*License:\s*CC (?:(BY|BY-SA) (\d\.\d)|Zero)\s*<')
_BASE = re.compile(rb'<base\s[^>]{0,100}href="([^">]{1,300})"')
_OPENING = re.compile(rb"<figure\b(?![^>]{0,1000}ltx_figure_panel)[^>]{0,1000}>")
_GRAPHIC = re.compile(r"<(?:img|object|svg|embed|video)\b([^>]{0,5000})>")
_SIZE = re.compile(r'\b(width|height)="(\d{1,5})"')
_SOURCE = re.compile(r'\bsrc="([^"]{1,1000}\.(?:png|jpe?g|gif|webp))"', re.IGNORECASE)  # SVG is a program
_CAPTION = re.compile(r"<figcaption\b[^>]*>(.*?)</figcaption>", re.DOTALL)
_UNREAD = re.compile(r"<math\b.*?</math>|<[^>]*>", re.DOTALL)
_NUMBER = re.compile(r"(?:Figure|Fig\.?)\s*([A-Z]?\.?\d{1,3}(?:\.\d{1,3})?)\s*[:.]?\s*", re.IGNORECASE)
_WORDS = (
    (4.0, re.compile(r"overview|architecture|framework|pipeline|workflow|schematic|\b(?:our|proposed) \w+", re.I)),
    (2.5, re.compile(r"illustrat|diagram|method|approach|model|system|paradigm|concept|structure|design", re.I)),
    (2.0, re.compile(r"result|comparison|compar|performance|outperform|qualitative|generated|sample|teaser", re.I)),
    (-3.0, re.compile(r"prompt|template|screenshot|interface|questionnaire|annotation|failure|limitation", re.I)),
    (-2.0, re.compile(r"ablation|distribution|histogram|statistic|hyper-?param|training (?:loss|curve)|set-?up", re.I)),
)


class PageFigures(Struct, frozen=True, kw_only=True):
    """The figures of a page, and the licence of the paper; nothing where they may not be shown."""

    licence: str = ""
    base: str = ""  # that relative addresses start from; empty: the page itself
    figures: tuple[tuple[str, str], ...] = ()  # number in the paper and address of the picture, best first


def figures_of(body: bytes) -> PageFigures:
    """The figures of a paper that anyone may share; of another paper none."""
    head = body.partition(b"ltx_document")[0]  # what follows is the authors' and may say anything
    licence, base = _LICENCE.search(head), _BASE.search(head)
    if not licence:
        return PageFigures()
    edges = [*_OPENING.finditer(body), None]
    cut = [
        body[edge.start() : after.start() if after else None][:MAX_FIGURE_BYTES]
        for edge, after in pairwise(edges)
        if edge and b"ltx_figure" in edge[0]
    ]
    whole = (markup[: markup.rfind(b"</figure")].decode("utf-8", "replace") for markup in cut[:MAX_FIGURES])
    ranked = [found for place, markup in enumerate(whole) if (found := _ranked(markup, place))]
    return PageFigures(
        licence=f"CC {licence[1].decode()} {licence[2].decode()}" if licence[1] else "CC0 1.0",
        base=html.unescape(base[1].decode("utf-8", "replace")) if base else "",
        figures=tuple(figure for _, figure in sorted(ranked, key=lambda one: -one[0])),
    )


def _ranked(markup: str, place: int) -> tuple[float, tuple[str, str]] | None:
    """How much a figure says about its paper; None: it has no number, or no picture to show alone."""
    caption = one_line(html.unescape(_UNREAD.sub(" ", "".join(_CAPTION.findall(markup)[-1:]))))
    number, address = _NUMBER.match(caption), _picture(markup)
    if number is None or not address:
        return None
    said = caption[number.end() : number.end() + CAPTION_CHARS]
    points = sum(weight for weight, words in _WORDS if words.search(said))
    return points - place * LATER_COST - APPENDIX_COST * ('id="A' in markup[:200]), (number[1], address)


def _picture(markup: str) -> str:
    """The address of the picture that a figure consists of; empty: there is none, or of an odd size."""
    graphics = [({name: int(px) for name, px in _SIZE.findall(known)}, known) for known in _GRAPHIC.findall(markup)]
    areas = [size.get("width", 0) * size.get("height", 0) for size, _ in graphics]
    if not graphics or (len(areas) > 1 and max(areas) <= MIN_SHARE * sum(areas)):
        return ""
    size, known = graphics[areas.index(max(areas))]
    width, height = size.get("width", 0), size.get("height", 0)
    is_small = 0 < width < MIN_WIDTH_PX or 0 < height < MIN_HEIGHT_PX
    is_odd = is_small or (width and height and not ASPECTS[0] <= width / height <= ASPECTS[1])
    source = _SOURCE.search(known)
    return html.unescape(source[1]) if source and not is_odd else ""
