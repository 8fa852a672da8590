"""A form from the page: what was filled in, what is wrong with it, and what becomes of it. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from adapters.webchat.records import Blank
from bot.chat.event import Answer
from bot.chat.form import Field, Form
from bot.chat.message import Footnote, Message, Paragraph, text

PREFIX = "field-"  # of the name of a field on the page, so that none is taken for a part of the page's own


def given(posted: Mapping[str, object]) -> dict[str, str]:
    """The values of a posted form by the name of their field."""
    fields = ((name.removeprefix(PREFIX), value) for name, value in posted.items() if name.startswith(PREFIX))
    return {name: value.strip() for name, value in fields if isinstance(value, str)}


def values(form: Form) -> dict[str, str]:
    """What stands in a form."""
    return {field.name: field.value for field in form.fields}


def filled(form: Form, said: Mapping[str, str]) -> Form:
    """The form with these values in its fields."""
    return replace(form, fields=tuple(replace(f, value=said.get(f.name, f.value)) for f in form.fields))


def wrong(form: Form) -> Message | None:
    """What the page itself can say against a form; the browser says the same before it is sent."""
    told = " ".join(filter(None, map(_wrong, form.fields)))
    return Message(plain=told, blocks=(Paragraph(text(told)),)) if told else None


def left(form: Form, answer: Answer) -> Blank | None:
    """What stays of a form under the answer to it. Bare words, or the same form once more, mean: mend something."""
    bare = all(isinstance(block, Paragraph | Footnote) for block in answer.message.blocks)
    match answer.form:
        case None if answer.brief:
            return None
        case None:
            return Blank(form=form, state="wrong" if bare else "sent")
        case again if again.action == form.action:
            return Blank(form=filled(again, values(form)), state="wrong")
        case another:
            return Blank(form=another)


def _wrong(field: Field) -> str:
    if field.required and not field.value:
        return f"“{field.label}” must be filled in."
    if len(field.value) > field.most:
        return f"“{field.label}” takes at most {field.most} characters."
    if field.choices and field.value and field.value not in dict(field.choices):
        return f"“{field.label}” is not one of its choices."
    return ""
