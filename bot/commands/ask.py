"""`/papers ask ID QUESTION`, and questions in the thread of a paper."""

import re
from dataclasses import replace

from bot.chat.event import Answer, Ref
from bot.chat.message import clean
from bot.commands.context import Effect, Request, as_command, the_paper
from bot.commands.lookups import check_limits
from bot.commands.paper_lists import paging
from bot.errors import AskError
from bot.languages import mark, tr
from bot.papers.ids import arxiv_id
from bot.papers.model import Paper
from bot.summaries.answering.judging import PaperAnswer
from bot.summaries.generation.prompt import QUESTION_CHARS
from bot.views.results import answer

EXAMPLE = mark("For example: /papers ask 2405.15738 which data sets does it use?")
NO_FULL_TEXT = mark("The full text wasn't available in time, so this is based on the abstract only.")
_QUESTION = re.compile(
    r"[?？؟]\s*$|^(?:what|which|who|why|how|when|where|does|do|did|is|are|was|were|can|could)\b", re.I
)


@as_command("ask ID QUESTION", mark("Ask a question about a paper; the answer quotes the paper."), Effect.READS)
async def ask(request: Request, rest: str) -> Answer:
    """Answer `ID QUESTION`, or in the thread of a paper the question alone, from the paper's text."""
    first, _, question = rest.partition(" ")
    if arxiv_id(first) or first in await request.store.papers.get_papers([first]):
        return await _answer(request, await the_paper(request, first), question)
    paper = await _thread_paper(request)
    if paper is None:
        raise AskError(tr("Which paper?"), tr(EXAMPLE))
    return await _answer(request, paper, rest)


async def answer_in_thread(request: Request) -> Answer | None:
    """The answer to a bare question in the thread of a paper; None for any other text and place."""
    question = request.question.strip()
    paper = await _thread_paper(request) if _QUESTION.search(question) else None
    return await _answer(request, paper, question) if paper else None


async def _thread_paper(request: Request) -> Paper | None:
    """The paper that the first message of this thread shows, or that was last shown or asked about in it."""
    if not request.place.thread:
        return None
    store = request.store
    delivery = await store.outbox.by_ref(Ref(request.place.in_thread(""), request.place.thread))
    shown = delivery.post.papers if delivery else ()
    id = shown[0] if len(shown) == 1 else request.context.threads.get(request.place, "")
    return (await store.papers.get_papers([id])).get(id)


async def _answer(request: Request, paper: Paper, text: str) -> Answer:
    question = text.strip()
    request.note_paper(paper.id)
    if not question:
        raise AskError(tr("What do you want to know?"), tr(EXAMPLE))
    if len(question) > QUESTION_CHARS:
        raise AskError(
            tr("Your question is too long: the limit is {limit} characters.", limit=QUESTION_CHARS), tr("Shorten it.")
        )
    answers = request.context.summaries.answers
    found = answers.known(paper, question)
    if found is None or (found.waits and not request.shared):
        _count_question(request)
        found = await answers.of(paper, question, await request.context.read(paper))
    again = replace(request, question=f"ask {paper.id} {question}", offset=0)
    controls = await paging(again, more=False)
    message = answer(paper, question, _reply(found), quotes=found.sentences, by=_source(found), controls=controls)
    return Answer(message=message, gradual=True)


def _count_question(request: Request) -> None:
    """Count a question against the limits of person and channel. Raises `AskError` when one is reached."""
    answers, channel = request.context.summaries.answers, str(request.place.in_thread(""))
    check_limits(
        (answers.per_person, request.who.key, tr("You've reached the limit of {limit} questions an hour.")),
        (answers.per_channel, channel, tr("This channel has reached the limit of {limit} questions an hour.")),
    )


def _reply(found: PaperAnswer) -> str:
    whole = found.read == "text"
    match found.kind:
        case "silent" if whole:
            return tr("The abstract and the most relevant passages of the paper don't say.")
        case "silent":
            return tr("The abstract doesn't say.")
        case "answered":
            return clean(found.answer) or (tr("The paper says:") if whole else tr("The abstract says:"))
        case "nearest" if found.sentences and whole:
            return tr("The most relevant sentences of the paper:")
        case "nearest" if found.sentences:
            return tr("The most relevant sentences of the abstract:")
    return (
        tr("Nothing in the paper seems to answer this.")
        if whole
        else tr("Nothing in the abstract seems to answer this.")
    )


def _source(found: PaperAnswer) -> str:
    notes = [tr(NO_FULL_TEXT)] if found.waits else []
    if found.kind == "nearest":
        notes += [tr(found.why), tr("These sentences share the most words with your question.")]
    elif found.by:
        notes += [tr("Answered by {model}.", model=found.by)]
        notes += [tr("Quoted sentences are the paper’s own.")] if found.sentences else []
    return " ".join(notes)
