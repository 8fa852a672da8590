"""Forms on the page: what was filled in, what is wrong with it, and what is shown after it was sent. Pure."""

from collections.abc import Mapping

from msgspec.structs import replace

from adapters.webchat.records import OpenForm
from bot.chat.event import Answer
from bot.chat.form import Field, Form
from bot.chat.message import Footnote, Message, Paragraph, text
from bot.languages import tr


def field_values(form: Form) -> dict[str, str]:
    """The values in a form by the name of their field."""
    return {field.name: field.value for field in form.fields}


def fill_form(form: Form, values: Mapping[str, str]) -> Form:
    """The form with these values in its fields; a field without a value keeps its own."""
    return replace(form, fields=tuple(replace(f, value=values.get(f.name, f.value)) for f in form.fields))


def form_errors(form: Form) -> Message | None:
    """The message about invalid values in a form; None when all are valid. The browser makes the same checks."""
    errors = " ".join(filter(None, map(_field_error, form.fields)))
    return Message(plain=errors, blocks=(Paragraph(text(errors)),)) if errors else None


def form_after(form: Form, answer: Answer) -> OpenForm | None:
    """The form to show with the answer to it: None, the same form to correct, or another one.

    An answer in words alone, or one with the same form again, says that something has to be corrected.
    """
    only_words = all(isinstance(block, Paragraph | Footnote) for block in answer.message.blocks)
    if answer.form is None:
        return None if answer.brief else OpenForm(form=form, state="wrong" if only_words else "sent")
    if answer.form.action == form.action:
        return OpenForm(form=fill_form(answer.form, field_values(form)), state="wrong")
    return OpenForm(form=answer.form)


def _field_error(field: Field) -> str:
    if field.required and not field.value:
        return tr("Fill in “{field}”.", field=field.label)
    if len(field.value) > field.max_length:
        return tr("“{field}” is too long: the limit is {limit} characters.", field=field.label, limit=field.max_length)
    if field.choices and field.value and field.value not in dict(field.choices):
        return tr("“{field}” must be one of its choices.", field=field.label)
    return ""
