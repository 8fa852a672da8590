"""The Block Kit checker: takes what is at a limit, refuses what is one over."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fakes.slack import check_message, check_view
from tests.fakes.slack.blocks import size


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str) -> dict[str, Any]:
    return {"type": "mrkdwn", "text": text}


def section(text: str = "x", **more: Any) -> dict[str, Any]:
    return {"type": "section", "text": mrkdwn(text), **more}


def button(**more: Any) -> dict[str, Any]:
    return {"type": "button", "text": plain("Go"), **more}


def actions(*elements: Any, **more: Any) -> dict[str, Any]:
    return {"type": "actions", "elements": list(elements), **more}


def select(**more: Any) -> dict[str, Any]:
    options = [option(str(n)) for n in range(3)]
    return {"type": "static_select", "action_id": "s", "options": options, **more}


def option(value: str, text: str = "o") -> dict[str, Any]:
    return {"text": plain(text), "value": value}


def picture(**more: Any) -> dict[str, Any]:
    return {"type": "image", "image_url": "https://example.org/a.png", "alt_text": "a nest", **more}


def typed(**more: Any) -> dict[str, Any]:
    return {"type": "input", "label": plain("When"), "element": {"type": "plain_text_input"}, **more}


def long_url(size: int) -> str:
    return "https://example.org/" + "x" * (size - 20)


GOOD: list[dict[str, Any]] = [
    section("x" * 3000),
    section(fields=[mrkdwn("x" * 2000)] * 10),
    {"type": "header", "text": plain("x" * 150)},
    {"type": "context", "elements": [mrkdwn("small")] * 10},
    {"type": "context", "elements": [picture(), plain("small")]},
    {"type": "divider", "block_id": "x" * 255},
    {"type": "markdown", "text": "**bold**"},
    actions(*(button(action_id=str(n)) for n in range(25))),
    actions(button(text=plain("x" * 75), value="x" * 2000, url=long_url(3000), action_id="x" * 255, style="danger")),
    actions(select(placeholder=plain("x" * 150), initial_option=option("1"))),
    actions({"type": "overflow", "options": [option(str(n)) for n in range(5)]}),
    picture(alt_text="x" * 2000, title=plain("x" * 2000)),
    section(accessory=picture()),
    section(accessory=button()),
    typed(label=plain("x" * 2000), hint=plain("x" * 2000), optional=True),
    {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "x"}]}]},
    section("> quoted &amp; &lt;b&gt; <https://arxiv.org/abs/1|a link> <mailto:a@example.org>"),
]

BAD: list[tuple[dict[str, Any], str]] = [
    (section("x" * 3001), "/blocks/0/text/text"),
    (section(""), "/blocks/0/text/text"),
    ({"type": "section"}, "text or fields"),
    (section(fields=[mrkdwn("x")] * 11), "/blocks/0/fields"),
    (section(fields=[mrkdwn("x" * 2001)]), "/blocks/0/fields/0/text"),
    (section(color="red"), "unknown field: color"),
    ({"type": "header", "text": plain("x" * 151)}, "/blocks/0/text/text"),
    ({"type": "header", "text": mrkdwn("x")}, "must be one of plain_text"),
    ({"type": "context", "elements": [mrkdwn("x")] * 11}, "no more than 10"),
    ({"type": "context", "elements": []}, "no fewer than 1"),
    ({"type": "context", "elements": [button()]}, "must be one of plain_text, mrkdwn"),
    ({"type": "divider", "block_id": "x" * 256}, "/blocks/0/block_id"),
    ({"type": "card"}, "unsupported type: card"),
    (actions(*[button()] * 26), "no more than 25"),
    (actions(button(action_id="a"), button(action_id="a")), "the same action_id"),
    (actions(button(text=plain("x" * 76))), "/elements/0/text/text"),
    (actions(button(text=mrkdwn("x"))), "must be one of plain_text"),
    (actions(button(value="x" * 2001)), "/elements/0/value"),
    (actions(button(url=long_url(3001))), "/elements/0/url"),
    (actions(button(url="javascript:alert(1)")), "http(s)"),
    (actions(button(action_id="x" * 256)), "/elements/0/action_id"),
    (actions(button(style="pressed")), "primary, danger"),
    (actions({"type": "plain_text_input"}), "unsupported type: plain_text_input"),
    (actions(select(placeholder=plain("x" * 151))), "placeholder"),
    (actions(select(options=[option("v", "x" * 76)])), "/options/0/text/text"),
    (actions(select(options=[option("x" * 76)])), "/options/0/value"),
    (actions(select(options=[option("v"), option("v")])), "the same value"),
    (actions(select(options=[option(str(n)) for n in range(101)])), "no more than 100"),
    (actions(select(initial_option=option("9"))), "none of the options"),
    (actions({"type": "overflow", "options": [option(str(n)) for n in range(6)]}), "no more than 5"),
    ({"type": "image", "image_url": "https://example.org/a.png"}, "missing required field: alt_text"),
    (picture(alt_text=""), "/blocks/0/alt_text"),
    (picture(alt_text="x" * 2001), "/blocks/0/alt_text"),
    (picture(image_url="ftp://example.org"), "http(s)"),
    (typed(label=plain("x" * 2001)), "/label/text"),
    (section() | {"text": {"type": "mrkdwn", "text": "x", "emoji": True}}, "has no field emoji"),
]


@pytest.mark.parametrize("block", GOOD, ids=range(len(GOOD)))
def test_what_is_within_the_limits_passes(block: dict[str, Any]) -> None:
    assert check_message({"text": "x", "blocks": [block]}) == []


@pytest.mark.parametrize(("block", "says"), BAD, ids=[says for _, says in BAD])
def test_what_is_over_a_limit_is_found_and_named(block: dict[str, Any], says: str) -> None:
    problems = [str(p) for p in check_message({"text": "x", "blocks": [block]}) if p.kind == "limit"]
    assert any(says in problem for problem in problems), problems


def test_a_message_as_a_whole() -> None:
    def limits(**body: Any) -> list[str]:
        return [p.at for p in check_message(body) if p.kind == "limit"]

    assert limits(text="x" * 40_000, blocks=[section()] * 50) == []
    assert limits(text="x" * 40_001) == ["/text"]
    assert limits(text="x", blocks=[section()] * 51) == ["/blocks"]
    assert limits(text="x", blocks=[section(block_id="a"), section(block_id="a")]) == ["/blocks"]
    assert [p.kind for p in check_message({"blocks": [section()]})] == ["advice"]
    assert [p.kind for p in check_message({"text": "x" * 4001})] == ["advice"]


def test_metadata() -> None:
    def at(metadata: Any) -> list[str]:
        return [p.at for p in check_message({"text": "x", "metadata": metadata})]

    assert at({"event_type": "post", "event_payload": {"key": "k", "n": 1}}) == []
    assert at({"event_type": "post"}) == ["/metadata"]
    assert at({"event_type": "post", "event_payload": "k"}) == ["/metadata/event_payload"]
    assert at({"event_type": "post", "event_payload": {"key": {"deep": 1}}}) == ["/metadata/event_payload/key"]
    assert at({"event_type": "post", "event_payload": {"key": "x" * 16_000}}) == ["/metadata"]


@pytest.mark.parametrize(
    "text",
    ["<!channel>", "<!here|here>", "<@U123>", "<#C123|papers>", "<!subteam^S1>", "<!date^1^{date}|x>"],
)
def test_mentions_are_found_wherever_mrkdwn_is_read(text: str) -> None:
    for body in ({"text": text}, {"text": "x", "blocks": [section(text)]}):
        assert [p.kind for p in check_message(body)] == ["mention"]
    assert check_message({"text": "x", "blocks": [{"type": "header", "text": plain(text)}]}) == []


@pytest.mark.parametrize(
    "text",
    ["a & b", "a < b", "a > b", "&nbsp;", "<javascript:x|y>", "<https://a.b|x", "<not a link>", "<https://a b|x>"],
)
def test_markup_that_is_not_well_formed_is_found(text: str) -> None:
    assert {p.kind for p in check_message({"text": text})} == {"markup"}


def test_rich_text_that_calls_somebody_is_a_mention() -> None:
    call = {"type": "rich_text_section", "elements": [{"type": "broadcast", "range": "channel"}]}
    found = check_message({"text": "x", "blocks": [{"type": "rich_text", "elements": [call]}]})
    assert [p.kind for p in found] == ["mention"]


def test_views() -> None:
    def at(**view: Any) -> list[str]:
        return [p.at for p in check_view({"type": "modal", "title": plain("T"), "blocks": [section()], **view})]

    assert at(blocks=[section()] * 100, title=plain("x" * 24), private_metadata="x" * 3000) == []
    assert at(blocks=[section()] * 101) == ["/view/blocks"]
    for key in ("title", "submit", "close"):
        assert at(**{key: plain("x" * 25)}) == [f"/view/{key}/text"]
    assert at(private_metadata="x" * 3001) == ["/view/private_metadata"]
    assert at(callback_id="x" * 256) == ["/view/callback_id"]
    assert at(blocks=[typed()]) == ["/view"]  # an input needs a submit button
    assert at(blocks=[typed()], submit=plain("Save")) == []
    assert at(colour="red") == ["/view"]
    assert [p.at for p in check_view({"type": "home", "title": plain("T"), "blocks": []})] == ["/view"]
    assert check_view({"type": "home", "blocks": []}) == []


def test_the_size_of_a_message_counts_every_string() -> None:
    assert size([section("x" * 100), actions(button(value="y" * 50))]) == 152
