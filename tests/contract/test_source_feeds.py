"""Feeds as people publish them."""

from __future__ import annotations

import pytest

from bot.errors import Malformed
from bot.papers.model import Paper
from bot.sources import arxiv
from bot.sources.feeds import parse_feed
from bot.sources.page import FetchedPage
from tests.builders import TODAY


def rss(*items: str, head: str = '<?xml version="1.0"?>') -> str:
    return f'{head}<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Lab</title>{"".join(items)}</channel></rss>'


def item(title: str = "Nests", link: str = "https://lab.example/p/1", more: str = "") -> str:
    return f"<item><title>{title}</title><link>{link}</link>{more}</item>"


def atom(*entries: str, head: str = "") -> str:
    return f'<feed xmlns="http://www.w3.org/2005/Atom">{head}<title>Lab</title>{"".join(entries)}</feed>'


def papers_of(feed: str | bytes, content_type: str = "application/rss+xml") -> list[Paper]:
    body = feed if isinstance(feed, bytes) else feed.encode()
    page = FetchedPage(url="https://lab.example/news/feed.xml", body=body, content_type=content_type)
    return [listing.paper for listing in parse_feed(page, TODAY, "feed:lab").listings]


@pytest.mark.parametrize(
    ("charset", "title"),
    [
        ("windows-1251", "Обучение без учителя"),
        ("GBK", "大规模语言模型"),
        ("ISO-8859-2", "Uczenie głębokie"),
        ("Shift_JIS", "深層学習"),
        ("UTF-16", "Réseaux à attention"),
    ],
)
def test_the_charset_of_the_header_counts_where_the_document_names_none(charset: str, title: str) -> None:
    (found,) = papers_of(rss(item(title)).encode(charset), f"application/rss+xml; charset={charset}")
    assert found.title == title


@pytest.mark.parametrize("content_type", ["text/xml", "text/xml; charset=iso-8859-1", "text/xml; charset=nonsense"])
def test_a_charset_that_servers_send_by_default_does_not_beat_the_document(content_type: str) -> None:
    body = rss(item("L’été naïf"), head='<?xml version="1.0" encoding="utf-8"?>').encode()
    assert papers_of(body, content_type)[0].title == "L’été naïf"


def test_one_bad_byte_costs_one_letter() -> None:
    body = rss(item("Réseaux — l’été", more="<description>ok @</description>")).encode().replace(b"@", b"\xe9")
    (found,) = papers_of(body, "application/rss+xml; charset=utf-8")
    assert (found.title, found.abstract) == ("Réseaux — l’été", "ok \ufffd")


@pytest.mark.parametrize("prolog", ["", "<!-- <item> -->" * 50, "<?go on?>", f"<!--{'x' * 200_000}-->"], ids=len)
@pytest.mark.parametrize("charset", ["utf-8", "utf-16"])
def test_entities_are_refused_wherever_they_are_declared(prolog: str, charset: str) -> None:
    body = rss(item("own &a;"), head=f'{prolog}<!DOCTYPE rss [<!ENTITY a "expanded">]>')
    with pytest.raises(Malformed, match="entities"):
        papers_of(body.encode(charset))


@pytest.mark.parametrize(
    ("link", "page"),
    [
        ("/posts/a.html", "https://lab.example/posts/a.html"),
        ("b.html", "https://lab.example/news/b.html"),
        ("https://lab.example/deep learning.html", "https://lab.example/deep%20learning.html"),
        (f"https://lab.example/{'x' * 1_900}", f"https://lab.example/{'x' * 1_900}"),
        ("\n https://lab.example/p/1\n ", "https://lab.example/p/1"),
    ],
)
def test_links_are_read_as_a_browser_would(link: str, page: str) -> None:
    assert papers_of(rss(item(link=link)))[0].links.page == page
    assert papers_of(atom(f'<entry><title>N</title><link href="{link}"/></entry>'))[0].links.page == page


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", f"https://lab.example/{'x' * 3_000}", "mailto:a@b.example", ""]
)
def test_an_entry_without_a_usable_address_says_so(link: str) -> None:
    page = FetchedPage(url="x", body=rss(item(link=link)).encode(), content_type="application/rss+xml")
    (rejected,) = parse_feed(page, TODAY, "feed:lab").rejected
    assert "address" in rejected.reason


def test_items_of_one_page_are_told_apart_by_their_fragments() -> None:
    found = papers_of(rss(*(item(f"Paper {n}", f"https://lab.example/#/paper/{n}") for n in (1, 2))))
    assert len({paper.id for paper in found}) == 2


def test_plain_titles_keep_what_looks_like_a_tag_and_marked_ones_join() -> None:
    entry = "<entry><title>The &lt;template&gt; of List&lt;T&gt;</title><link href='/1'/></entry>"
    assert papers_of(atom(entry))[0].title == "The <template> of List<T>"
    marked = "<![CDATA[H<sub>2</sub>O: a <i>p</i>-value]]>"
    assert papers_of(rss(item(marked)))[0].title == "H₂O: a p-value"
    assert papers_of(rss(item("A List&lt;T&gt; in &lt;b&gt;Java&lt;/b&gt;")))[0].title == "A List<T> in Java"


def test_an_atom_entry_without_authors_is_by_the_feeds() -> None:
    entry = "<entry><title>N</title><link href='/1'/></entry>"
    assert papers_of(atom(entry, head="<author><name>Ada Lovelace</name></author>"))[0].authors == ("Ada Lovelace",)


def test_authors_of_a_feed_come_with_their_affiliations() -> None:
    (found,) = papers_of(rss(item(more="<dc:creator>Ada Lovelace (Society, London), Alan Turing</dc:creator>")))
    assert (found.authors, found.affiliations) == (("Ada Lovelace", "Alan Turing"), ("Society, London", ""))


def test_categories_are_short_visible_and_few() -> None:
    hostile = "".join(f"<category>\u202eevil\u0085{n}{'c' * 100_000}</category>" for n in range(50))
    (found,) = papers_of(rss(item(more=hostile)))
    assert len(found.categories) <= 20
    assert all(len(name) <= 200 and name.isprintable() for name in found.categories)


def test_a_paper_is_withdrawn_when_its_comment_says_so() -> None:
    body = """<feed xmlns="http://www.w3.org/2005/Atom" xmlns:arxiv="http://arxiv.org/schemas/atom"><entry>
    <id>http://arxiv.org/abs/2401.00001v3</id><title>N</title><summary>We study x.</summary>
    <author><name>Sammy Davis, Jr.</name></author>
    <arxiv:comment>Withdrawn by the authors</arxiv:comment></entry></feed>"""
    (found,) = arxiv.parse_api_response(FetchedPage(url="x", body=body.encode(), content_type="application/atom+xml"))
    assert found.withdrawn
    assert found.authors == ("Sammy Davis, Jr.",)
