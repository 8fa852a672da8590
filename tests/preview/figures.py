"""An invented figure, as papers have them, for looking at."""

from __future__ import annotations

import base64
from functools import cache
from io import BytesIO

from msgspec.structs import replace
from PIL import Image, ImageDraw

from bot.papers.pictures import Picture
from bot.sources.picture import FIGURE_PX, small_jpeg
from bot.views.card import CardPicture, figure_credit

STEPS = ("Frames", "Encoder", "Memory", "Decoder", "Video")
COLOURS = ("#dfe9c8", "#f3d9b1", "#f3b49f", "#c9d7ee", "#dfe9c8")


@cache
def figure() -> Picture:
    """A method in five boxes, made small as every figure is."""
    drawn = Image.new("RGB", (1600, 520), "white")
    draw = ImageDraw.Draw(drawn)
    for n, (step, colour) in enumerate(zip(STEPS, COLOURS, strict=True)):
        left = 40 + n * 312
        draw.rounded_rectangle((left, 150, left + 240, 370), 28, fill=colour, outline="#444", width=4)
        draw.text((left + 120, 260), step, fill="#222", anchor="mm", font_size=46)
        if n:
            draw.line((left - 68, 260, left - 12, 260), fill="#444", width=6)
            draw.polygon(((left - 26, 244), (left - 4, 260), (left - 26, 276)), fill="#444")
    draw.arc((660, 330, 1060, 480), 20, 160, fill="#a83c1c", width=6)
    draw.text((860, 490), "what was seen before", fill="#a83c1c", anchor="mm", font_size=34)
    written = BytesIO()
    drawn.save(written, "PNG")
    return replace(small_jpeg(written.getvalue(), FIGURE_PX), figure="2", licence="CC BY 4.0")


def shown() -> CardPicture:
    """How a card has it."""
    return "https://papers.example.org/figure/1.jpg", figure_credit(figure())


@cache
def address() -> str:
    """The figure itself, as an address."""
    return f"data:image/jpeg;base64,{base64.b64encode(figure().jpeg).decode()}"
