"""arXiv's HTML and PDF of papers on loopback, in all the ways they can be wrong; and the files themselves, invented."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Sequence
from functools import reduce

from aiohttp import web

HTML, PDF = "text/html; charset=utf-8", "application/pdf"
MEGABYTE = b" " * 1_000_000


class FakeTexts:
    """`fake.papers["/html/2503.00001"]` is what is there; `fake.faults` names what goes wrong instead."""

    def __init__(self) -> None:
        self.papers: dict[str, tuple[bytes, str]] = {}
        self.faults: dict[str, str] = {}  # `hang`, `500`, or an address to be sent to
        self.asked: list[str] = []
        self.url = ""
        self._runner: web.AppRunner | None = None

    def has(self, id: str, *, html: bytes | None = None, pdf: bytes | None = None) -> None:
        self.papers |= {f"/html/{id}": (html, HTML)} if html is not None else {}
        self.papers |= {f"/pdf/{id}": (pdf, PDF)} if pdf is not None else {}

    async def __aenter__(self) -> FakeTexts:
        app = web.Application()
        app.add_routes([web.get("/{form}/{id:.*}", self._answer)])
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *rest: object) -> None:
        if self._runner:
            await self._runner.cleanup()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request.path)
        fault = self.faults.get(request.path, "")
        if fault == "hang":
            await asyncio.sleep(30)
        if fault.startswith(("http", "/")):
            return web.Response(status=302, headers={"Location": fault})
        if fault or request.path not in self.papers:
            return web.Response(status=int(fault or 404), text="<p>No such paper here, and nothing to read in it.</p>")
        body, kind = self.papers[request.path]
        return web.Response(body=body, headers={"Content-Type": kind})


def page(*sections: tuple[str, str], more: str = "") -> bytes:
    """A paper as LaTeXML writes it: headings, and paragraphs in HTML."""
    body = "".join(
        f'<section class="ltx_section"><h2 class="ltx_title ltx_title_section">{heading}</h2>'
        f'<div class="ltx_para"><p class="ltx_p">{text}</p></div></section>'
        for heading, text in sections
    )
    return f"""<!DOCTYPE html><html><head><title>Not read</title><style>p {{ color: red }}</style></head>
<body><nav class="ltx_page_navbar"><a>Skip to the content of this page, please</a></nav>
<article class="ltx_document"><h1 class="ltx_title ltx_title_document">NestNet</h1>
<div class="ltx_authors">Ada, of the Institute for the Housing of Birds in Towns</div>
<div class="ltx_abstract"><h6>Abstract</h6><p>Birds in cities lose warmth at night, as the abstract says.</p></div>
{body}{more}
<section class="ltx_bibliography"><h2>References</h2><ul><li>Hopper. On Remembering Nests, 1959.</li></ul></section>
</article><footer>Made by a machine that nobody reads about here.</footer></body></html>""".encode()


def figure(number: int, caption: str, *pictures: str, id: str = "S1.F1", size: tuple[int, int] = (598, 280)) -> str:
    """A figure as arXiv's HTML has it; several pictures are its panels."""
    known = f'class="ltx_graphics ltx_img_landscape" height="{size[1]}" width="{size[0]}"'
    drawn = "".join(f'<img alt="Refer to caption" {known} src="{one}">' for one in pictures)
    tag = f'<span class="ltx_tag ltx_tag_figure">Figure {number}: </span>'
    below = f'<figcaption class="ltx_caption">{tag}{caption}</figcaption>'
    return f'<figure class="ltx_figure" id="{id}">{drawn}{below}</figure>'


def figure_page(*figures: str, licence: str = "CC BY 4.0", base: str = "") -> bytes:
    """A paper with figures, under a licence."""
    link = f'<a id="license-tr" href="https://info.arxiv.org/help/license/index.html">\n    License: {licence}\n  </a>'
    head = (f'<base href="{base}">' if base else "").encode()
    whole = page(("Introduction", "Nests of birds in cities lose warmth at night."), more="".join(figures))
    return whole.replace(b"<head>", b"<head>" + head).replace(b"<article", f"<div>{link}</div><article".encode())


def pdf(*pages: Sequence[str], squeeze: bool = False) -> bytes:
    """A PDF with these lines on its pages."""
    kids = " ".join(f"{4 + 2 * n} 0 R" for n in range(len(pages)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for n, lines in enumerate(pages):
        shown = "".join(f"({line}) Tj T* " for line in lines)
        drawn = f"BT /F1 10 Tf 12 TL 40 800 Td {shown}ET".encode()
        stream = zlib.compress(drawn) if squeeze else drawn
        kind = " /Filter /FlateDecode" if squeeze else ""
        resources = "/Resources << /Font << /F1 3 0 R >> >> /MediaBox [0 0 595 842]"
        objects.append(f"<< /Type /Page /Parent 2 0 R {resources} /Contents {5 + 2 * n} 0 R >>".encode())
        objects.append(f"<< /Length {len(stream)}{kind} >>\nstream\n".encode() + stream + b"\nendstream")
    return _file(objects)


def deflated(megabytes: int) -> bytes:
    """So many megabytes of spaces, packed within a moment: each block refers to nothing before it."""
    packer = zlib.compressobj(9, wbits=-15)
    block = packer.compress(MEGABYTE) + packer.flush(zlib.Z_FULL_FLUSH)
    return megabytes * block + packer.flush()


def bomb() -> bytes:
    """A page whose few kilobytes unpack to half a gigabyte."""
    total = reduce(lambda sum, _: zlib.adler32(MEGABYTE, sum), range(500), 1)
    stream = b"\x78\xda" + deflated(500) + total.to_bytes(4, "big")
    return _file(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 4 0 R >>",
            f"<< /Length {len(stream)} /Filter /FlateDecode >>\nstream\n".encode() + stream + b"\nendstream",
        ]
    )


def _file(objects: Sequence[bytes]) -> bytes:
    out, places = b"%PDF-1.4\n", []
    for number, one in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n".encode() + one + b"\nendobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    end = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}"
    end += f"trailer << /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{len(out)}\n%%EOF\n"
    return out + end.encode()
