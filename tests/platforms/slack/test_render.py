"""What is sent to Slack is within its limits and does nothing but show, whatever the words are."""

from __future__ import annotations

import gzip
import json
import re
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.slack.inbound import events
from adapters.slack.outbound import modals, post, render
from adapters.slack.outbound.elements import Json, width
from adapters.slack.outbound.post import MAX_JSON_CHARS
from adapters.slack.outbound.render import LIMITS, payload
from adapters.slack.outbound.work_objects import work_object
from bot.chat.event import Place
from bot.chat.fit import fit
from bot.chat.form import Field, Form
from bot.chat.message import (
    Action,
    Bullets,
    Button,
    Card,
    Controls,
    Footnote,
    Heading,
    LinkButton,
    Message,
    Papers,
    Paragraph,
    Span,
    text,
)
from bot.papers.model import Paper, Tally
from bot.sources.huggingface import parse_listings
from bot.store.records import EditionFacts
from bot.views.card import card
from bot.views.digest import Entry, all_in_one, digest, digest_alone, entry
from bot.views.results import note, results, sheet
from tests.builders import SHARED, needs_shared, paper
from tests.fakes.slack.blocks import check_message, check_unfurl, check_view
from tests.fakes.slack.methods.entities import wrong

PLACE = Place("slack", "T1", "C1")
HOSTILE = (
    "<!channel> <@U123> <#C1> @everyone @here",
    "<https://evil.example|safe> [safe](https://evil.example)",
    "*bold* _italic_ ~struck~ `code` ```block``` > quote",
    ":tada: :skull::skin-tone-3:",
    "&lt;!channel&gt; &amp; \\ \" ' %7C",
    "right\u202eto left \u2067isolated",
    "שלום עולם مرحبا بالعالم",
    "🦉" * 400,
    "👩‍👩‍👧‍👦" * 100,
    "W" * 9_000,
    "a b " * 2_000,
    "\x00\x07\x1b[31m",
    "line\nline\r\nline\u2028line",
    "\ud83e".encode("utf-16", "surrogatepass").decode("utf-16", "replace"),
)


def judged(message: Message) -> list[Json]:
    """The pages as they go out, each looked over by the independent checker."""
    pages = [payload(page) for page in fit(message, LIMITS, width)]
    for page in pages:
        assert check_message(page) == []
        assert page["text"].strip()
        assert wire(page["blocks"]) <= MAX_JSON_CHARS
    return pages


def wire(blocks: list[Json]) -> int:
    """What Slack counts, at worst: the JSON with an id that it gives every block."""
    return len(json.dumps(blocks, ensure_ascii=False, separators=(",", ":"))) + 20 * len(blocks)


def seen(part: Any) -> str:
    """Every word that somebody reads, as Slack would show it where it reads no mark-up."""
    if isinstance(part, list):
        return " ".join(map(seen, part))
    if isinstance(part, dict):
        own = part["text"] if isinstance(part.get("text"), str) else ""
        return " ".join([own, *(seen(value) for value in part.values() if isinstance(value, list | dict))])
    return ""


words = st.text(max_size=400) | st.sampled_from(HOSTILE)
urls = st.sampled_from(
    ["", "https://arxiv.org/abs/2405.15738", "javascript:alert(1)", "https://a.example/<x>|y?a=1&b=2", "http://e"]
)
spans = st.builds(Span, text=words, bold=st.booleans(), italic=st.booleans(), code=st.booleans(), url=urls)
runs = st.lists(spans, max_size=6).map(tuple)
buttons = st.builds(
    Button,
    label=words,
    action=st.builds(Action, st.sampled_from(["vote", "page"]), st.tuples(st.text(max_size=12))),
    style=st.sampled_from(["plain", "primary", "pressed"]),
) | st.builds(LinkButton, label=words, url=urls)
rows = st.lists(buttons, max_size=5).map(tuple)
cards = st.builds(
    Card,
    paper=st.just("p"),
    title=words,
    url=urls,
    byline=words,
    summary=words,
    facts=runs,
    why=words,
    body=words,
    controls=rows,
)
blocks = (
    st.builds(Heading, words)
    | st.builds(Paragraph, runs)
    | st.builds(Bullets, st.lists(runs, max_size=6).map(tuple))
    | cards
    | st.builds(Papers, st.lists(cards, max_size=4).map(tuple), st.integers(1, 30))
    | st.builds(Controls, rows)
    | st.builds(Footnote, runs)
)
messages = st.builds(Message, plain=words.filter(str.strip), blocks=st.lists(blocks, max_size=8).map(tuple))


