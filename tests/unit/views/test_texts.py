"""What cards, posts and explanations say, for one, several and none of each thing."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from bot.chat.message import Button, Footnote, Heading, LinkButton, Papers, Paragraph, Span, Text
from bot.papers.community import Submission
from bot.papers.full_text import Passage
from bot.papers.model import Counts, Links, Paper, Tally
from bot.store.records import EditionFacts, PaperGroup, Run
from bot.views import digest, why
from bot.views.card import card, controls, facts, title, without_counts
from bot.views.digest import Entry
from bot.views.formatting import ago, listing, people, plural
from bot.views.results import answer, note, results, sheet
from tests.builders import NOW, paper


def said(run: Text) -> str:
    return "".join(span.text for span in run)


def about(**more: Any) -> EditionFacts:
    values: dict[str, Any] = {"day": date(2025, 3, 18), "listed": 42, "sources": ("huggingface",)}
    return EditionFacts(**(values | more))


@pytest.mark.parametrize(
    ("known", "count", "sentence"),
    [
        ({}, 10, "10 papers, the most liked of 42 from Hugging Face Daily Papers."),
        ({}, 1, "1 paper, the most liked of 42 from Hugging Face Daily Papers."),
        ({"listed": 1_042}, 2, "2 papers, the most liked of 1,042 from Hugging Face Daily Papers."),
        ({"listed": 2}, 2, "2 papers from Hugging Face Daily Papers."),
        ({"query": "nests"}, 3, "3 papers on “nests”, the most liked of 42 from Hugging Face Daily Papers."),
        ({"min_votes": 1}, 3, "3 papers with at least 1 vote, the most liked of 42 from Hugging Face Daily Papers."),
        ({"nearest_to": "what you saved"}, 3, "3 papers, closest to what you saved, of 42 from "
         "Hugging Face Daily Papers."),
        ({"sources": ("arxiv", "feed:owls", "huggingface")}, 42, "42 papers from arXiv, owls and "
         "Hugging Face Daily Papers."),
        ({"sources": ("arxiv", "feed:owls")}, 42, "42 papers from arXiv and owls."),
        ({"submitted": 2}, 2, "2 papers submitted by people here."),
        ({"submitted": 1}, 11, "10 papers, the most liked of 42 from Hugging Face Daily Papers."
         " 1 more was submitted by people here."),
        ({"submitted": 2}, 44, "42 papers from Hugging Face Daily Papers. 2 more were submitted by people here."),
    ],
)  # fmt: skip
def test_a_post_says_how_its_papers_were_chosen(known: dict[str, Any], count: int, sentence: str) -> None:
    entries = [Entry(paper=paper(n)) for n in range(1, count + 1)]
    for make in (digest.digest, digest.digest_alone, digest.above_cards, digest.all_in_one):
        message = make(about(**known), entries)
        heading, chosen, *_ = message.blocks
        assert heading == Heading("Papers for Tuesday, 18 March 2025")
        assert isinstance(chosen, Footnote)
        assert said(chosen.text) == sentence
        assert message.plain.startswith(f"Papers for Tuesday, 18 March 2025: {plural(count, 'paper')}. ")
        assert message.plain.count("A House for Birds") == min(count, 3)


def test_an_edition_in_one_message_has_no_buttons_and_a_card_has() -> None:
    item = Entry(paper=paper(1, "Nests"), summary="Warms birds.", reasons=(Span("ada", person=True), "one", "two"))
    [*_, shown] = digest.all_in_one(about(), [item]).blocks
    [reply] = digest.entry(item).blocks
    assert (shown.controls, shown.why, said(shown.facts[:2])) == ((), "one; two", "submitted by ada")  # type: ignore[union-attr]
    assert reply.controls  # type: ignore[union-attr]
    assert digest.entry(item).plain == "Nests: Warms birds."
    assert digest.entry(Entry(paper=paper(1, "Nests"))).plain == "Nests"


def test_samples_are_called_samples() -> None:
    chosen = digest.digest(about(sources=("samples",)), []).blocks[1]
    assert isinstance(chosen, Footnote)
    assert said(chosen.text).startswith("No source has answered yet")


def test_a_digest_numbers_its_papers_links_each_to_its_card_and_counts_the_rest() -> None:
    entries = [Entry(paper=paper(n, f"Nest {n}", upvotes=50 - n), summary="Warm.") for n in range(1, 43)]
    entries[0] = replace(entries[0], tally=Tally(up=2))
    links = {paper(1).id: "https://chat.example/1"}
    [_, _, shown, foot] = digest.digest(about(), entries, links=links).blocks
    assert isinstance(shown, Papers)
    assert [item.title for item in shown.items] == [f"Nest {n}" for n in range(1, 11)]
    assert [item.url for item in shown.items[:2]] == ["https://chat.example/1", paper(2).links.page]
    assert said(shown.items[0].facts) == "▲\u00a049 · 2 votes here"
    assert isinstance(foot, Footnote)
    assert said(foot.text).startswith("And 32 more in the thread.")
    [*_, alone] = digest.digest_alone(about(), entries, max_summaries=1).blocks
    assert isinstance(alone, Papers)
    assert [item.summary for item in alone.items] == ["Warm.", *[""] * 41]


def test_a_digest_groups_its_papers_under_headings_and_numbers_them_through() -> None:
    entries = [Entry(paper=paper(n, f"Nest {n}")) for n in range(1, 7)]
    groups = tuple(
        PaperGroup(heading=heading, papers=tuple(paper(n).id for n in numbers))
        for heading, numbers in (("Nests", (1, 4)), ("Worms", (3, 9)), ("Feathers", (2, 6)))
    )
    [_, _, *shown, _] = digest.digest(about(groups=groups), entries).blocks
    lists = [block for block in shown if isinstance(block, Papers)]
    assert [said(b.text) for b in shown if isinstance(b, Paragraph)] == ["Nests", "Feathers", "Other topics"]
    assert [block.first for block in lists] == [1, 3, 5]
    assert ["".join(item.title[-1] for item in block.items) for block in lists] == ["14", "26", "35"]


LINKED = Links(page="p", pdf="pdf", code="code", project="project", discussion="d")


@pytest.mark.parametrize(
    ("known", "tally", "shown"),
    [
        (replace(paper(1), counts=Counts(upvotes=1_200, stars=3), links=LINKED), Tally(up=1),
         "▲ 1,200 on Hugging Face · 1 vote here · Code ★ 3 · Project · PDF"),
        (replace(paper(1), links=Links(page="p", code="code")), Tally(up=2, down=1), "2 votes here, 1 against · Code"),
        (replace(paper(1), links=Links(page="p")), Tally(down=2), "0 votes here, 2 against"),
        (replace(paper(1), links=Links(page="p")), Tally(), ""),
    ],
)  # fmt: skip
def test_the_facts_of_a_card_leave_out_what_is_zero_or_unknown(known: Paper, tally: Tally, shown: str) -> None:
    assert said(facts(known, tally)) == shown
    by = said(facts(known, tally, [Span("ada", person=True)]))
    assert by == f"submitted by ada · {shown}".removesuffix(" · ")


def test_a_card_that_differs_in_outside_counts_only_shows_the_same_without_them() -> None:
    one, two = (replace(paper(1), counts=Counts(upvotes=n, stars=n), links=LINKED) for n in (3, 1_400))
    assert card(one) != card(two)
    assert without_counts(card(one)) == without_counts(card(two))
    assert without_counts(card(one, tally=Tally(up=1))) != without_counts(card(one, tally=Tally(up=2)))


def test_the_buttons_of_a_card_show_what_the_reader_did() -> None:
    def labels(known: Paper, **more: Any) -> list[tuple[str, str]]:
        return [(b.label, b.style if isinstance(b, Button) else b.url) for b in controls(known, **more)]

    plain, pressed = "plain", "pressed"
    rest = [("Similar", plain), ("Abstract", plain)]
    assert labels(paper(1)) == [("Vote", plain), ("Save", plain), *rest]
    assert labels(paper(1), mine=1, saved=True) == [("Voted", pressed), ("Saved", pressed), *rest]
    assert labels(paper(1), mine=-1)[0] == ("Vote", plain)
    assert labels(paper(1), body=True)[-1] == ("Similar", plain)
    bare = paper(1, abstract="", links=Links(page="https://lab.example"))
    assert isinstance(controls(bare)[-1], LinkButton)
    assert labels(bare)[-1] == ("Read", "https://lab.example")
    assert labels(replace(bare, links=Links()))[-1] == ("Similar", plain)
    assert card(paper(1), buttons=False).controls == ()
    assert card(paper(1)).body == ""
    assert card(paper(1), body=True).body.startswith("Birds sing.")


def test_a_card_says_who_submitted_its_paper_and_that_it_was_withdrawn() -> None:
    sent = Submission(tenant="web:home", paper=paper(1).id, person="web:home/ada", at=NOW, why="It is warm.")
    shown = card(paper(1), submission=sent)
    assert (shown.why, said(shown.facts[:2])) == ("“It is warm.”", "submitted by ada")
    assert card(paper(1), submission=sent, why="mine").why == "mine"
    assert card(paper(1), submission=replace(sent, why="")).why == ""
    assert title(replace(paper(1, "Nests"), withdrawn=True)) == "[Withdrawn] Nests"


@pytest.mark.parametrize(
    ("seconds", "said_so"),
    [
        (-5, "just now"), (59, "just now"), (60, "1 minute ago"), (3_599, "59 minutes ago"), (3_600, "1 hour ago"),
        (86_399, "23 hours ago"), (86_400, "1 day ago"), (2 * 86_400, "2 days ago"),
    ],
)  # fmt: skip
def test_how_long_ago_something_was(seconds: int, said_so: str) -> None:
    assert ago(NOW - timedelta(seconds=seconds), NOW) == said_so


def test_lists_of_names_and_words() -> None:
    assert people(["Ada", "Alan", "Grace", "Bo"]) == "Ada, Alan, Grace, Bo"
    assert people(["Ada", "Alan", "Grace", "Bo", "Cy"]) == "Ada, Alan, Grace and 2 others"
    assert [listing(list("abc")[:n]) for n in range(4)] == ["", "a", "a and b", "a, b and c"]
    assert [plural(n, "body", "bodies") for n in (0, 1, 1_204)] == ["0 bodies", "1 body", "1,204 bodies"]


def test_answers_have_a_note_and_buttons_only_where_there_are_any() -> None:
    kinds = [[type(block).__name__ for block in message.blocks] for message in (
        results("Nests", []), results("Nests", [card(paper(1))], note="n", controls=controls(paper(1))),
        sheet("Help", []), sheet("Help", [], foot="f", controls=[Button(label="b", action="a")]),  # type: ignore[arg-type]
        note("One."), note("One.", " Two", Span("3"), controls=controls(paper(1))),
    )]  # fmt: skip
    assert kinds == [
        ["Heading", "Paragraph"], ["Heading", "Card", "Footnote", "Controls"],
        ["Heading", "Bullets"], ["Heading", "Bullets", "Footnote", "Controls"],
        ["Paragraph"], ["Paragraph", "Controls"],
    ]  # fmt: skip
    assert results("Nests", []).plain == "Nests: Nothing found."
    assert note("One.", " Two", Span("3")).plain == "One. Two3"


def test_why_a_channel_gets_posts_is_said_in_sentences() -> None:
    assert why.left_out({"no match": 1_020, "seen before": 3}) == "Left out: 1,020 on other topics and 3 seen before."
    assert why.left_out({}) == ""
    assert why.taste(None, 20) == ""
    assert why.taste(19, 20).startswith("Once this channel has 20 votes")
    assert why.taste(20, 20).startswith("20 votes in this channel decide")
    assert why.waiting({"planned": 1, "dead": 2, "sent": 9}) == "1 post waiting to be sent; 2 posts given up"
    run = Run(subscription="s1", slot=NOW, at=NOW, outcome="quiet", why="Weekend.")
    assert why.outcome(run, NOW + timedelta(hours=2)) == "Last run: nothing to post 2 hours ago. Weekend."


def test_long_headings_are_cut_where_slack_cuts_them() -> None:
    headings = [sheet("o" * count, []).blocks[0] for count in (149, 150, 151)]
    assert [len(heading.text) for heading in headings if isinstance(heading, Heading)] == [149, 150, 150]


def test_an_answer_in_plain_text_has_its_quotes_with_their_places() -> None:
    message = answer(paper(1), "How warm?", "Very.", quotes=[Passage(where="2 Nests", text="It is warm.")], by="by Owl")
    assert message.plain == "Very.\n“It is warm.” (2 Nests)"
