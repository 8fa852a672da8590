"""What readers find on the pages."""

from __future__ import annotations

import re
from datetime import date, timedelta

import msgspec

from bot.papers.model import Links
from bot.papers.pictures import Picture
from bot.papers.samples import sample_papers
from tests.builders import NOW, TODAY, listing, mark, paper
from tests.platforms.site.conftest import Site

EARLIER = TODAY - timedelta(days=4)  # a Friday


def titles(page: str) -> list[str]:
    plain = re.sub("</?mark>", "", page)
    return re.findall(r'<h[23] dir="auto"><a href="/paper/[^"]+">([^<]+)</a>', plain)


async def test_the_newest_day_leads_with_the_most_liked_paper(site: Site) -> None:
    await site.store.papers.add_listings(
        [listing(paper(1, "Nests", upvotes=3)), listing(paper(2, "Owls", upvotes=9)), listing(paper(3), day=EARLIER)],
        NOW,
    )
    page = await site.page("/")
    assert titles(page) == ["Owls", "Nests"]
    assert "Tuesday, 18 March 2025" in page
    assert "2 papers, most liked first" in page
    assert 'href="/date/2025-03-14"' in page
    assert "9 upvotes" in page


async def test_lists_of_sample_papers_say_that_they_are_samples(site: Site) -> None:
    newest = sample_papers()[0][0].day
    await site.store.papers.add_listings([listed for listed, _ in sample_papers()], NOW)
    await site.store.papers.add_listings([listing(paper(1), day=EARLIER)], NOW)
    assert "These are the sample papers" in await site.page(f"/date/{newest}")
    assert "sample papers" not in await site.page("/date/2025-03-14")


async def test_any_day_week_and_month_can_be_read_and_lead_on(site: Site) -> None:
    await site.store.papers.add_listings([listing(paper(1, "Nests")), listing(paper(3, "Wrens"), day=EARLIER)], NOW)
    assert titles(await site.page("/date/2025-03-14")) == ["Wrens"]
    week = await site.page("/week/2025-W11")
    assert titles(week) == ["Wrens"]
    assert "Week 11 of 2025" in week
    assert "10 to 16 March 2025" in week
    assert 'rel="next" href="/week/2025-W12"' in week
    month = await site.page("/month/2025-03")
    assert "March 2025" in month
    assert sorted(titles(month)) == ["Nests", "Wrens"]
    assert (await site.get("/week"))[0].headers["Location"] == "/week/2025-W12"


async def test_a_day_without_a_list_says_so_and_leads_to_the_nearest(site: Site) -> None:
    await site.store.papers.add_listings([listing(paper(1)), listing(paper(3), day=EARLIER)], NOW)
    page = await site.page("/date/2025-03-16")
    assert "There was no list on this day" in page
    assert 'href="/date/2025-03-14"' in page
    assert 'href="/date/2025-03-18"' in page
    assert '<meta name="robots" content="noindex">' in page
    assert 'href="/archive" aria-current="true"' in page
    assert 'href="/" aria-current' not in page
    assert "isn’t out yet" in await site.page("/date/2025-03-20")


async def test_before_the_first_list_the_page_says_that_it_is_on_its_way(site: Site) -> None:
    assert "Today’s papers are on their way" in await site.page("/")
    assert "No lists yet" in await site.page("/archive")


async def test_an_old_newest_list_says_that_it_is_old(site: Site) -> None:
    await site.store.papers.add_listings([listing(paper(1)), listing(paper(2), day=EARLIER)], NOW)
    assert "days old" not in await site.page("/")
    site.clock.moment += timedelta(days=9)
    assert "This is the newest list, 9 days old." in await site.page("/")
    assert "days old" not in await site.page("/date/2025-03-14")


async def test_votes_here_are_shown_where_there_are_some(site: Site) -> None:
    one, other = paper(1, upvotes=9), paper(2)
    await site.store.papers.add_listings([listing(one), listing(other)], NOW)
    await site.store.votes.add_mark(mark(of=one.id))
    page = await site.page("/")
    shown, hidden = (
        re.search(rf'<span class="votes-here"([^>]*)><span data-votes="{id}">', page) for id in (one.id, other.id)
    )
    assert shown
    assert shown[1] == ""
    assert hidden
    assert hidden[1] == " hidden"