@pytest.mark.slow
@settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))
@given(messages)
def test_whatever_fits_is_taken_by_slack(message: Message) -> None:
    judged(message)


@pytest.mark.slow
@settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(cards, min_size=8, max_size=40))
def test_an_answer_full_of_buttons_comes_in_parts_that_slack_takes(found: list[Card]) -> None:
    message = Message(plain="Found", blocks=tuple(found))
    parts = post.answer_payloads(message)
    for part in parts:
        assert check_message(part) == []
        assert wire(part["blocks"]) <= MAX_JSON_CHARS
    values = [button.get("value") for part in parts for block in part["blocks"] for button in block.get("elements", ())]
    kept = [str(control.action) for one in found for control in one.controls if isinstance(control, Button)]
    assert list(filter(None, values)) == kept, "nothing got lost between the parts"


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(messages)
def test_a_message_is_a_sound_modal_and_home_too(message: Message) -> None:
    assert check_view(modals.message_modal(message, PLACE)) == []
    assert check_view(modals.home_view(message, Place("slack", "T1", "D1"))) == []
    assert check_unfurl({"blocks": modals.unfurl_blocks(message)[:50] or [{"type": "divider"}]}) == []


@pytest.mark.parametrize("hostile", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_words_are_shown_and_do_nothing(hostile: str) -> None:
    message = Message(
        plain=hostile,
        blocks=(
            Heading(hostile),
            Paragraph(text(hostile, Span(hostile, bold=True), Span(hostile, url="https://arxiv.org"))),
            Bullets((text(hostile),)),
            card(hostile_paper(hostile), summary=hostile, why=hostile, body=True),
            Footnote(text(hostile, Span(hostile, url="https://arxiv.org"))),
            Controls((Button(label=hostile, action=Action("page", ("0",))),)),
        ),
    )
    shown = seen([page["blocks"] for page in judged(message)])
    start = re.split("[\u202e\u2067]", hostile)[0][:20].strip()
    assert shown.count(start) >= 4, "what was written is there to read"
    assert not set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069") & set(shown)


def hostile_paper(words: str) -> Paper:
    return paper(1, words, authors=tuple(f"{words[:60]} {n}" for n in range(200)), organization=words, abstract=words)


def test_mark_up_is_read_nowhere_but_in_links_of_ours() -> None:
    title = "*A* _study_ of `<!channel>` and :tada: at <https://evil.example|arXiv>"
    [page] = judged(Message(plain=title, blocks=(card(paper(1, title), summary=title, why=title),)))
    read = [part for block in page["blocks"] for part in block.get("elements", ()) if part["type"] == "mrkdwn"]
    assert all(part["verbatim"] for part in read)
    assert not any(word in part["text"] for part in read for word in ("channel", "tada", "evil"))
    assert title in seen(page["blocks"])
    assert "<" not in page["text"]


def test_a_card_reads_well() -> None:
    shown = card(paper(7, upvotes=12), summary="A line.", why="matches “birds”")
    [page] = judged(Message(plain="x", blocks=(shown,)))
    top, small, row = page["blocks"]
    link, line = top["elements"][0]["elements"]
    assert (link["type"], link["text"], link["style"]) == ("link", "A House for Birds, Part 7", {"bold": True})
    assert link["url"] == "https://arxiv.org/abs/2503.00007"
    assert line["text"] == "\nA line."
    assert [part["text"] for part in small["elements"]] == ["17 Mar 2025 · ▲ 12 on Hugging Face · matches “birds”"]
    assert [button["text"]["text"] for button in row["elements"]] == ["Vote", "Save", "Similar", "Abstract"]


def test_a_channel_is_named_where_slack_knows_it_and_only_shown_where_not() -> None:
    known = payload(Message(plain="x", blocks=(Paragraph((Span("C012AB", channel=True),)),)))
    assert known["blocks"][0]["elements"][0]["elements"] == [{"type": "channel", "channel_id": "C012AB"}]
    assert not check_message(known | {"channel": "C1"})
    strange = payload(Message(plain="x", blocks=(Paragraph((Span("<!here>", channel=True),)),)))
    assert strange["blocks"][0]["elements"][0]["elements"] == [{"type": "text", "text": "<!here>"}]


def test_an_action_is_whole_in_its_button_and_unlike_its_neighbours() -> None:
    action = Action("page", ("5", "what | is % this"))
    buttons = tuple(Button(label="Next", action=action) for _ in range(5))
    [page] = judged(Message(plain="x", blocks=(Controls(buttons),)))
    row = page["blocks"][0]["elements"]
    assert {Action.parse(button["value"]) for button in row} == {action}
    assert len({button["action_id"] for button in row}) == 5


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "file:///etc/passwd", "https://a b", "", "https://" + "x" * 3000]
)
def test_only_addresses_of_the_web_are_linked(url: str) -> None:
    parts = (Controls((LinkButton(label="Go", url=url),)), Paragraph((Span("words", url=url),)))
    [page] = judged(Message(plain="x", blocks=(*parts, Footnote((Span("words", url=url),)))))
    assert "link" not in {part.get("type") for block in page["blocks"] for part in flat(block)}
    assert "actions" not in {block["type"] for block in page["blocks"]}


