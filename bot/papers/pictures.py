"""Pictures of papers, and the licences under which a paper's own figures may be shown."""

from typing import Literal, TypeAlias

from msgspec import Struct

Pictures: TypeAlias = Literal["none", "thumbnails", "figures"]
"""What a schedule shows: no pictures, those that a source shows with its papers, or the papers' own figures; a paper
whose figures may not be shown has its thumbnail."""

THUMBNAIL, FIGURE = "thumbnail/", "figure/"  # the name of a picture is one of these and the paper's id


class Picture(Struct, frozen=True, kw_only=True):
    """A small JPEG of a paper; without a width there is none."""

    jpeg: bytes = b""
    width: int = 0
    height: int = 0
    figure: str = ""  # its number in the paper; empty: it isn't a figure of the paper
    licence: str = ""  # of the figure: `CC BY 4.0`


def licence_page(licence: str) -> str:
    """The address of a licence's text."""
    name, _, version = licence.removeprefix("CC ").lower().rpartition(" ")
    return f"https://creativecommons.org/{'publicdomain/zero' if name == 'cc0' else f'licenses/{name}'}/{version}/"