async def test_every_day_is_in_the_archive(site: Site) -> None:
    days = [TODAY, EARLIER, date(2024, 5, 27)]
    await site.store.papers.add_listings([listing(paper(n), day=day) for n, day in enumerate(days)], NOW)
    page = await site.page("/archive")
    assert re.findall(r'href="/date/([^"]+)"', page) == ["2025-03-14", "2025-03-18", "2024-05-27"]
    assert "3 days with a list, from 27 May 2024 to 18 March 2025" in page
    for day in days:
        assert titles(await site.page(f"/date/{day}"))


async def test_a_long_list_has_pages(site: Site) -> None:
    await site.store.papers.add_listings([listing(paper(n)) for n in range(1, 61)], NOW)
    first, second = await site.page("/"), await site.page("/?page=2")
    assert len(titles(first)) == 50
    assert len(titles(second)) == 10
    assert not set(titles(first)) & set(titles(second))
    assert 'rel="next" href="/?page=2"' in first
    assert 'rel="prev" href="/"' in second
    assert (await site.get("/?page=3"))[0].status == 404


async def test_trending_is_by_day_week_month_and_topic(site: Site) -> None:
    old = listing(paper(3, "Wrens at dawn", upvotes=90), day=TODAY - timedelta(days=5))
    await site.store.papers.add_listings([listing(paper(1, "Owls at night", upvotes=4)), old], NOW)
    assert titles(await site.page("/trending/day")) == ["Owls at night"]
    assert set(titles(await site.page("/trending/week"))) == {"Owls at night", "Wrens at dawn"}
    assert titles(await site.page("/trending/month?topic=wrens")) == ["Wrens at dawn"]
    assert (await site.get("/trending/year"))[0].status == 404
    assert "No papers on “storks” were listed this week" in await site.page("/trending/week?topic=storks")


async def test_a_paper_tells_all_that_is_known_of_it(site: Site) -> None:
    one = paper(
        15738,
        "Owls & <b>nests</b>",
        upvotes=12,
        authors=("Ada Lovelace", "Charles Babbage"),
        categories=("cs.CL", "cs.LG"),
        keywords=("glass birds",),
        organization="Aviary Lab",
        version=2,
        updated=NOW,
        withdrawn=True,
    )
    await site.store.papers.add_listings([listing(one), listing(one, day=EARLIER)], NOW)
    await site.store.votes.add_mark(mark(of=one.id))
    page = await site.page("/paper/2503.15738")
    for told in (
        "Owls &amp; &lt;b&gt;nests&lt;/b&gt;",
        "Withdrawn.",
        'href="/author/Ada%20Lovelace"',
        'href="/topic/cs.LG"',
        'href="/topic/glass%20birds"',
        "Aviary Lab",
        "Birds sing.",
        "<dd>2, 18 March 2025</dd>",
        "12 upvotes on Hugging Face",
        'href="/date/2025-03-14"',
        "From the abstract.",
        'href="https://arxiv.org/abs/2503.15738"',
    ):
        assert told in page, told
    assert f'data-votes="{one.id}">1</span> <span data-word>vote</span> here' in page
    for other in ("/paper/arxiv:2503.15738", "/paper/2503.15738v2", "/paper/arXiv:2503.15738"):
        assert '<link rel="canonical" href="' + site.url + '/paper/2503.15738">' in await site.page(other)


async def test_papers_that_are_not_on_arxiv_have_pages_too(site: Site) -> None:
    ids = ("url:0123456789abcdef", "text:0123456789abcdef", "arxiv:hep-th/9901001", "Some id, 100% own?")
    await site.store.papers.add_listings([listing(paper(id, f"Paper {id}")) for id in ids], NOW)
    paths = re.findall(r'href="(/paper/[^"]+)"', await site.page("/"))
    shown = [re.findall("<h1[^>]*>Paper (.+)</h1>", await site.page(path))[0] for path in paths]
    assert sorted(shown) == sorted(ids)


async def test_search_takes_filters_from_the_form(site: Site) -> None:
    cl = paper(1, "Glass birds sing", categories=("cs.CL",), authors=("Ada Lovelace",))
    cv = paper(2, "Glass birds seen", categories=("cs.CV",), authors=("Alan Turing",))
    await site.store.papers.add_listings([listing(cl), listing(cv)], NOW)
    assert set(titles(await site.page("/search?q=glass+birds"))) == {"Glass birds sing", "Glass birds seen"}
    narrowed = await site.page("/search?q=glass+birds&category=cs.CL")
    assert titles(narrowed) == ["Glass birds sing"]
    assert 'value="cs.CL"' in narrowed
    assert titles(await site.page("/search?q=&author=alan+turing")) == ["Glass birds seen"]
    assert titles(await site.page("/search?q=birds&after=2026")) == []
    assert "Not understood: after:" in await site.page("/search?q=birds&after=yesterday")
    assert "No papers found" in await site.page("/search?q=zeppelins")


