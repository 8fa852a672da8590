"""A feed's bytes as XML text that is safe to parse: decoded by the right charset, without its document type.

RFC 7303: a byte order mark counts most, then the HTTP header's charset, then the XML declaration's. Servers often send
a charset by default that isn't the document's, and documents hold a wrong byte here and there; neither spoils the rest.
"""

import codecs
import re

from bot.errors import Malformed

MAX_PROLOG_PARTS = 200  # comments and instructions before the root element
_MARKED = ("utf-8", "utf-32-le", "utf-32-be", "utf-16-le", "utf-16-be")  # a mark of UTF-32 begins like one of UTF-16
_MARKS = [("\ufeff".encode(charset), charset) for charset in _MARKED]
_BARE_STARTS = ((b"<\0?\0", "utf-16-le"), (b"\0<\0?", "utf-16-be"))  # UTF-16 without a mark
_HTTP_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]{1,40})", re.IGNORECASE | re.ASCII)
_XML_CHARSET = re.compile(rb"^\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.:-]{1,40})[\"']", re.IGNORECASE)
_SERVER_DEFAULTS = frozenset({"iso8859-1", "cp1252", "ascii"})  # often sent without looking at the document
_WIDER = {"gb2312": "gb18030", "gbk": "gb18030", "shift_jis": "cp932", "euc_kr": "cp949", "iso8859-1": "cp1252",
          "ascii": "cp1252", "iso8859-9": "cp1254", "big5": "cp950"}  # fmt: skip  # what is meant in practice
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_PROLOG_PART = re.compile(r"\s*(?:(?P<part><\?|<!--)|(?P<doctype><!DOCTYPE))", re.IGNORECASE)


def feed_document(body: bytes, content_type: str, where: str) -> str:
    """The document from its root element on; raises `Malformed` where its document type declares anything."""
    text = decode(body, content_type)
    root = _after_prolog(text)
    if root is None:
        raise Malformed(f"{where} declares entities of its own.", "It is refused: feeds have no use for them.")
    return _NOT_XML.sub("", text[root:])


def decode(body: bytes, content_type: str) -> str:
    """The text of a document; what can't be decoded is replaced, byte by byte."""
    for mark, charset in (*_MARKS, *_BARE_STARTS):
        if body.startswith(mark):
            return body.decode(charset, "replace").removeprefix("\ufeff")
    header, declaration = _HTTP_CHARSET.search(content_type), _XML_CHARSET.match(body[:1_000])
    http = _codec(header[1] if header else "")
    declared = _codec(declaration[1].decode("ascii", "replace") if declaration else "")
    if http in _SERVER_DEFAULTS and (declared or "utf-8") not in _SERVER_DEFAULTS:
        candidates = [declared or "utf-8", "utf-8", http]
    else:
        candidates = [http, declared, "utf-8"]
    candidates = [_WIDER.get(name, name) for name in candidates if name and not name.startswith(("utf-16", "utf-32"))]
    for charset in candidates:
        try:
            return body.decode(charset)
        except (UnicodeDecodeError, UnicodeError):
            continue
    text = body.decode(candidates[0], "replace")  # it fits but for a few bytes; else it is taken as Western European
    return text if text.count("\ufffd") <= 1 + len(text) // 100 else body.decode("cp1252", "replace")


def _codec(name: str) -> str:
    """Python's name of a charset that decodes bytes to text; empty when there is none."""
    try:
        found = codecs.lookup(name) if name else None
    except (LookupError, ValueError):
        return ""
    return found.name if found and found._is_text_encoding else ""


def _after_prolog(text: str) -> int | None:
    """Where the root element begins; None where a document type has declarations (`<!DOCTYPE rss [ … ]>`)."""
    at = 0
    for _ in range(MAX_PROLOG_PARTS):
        match = _PROLOG_PART.match(text, at)
        if match is None:
            return at
        close = ">" if match["doctype"] else "?>" if match["part"] == "<?" else "-->"
        end = text.find(close, match.end())
        if match["doctype"] and "[" in text[match.end() : end if end >= 0 else len(text)]:
            return None
        at = end + len(close) if end >= 0 else len(text)
    return at