def flat(block: Json) -> list[Json]:
    return [part for outer in block["elements"] for part in outer.get("elements", [outer])]


def test_width_is_the_length_of_the_json() -> None:
    run = text("a & b", Span('say "x"\n', bold=True), Span("here", url="https://arxiv.org"))
    [shown] = render.block(Paragraph(run))
    elements = json.dumps(shown["elements"][0]["elements"], separators=(",", ":"))
    assert width(run) == len(elements) - 1  # a comma after each but the last, and two brackets


@needs_shared
@pytest.mark.slow
def test_two_thousand_real_papers_are_taken_in_every_form() -> None:
    papers = real(2_000)
    assert len(papers) == 2_000
    for one in papers:
        [page] = judged(entry(Entry(paper=one, summary=one.abstract[:280], reasons=("among the most liked",))))
        assert check_unfurl({"blocks": modals.unfurl_blocks(entry(Entry(paper=one)))}) == []
        [full] = judged(Message(plain=one.title, blocks=(card(one, body=True, summary=one.abstract[:200]),)))
        assert one.title[:100] in seen(page["blocks"])
        assert one.title[:100] in seen(full["blocks"])
    for n in range(0, 2_000, 10):
        entries = [Entry(paper=one, summary=one.abstract[:240]) for one in papers[n : n + 10]]
        about = EditionFacts(day=date(2025, 3, 18), listed=40, sources=("huggingface",))
        judged(digest(about, entries))
        judged(digest_alone(about, entries))
        judged(all_in_one(about, entries))
    for n in range(0, 2_000, 5):
        cards = [card(one, summary=one.abstract[:240], why="matches “a query”") for one in papers[n : n + 5]]
        more = Button(label="Next page", action=Action("page", ("5", "query")))
        [page] = judged(results("Papers about “a query”", cards, note="42 more", controls=[more, more]))
        assert check_view(modals.home_view(Message(plain="x", blocks=tuple(cards)), Place("slack", "T1", "D1"))) == []