async def test_a_search_can_be_narrowed_to_a_year_or_a_source(site: Site) -> None:
    old, new = paper(1, "Owls", published=NOW - timedelta(days=366)), paper(2, "Owls", published=NOW)
    await site.store.papers.add_listings([listing(old), listing(new), listing(paper(3, "Owls", published=NOW))], NOW)
    page = await site.page("/search?q=owls")
    narrower = dict(re.findall(r'<li><a href="([^"]+)">(\d{4} <small>\d+)</small>', page))
    assert sorted(narrower.values()) == [f"{NOW.year - 1} <small>1", f"{NOW.year} <small>2"]
    for address, counted in narrower.items():
        found = await site.page(address.replace("&amp;", "&"))
        assert len(titles(found)) == int(counted[-1])


async def test_what_is_typed_may_become_a_topic_or_a_title(site: Site) -> None:
    await site.store.papers.add_listings([listing(paper(1, "Nesting <birds>")), listing(paper(2, "Owls"))], NOW)
    options = await site.page("/search/suggestions?q=bir")
    assert options.strip() == '<option value="Nesting &lt;birds&gt;"></option>'
    assert '<option value="cat:cs.CL">Computation and Language</option>' in await site.page(
        "/search/suggestions?q=lang"
    )
    assert "<option" not in await site.page("/search/suggestions?q=")
    assert "<datalist" in await site.page("/search")


async def test_search_marks_the_words_it_found(site: Site) -> None:
    await site.store.papers.add_listings([listing(paper(1, "Glass <birds> sing", abstract="A bird sings."))], NOW)
    page = await site.page("/search?q=bird")
    assert "Glass &lt;<mark>birds</mark>&gt; sing</a>" in page
    assert "<mark>" not in await site.page("/search?q=")


async def test_topics_and_authors_have_pages(site: Site) -> None:
    one = paper(1, "Owls", categories=("cs.CL",), keywords=("glass birds",), authors=("Ada Lovelace",))
    two = paper(2, "Wrens and glass birds", categories=("cs.CL",), keywords=("glass birds",))
    await site.store.papers.add_listings([listing(one), listing(two)], NOW)
    topics = await site.page("/topics")
    assert "Computation and Language" in topics
    assert 'href="/topic/glass%20birds"' in topics
    assert set(titles(await site.page("/topic/cs.CL"))) == {"Owls", "Wrens and glass birds"}
    assert "Wrens and glass birds" in titles(await site.page("/topic/glass%20birds"))
    assert titles(await site.page("/author/Ada%20Lovelace")) == ["Owls"]
    assert (await site.get("/author/Nobody%20Known"))[0].status == 404


async def test_each_page_names_its_feeds(site: Site) -> None:
    await site.store.papers.add_listings([listing(paper(1, authors=("Ada Lovelace",)))], NOW)
    feeds = {
        "/": "/feeds/day.atom",
        "/trending/week": "/feeds/trending/week.json",
        "/author/Ada%20Lovelace": "/feeds/author/Ada%20Lovelace.atom",
        "/search?q=birds": "/feeds/search.atom?q=birds",
    }
    for path, feed in feeds.items():
        assert f'href="{feed}"' in await site.page(path), path


async def test_a_page_can_be_shared(public: Site) -> None:
    await public.store.papers.add_listings([listing(paper(1, 'Owls "at" night'))], NOW)
    head = (await public.page("/paper/2503.00001")).partition("</head>")[0]
    assert "<title>Owls &#34;at&#34; night · Paperboy</title>" in head
    assert '<meta property="og:title" content="Owls &#34;at&#34; night">' in head
    assert '<meta property="og:url" content="https://papers.example.org/paper/2503.00001">' in head
    assert '<link rel="canonical" href="https://papers.example.org/paper/2503.00001">' in head
    assert '<meta name="twitter:card" content="summary_large_image">' in head
    assert re.search(r'<meta name="description" content="[^"]{20,}">', head)


async def test_a_hyphen_makes_no_category_of_a_topic(site: Site) -> None:
    one = paper(1, "Self-Supervised Owls")
    await site.store.papers.add_listings([listing(one)], NOW)
    assert one.title in await site.page("/topic/self-supervised")
    assert one.title in await site.page("/feeds/topic/self-supervised.atom")


