"""A feed as Atom (RFC 4287). Pure."""

from __future__ import annotations

from datetime import UTC, datetime
from xml.etree import ElementTree as ET

from adapters.site.feeds.feed import Entry, Feed

CONTENT_TYPE = "application/atom+xml; charset=utf-8"
NAMESPACE = "http://www.w3.org/2005/Atom"


def render(feed: Feed) -> bytes:
    about = feed.about
    root = ET.Element("feed", {"xmlns": NAMESPACE, "xml:lang": "en"})
    _add(root, "id", about.id)
    _add(root, "title", about.title)
    _add(root, "updated", timestamp(feed.updated))
    ET.SubElement(root, "link", rel="self", type="application/atom+xml", href=about.address)
    ET.SubElement(root, "link", rel="alternate", type="text/html", href=about.page)
    _add(ET.SubElement(root, "author"), "name", about.name)
    _add(root, "generator", "Paperboy")
    for entry in feed.entries:
        _entry(root, entry)
    xml: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return xml


def timestamp(at: datetime) -> str:
    """RFC 3339, in UTC."""
    return at.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"


def _entry(root: ET.Element, entry: Entry) -> None:
    node = ET.SubElement(root, "entry")
    _add(node, "id", entry.id)
    _add(node, "title", entry.title)
    _add(node, "published", timestamp(entry.published))
    _add(node, "updated", timestamp(entry.updated))
    ET.SubElement(node, "link", rel="alternate", type="text/html", href=entry.url)
    for name, url in entry.links:
        ET.SubElement(node, "link", rel="related", title=name, href=url)
    for author in entry.authors:
        _add(ET.SubElement(node, "author"), "name", author)
    for category in entry.categories:
        ET.SubElement(node, "category", term=category)
    if entry.summary:
        _add(node, "summary", entry.summary)
    _add(node, "content", entry.html, type="html")


def _add(parent: ET.Element, name: str, text: str, **attributes: str) -> None:
    ET.SubElement(parent, name, attributes).text = text
