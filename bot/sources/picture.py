"""A stranger's picture made small and ours: decoded within bounds and encoded again, so that nothing else in the file
is passed on. It runs in the sandbox."""

from io import BytesIO

from PIL import Image

from bot.errors import Malformed
from bot.papers.pictures import Picture

FORMATS = ("PNG", "JPEG", "WEBP", "GIF")  # by content; SVG is a program
MAX_PIXELS = 16_000_000  # decoded; figures and Hugging Face's thumbnails have under 2
MIN_SIDE_PX = 48  # smaller ones are icons and counters
THUMBNAIL_PX, FIGURE_PX = 480, 880  # of the longer side; chats show them at 80 to 240, and at 400 to 550
JPEG_QUALITY = 82


def small_jpeg(raw: bytes, max_side_px: int = THUMBNAIL_PX) -> Picture:
    """The picture as a JPEG; of an animation the first frame. Raises `Malformed`, or whatever its decoder raises."""
    size = (max_side_px, max_side_px)
    with Image.open(BytesIO(raw), formats=FORMATS) as image:
        width, height = image.size
        if width * height > MAX_PIXELS or min(width, height) < MIN_SIDE_PX:
            raise Malformed(f"The picture has {width:,} × {height:,} pixels.", "It is skipped.")
        image.draft("RGB", size)
        shown = image.convert("RGBA" if image.has_transparency_data else "RGB")
    shown.thumbnail(size, reducing_gap=2.0)
    on_white = Image.new("RGB", shown.size, "white")
    on_white.paste(shown, mask=shown if shown.mode == "RGBA" else None)
    written = BytesIO()
    on_white.save(written, "JPEG", quality=JPEG_QUALITY)
    return Picture(jpeg=written.getvalue(), width=shown.width, height=shown.height)


def load_decoders() -> None:
    """Load everything that decoding needs, as nothing can be opened later."""
    for name in FORMATS:
        sample = BytesIO()
        Image.new("RGB", (MIN_SIDE_PX, MIN_SIDE_PX)).save(sample, name)
        small_jpeg(sample.getvalue())
