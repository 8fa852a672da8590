"""`/papers ask ID QUESTION`, and questions in the thread of a paper."""

from __future__ import annotations

import math
import re
from dataclasses import replace

from bot.chat.adapter import CommandHelp
from bot.chat.event import Answer, Ref
from bot.chat.message import clean
from bot.commands.context import Command, Request, paging, the_paper
from bot.errors import AskError
from bot.papers.ids import arxiv_id
from bot.papers.model import Paper
from bot.summaries.answering.answerer import PaperAnswer
from bot.summaries.generation.prompt import QUESTION_CHARS
from bot.views.answer import answer
from bot.views.formatting import plural

UNREAD = "The paper's text could not be had in time, so only its abstract was read."
BY_ONE, IN_ONE = 10, 30  # questions an hour of one person, and in one channel
_QUESTION = re.compile(
    r"[?？؟]\s*$|^(?:what|which|who|why|how|when|where|does|do|did|is|are|was|were|can|could)\b", re.I
)


async def run(ask: Request, rest: str) -> Answer:
    """What a paper says to a question: `ID QUESTION`, or the question alone in the paper's thread."""
    first, _, question = rest.partition(" ")
    if arxiv_id(first) or first in await ask.desk.store.papers.get_papers([first]):
        return await _answer(ask, await the_paper(ask, first), question)
    paper = await of_thread(ask)
    if paper is None:
        raise AskError("Which paper?", "/papers ask 2405.15738 which data sets does it use?")
    return await _answer(ask, paper, rest)


async def in_thread(ask: Request) -> Answer | None:
    """The answer to a bare question in the thread of a paper; None when it is none."""
    asked = ask.question.strip()
    paper = await of_thread(ask) if _QUESTION.search(asked) else None
    return await _answer(ask, paper, asked) if paper else None


async def of_thread(ask: Request) -> Paper | None:
    """The paper whose thread this is: the one that the post at its top shows."""
    if not ask.place.thread:
        return None
    delivery = await ask.desk.store.outbox.by_ref(Ref(ask.place.in_thread(""), ask.place.thread))
    shown = delivery.post.papers if delivery else ()
    return (await ask.desk.store.papers.get_papers(shown)).get(shown[0]) if len(shown) == 1 else None


async def _answer(ask: Request, paper: Paper, question: str) -> Answer:
    asked = question.strip()
    if not asked:
        raise AskError("What do you want to know?", "/papers ask 2405.15738 which data sets does it use?")
    if len(asked) > QUESTION_CHARS:
        raise AskError(f"A question may have {QUESTION_CHARS} characters.", "Ask it shorter.")
    answers = ask.desk.lines.answers
    found = answers.known(paper, asked)
    if found is None or (found.waits and not ask.shared):
        _admit(ask)
        found = await answers.of(paper, asked, await ask.desk.read(paper))
    again = replace(ask, question=f"ask {paper.id} {asked}", offset=0)
    controls = await paging(again, more=False)
    message = answer(paper, asked, _said(found), quotes=found.sentences, by=_by(found), controls=controls)
    return Answer(message=message)


def _admit(ask: Request) -> None:
    """Count a question; `AskError` when there were enough for now."""
    limits, now = ask.desk.lines.answers.limits, ask.now
    person, channel = ask.who.key, str(ask.place.in_thread(""))
    for key, most, who in ((person, BY_ONE, "You have"), (channel, IN_ONE, "This channel has")):
        if wait := limits.wait(key, most, now):
            minutes = plural(math.ceil(wait.total_seconds() / 60), "minute")
            raise AskError(f"{who} asked {most} questions within the hour.", f"Ask again in {minutes}.")
    limits.count(person, now)
    limits.count(channel, now)


def _said(found: PaperAnswer) -> str:
    read = "paper" if found.read == "text" else "abstract"
    match found.kind:
        case "silent" if found.read == "text":
            return "Neither the abstract nor the passages nearest to the question say."
        case "silent":
            return "The abstract does not say."
        case "answered":
            return clean(found.answer) or f"The {read} says:"
        case "nearest" if found.sentences:
            return f"These sentences of the {read} come nearest to the question:"
    return f"No sentence of the {read} comes near to the question."


def _by(found: PaperAnswer) -> str:
    notes = [UNREAD] if found.waits else []
    if found.kind == "nearest":
        notes += [found.why, "Sentences were chosen by the words that they share with the question."]
    elif found.by:
        notes += [f"Answered by {found.by}{'; a quoted sentence is the paper’s own' if found.sentences else ''}."]
    return " ".join(notes)


COMMAND = Command(
    help=CommandHelp(
        name="ask",
        usage="ask ID QUESTION",
        summary="What a paper says to a question, with the sentence it rests on.",
    ),
    run=run,
)