async def test_a_picture_is_shown_from_our_own_address(site: Site) -> None:
    await put(site, "thumbnail/arxiv:2503.00001", Picture(jpeg=b"\xff\xd8 a picture", width=480, height=252))
    await put(site, "thumbnail/arxiv:2503.00002", Picture())
    async with site.session.get(f"{site.url}/thumbnail/arxiv%3A2503.00001.jpg") as answer:
        assert (answer.status, answer.content_type, await answer.read()) == (200, "image/jpeg", b"\xff\xd8 a picture")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    links = Links(page="https://arxiv.org/abs/2503.00001", picture="https://elsewhere.example/tracker.png")
    both = [listing(paper(n, links=links)) for n in (1, 2)]
    await site.store.papers.add_listings(both, site.clock.now())
    for path in ("/", "/paper/2503.00001"):
        html = await site.page(path)
        assert html.count('src="/thumbnail/arxiv%3A2503.00001.jpg" width="480" height="252" loading="lazy"') == 1
        assert html.count('class="picture"') == 1, "the other paper has none"
        assert "elsewhere.example" not in html
    for missing in ("thumbnail/arxiv%3A2503.00002", "figure/arxiv%3A2503.00001", "thumbnail/%00", "figure/..%2Fsite"):
        assert (await site.get(f"/{missing}.jpg"))[0].status in {400, 404}


async def test_a_figure_stands_before_a_thumbnail_and_names_its_licence(site: Site) -> None:
    figure = Picture(jpeg=b"\xff\xd8 a figure", width=880, height=300, figure="2", licence="CC BY-SA 4.0")
    await put(site, "thumbnail/arxiv:2503.00001", Picture(jpeg=b"\xff\xd8", width=480, height=252))
    await put(site, "figure/arxiv:2503.00001", figure)
    await site.store.papers.add_listings([listing(paper(1))], site.clock.now())
    for path in ("/", "/paper/2503.00001"):
        html = await site.page(path)
        assert 'src="/figure/arxiv%3A2503.00001.jpg" width="880" height="300" loading="lazy"' in html
        assert 'alt="Figure 2 of the paper"' in html
        licence = '<a href="https://creativecommons.org/licenses/by-sa/4.0/" rel="license noopener">CC BY-SA 4.0</a>'
        assert f"<figcaption>Figure 2 of the paper, {licence}</figcaption>" in html
        assert "/thumbnail/" not in html


async def put(site: Site, name: str, picture: Picture) -> None:
    await site.store.key_value("pictures").put(name, msgspec.msgpack.encode(picture))


async def test_a_search_is_counted_and_can_be_sorted(site: Site) -> None:
    liked = [paper(n, f"Owls of Region {n}", upvotes=n) for n in (1, 2, 3)]
    await site.store.papers.add_listings([listing(one) for one in (*liked, paper(9, "Hawks"))], NOW)
    page = await site.page("/search?q=owls&sort=votes")
    assert "3 papers match every word and filter" in page
    assert page.index("Region 3<") < page.index("Region 2<") < page.index("Region 1<")
    assert 'href="/search?q=owls&amp;sort=new"' in page
    assert '<a href="/search?q=owls&amp;sort=votes" aria-current="true">Upvotes</a>' in page
    assert '<input type="hidden" name="sort" value="votes">' in page
    assert "/feeds/search.json?q=owls" in page


async def test_a_search_for_no_word_of_any_paper_says_so_first(site: Site) -> None:
    await site.store.papers.add_listings([listing(paper(1, "Owls"))], NOW)
    assert "No paper has these words." in await site.page("/search?q=zzqqxxyy")
    assert "No paper has these words." in await site.page("/search?q=%22qqzz+yyxx%22")


async def test_a_long_list_offers_its_topics_and_shows_one(site: Site) -> None:
    birds = [paper(n, f"Bird {n}", keywords=("night vision",) if n < 4 else ("nests",)) for n in range(1, 21)]
    await site.store.papers.add_listings([listing(one) for one in birds], NOW)
    page = await site.page("/date/2025-03-18")
    assert "night vision <small>3</small>" in page
    assert "20 papers, most liked first" in page
    topic = await site.page("/date/2025-03-18?topic=%22night+vision%22")
    assert "3 papers, most liked first" in topic
    assert topic.count('<article class="paper') == 3
    assert '<meta name="robots" content="noindex">' in topic
    assert "No paper of this list is on" in await site.page("/date/2025-03-18?topic=penguins")
    assert "Topics of these papers" not in await site.page("/date/2025-03-17")
