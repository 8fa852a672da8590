"""What mkdocs needs to show this repository's documents: those at the top become pages too, and links to them and to
code lead there. In the repository the links in `docs/` work as they stand."""

from __future__ import annotations

import logging
import posixpath
import re
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files

log = logging.getLogger("mkdocs.hooks")  # a warning fails the build
ROOT = Path(__file__).parent.parent
SOURCE = "https://github.com/paperboy-bot/paperboy/blob/main/"
TOP = {"SECURITY.md": "security.md", "CHANGELOG.md": "changelog.md", "CONTRIBUTING.md": "contributing.md"}
LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)\s#]+)(#[^)]*)?\)")


def on_files(files: Files, config: Any) -> Files:
    """Add the pages that are at the top of the repository."""
    for name, page in TOP.items():
        files.append(File.generated(config, page, content=_linked((ROOT / name).read_text("utf-8"), "", page)))
    return files


def on_page_markdown(markdown: str, page: Any, **more: object) -> str:
    """Lead links out of `docs/` to the page or to the source code."""
    if page.file.src_uri in TOP.values():
        return markdown
    folder = posixpath.join("docs", posixpath.dirname(page.file.src_uri))
    return _linked(markdown, folder, page.file.src_uri)


def _linked(text: str, folder: str, page: str) -> str:
    return LINK.sub(lambda found: _link(found, folder, page), text)


def _link(found: re.Match[str], folder: str, page: str) -> str:
    """The link from a page of the site; `folder` is where its document is in the repository."""
    target, anchor = posixpath.normpath(posixpath.join(folder, found[1])), found[2] or ""
    if target.startswith("docs/"):
        place = target.removeprefix("docs/")
    elif target in TOP:
        place = TOP[target]
    else:
        if not (ROOT / target).exists():
            log.warning("'%s' links to %s, which doesn't exist", page, target)
        return f"]({SOURCE}{target}{anchor})"
    return f"]({posixpath.relpath(place, posixpath.dirname(page) or '.')}{anchor})"