def real(count: int) -> list[Paper]:
    found: dict[str, Paper] = {}
    for file in sorted((SHARED / "hf-daily-papers").glob("*.json.gz")):
        day = date.fromisoformat(file.name.removesuffix(".json.gz"))
        for listing in parse_listings(json.loads(gzip.decompress(file.read_bytes())), day, file.name).listings:
            found.setdefault(listing.paper.id, listing.paper)
        if len(found) >= count:
            break
    return list(found.values())[:count]


def test_a_form_becomes_a_dialog_that_remembers_where_it_was_asked() -> None:
    fields = (
        Field(name="when", label="When", hint="weekdays 09:00", required=True),
        Field(name="layout", label="Layout", value="compact", choices=(("thread", "Thread"), ("compact", "Compact"))),
        Field(name="query", label="Topic", value="x" * 400, max_length=300),
    )
    form = Form(title="Make a schedule", action=Action("schedule", ("s1",)), fields=fields, submit_label="Save")
    view = modals.form_modal(form, PLACE.in_thread("169.12"))
    assert check_view(view) == []
    known = modals.ViewOrigin.parse(view["private_metadata"])
    assert (known.channel, known.thread, Action.parse(known.action)) == ("C1", "169.12", form.action)
    when, layout, query = view["blocks"]
    assert (when["optional"], layout["optional"]) == (False, True)
    assert layout["element"]["initial_option"]["value"] == "compact"
    assert len(query["element"]["initial_value"]) == 300


@pytest.mark.parametrize("raw", ["", "{", "[]", "null", '{"channel": 5}'])
def test_a_view_that_remembers_nonsense_remembers_nothing_harmful(raw: str) -> None:
    assert isinstance(modals.ViewOrigin.parse(raw).channel, str)


def test_what_was_filled_in_comes_back_by_name() -> None:
    state = {
        "when": {"value": {"type": "plain_text_input", "value": " mon 9:00 "}},
        "layout": {"value": {"type": "static_select", "selected_option": {"value": "compact"}}},
        "query": {"value": {"type": "plain_text_input", "value": None}},
    }
    assert events.form_values(state) == {"when": "mon 9:00", "layout": "compact", "query": ""}


def test_other_messages_of_the_core_are_taken() -> None:
    judged(note("Your vote counts.", " ", Span("Here", url="https://arxiv.org")))
    judged(sheet("Schedules", [text(Span("s1", code=True), " weekdays")], foot="ID s1."))
    judged(Message(plain="no blocks at all"))


def test_a_work_object_has_the_abstract_the_votes_and_the_buttons() -> None:
    shown = paper(7, "Owls & <mice>", upvotes=12)
    made = card(shown, summary="A line.", tally=Tally(up=2))
    entity = work_object(made, "https://arxiv.org/abs/2503.00007?x=1", shown.abstract)
    assert list(wrong(entity)) == []
    payload = entity["entity_payload"]
    custom = {field["key"]: field["value"] for field in payload["custom_fields"]}
    assert custom["abstract"] == shown.abstract
    assert "2 votes here" in custom["votes"]
    assert "12" in custom["votes"]
    assert payload["attributes"]["title"]["text"] == "Owls & <mice>"
    assert payload["fields"]["description"]["value"] == "A line."
    pressed = payload["actions"]["primary_actions"][0]
    assert Action.parse(pressed["value"]) == Action("vote", (shown.id,))


def test_code_of_several_lines_is_a_block() -> None:
    [page] = judged(Message(plain="x", blocks=(Paragraph((Span("@misc{a,\n  title = {*b* <@U1>},\n}", code=True),)),)))
    [block] = page["blocks"][0]["elements"]
    assert block == {
        "type": "rich_text_preformatted",
        "elements": [{"type": "text", "text": "@misc{a,\n  title = {*b* <@U1>},\n}"}],
    }
