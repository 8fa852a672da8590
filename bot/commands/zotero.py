"""`/papers zotero`: saved papers into the asker's own Zotero library."""

from collections.abc import Mapping

from bot.catalog.reading_lists import papers_of
from bot.chat.event import Answer
from bot.chat.form import Field, Form, filled
from bot.chat.message import Action
from bot.commands.context import Effect, Request, as_command
from bot.errors import AskError
from bot.languages import mark, tr, tr_count
from bot.views.results import note

WHERE = mark("From zotero.org/settings/keys/new, with write access")
ENTER_KEY = mark(
    "Enter a key that may write to your Zotero library. It is stored encrypted, and /papers forget-me deletes it."
)
KEY = Field(name="key", label=mark("Zotero key"), hint=WHERE, required=True, secret=True, max_length=100)


def _sealed_as(request: Request) -> str:
    return f"zotero {request.who.key}"


def _form(action: Action, values: Mapping[str, str]) -> Form:
    return Form(title=tr("Zotero key"), action=action, fields=filled((KEY,), {}))


async def connect(request: Request, values: Mapping[str, str], args: tuple[str, ...]) -> Answer:
    """Store a key, sealed, once Zotero says that it may write."""
    zotero, key = request.context.zotero, values.get("key", "").strip()
    await zotero.library_of(key)
    await request.store.people.set_zotero_key(request.who.key, zotero.sealer.seal(_sealed_as(request), key.encode()))
    return Answer(message=note(tr("Connected to Zotero. To send your saved papers: /papers zotero")))


@as_command("zotero [key]", mark("Send your saved papers to Zotero."), Effect.CHANGES, submit=connect, refill=_form)
async def send_to_zotero(request: Request, rest: str) -> Answer:
    """Send the saved papers; without a key, ask for one in a form."""
    zotero, sealed = request.context.zotero, await request.store.people.zotero_key(request.who.key)
    if rest.strip() not in {"", "key"}:
        raise AskError(
            tr("Don't post your key in a chat."), tr("Make a key with write access, then: /papers zotero key")
        )
    if sealed is None or rest.strip():
        return Answer(message=note(tr(ENTER_KEY)), form=_form(Action("zotero"), {}))
    key = zotero.sealer.open(_sealed_as(request), sealed).decode()
    ids = await papers_of(request.store, request.who.key, "", request.now)
    known = await request.store.papers.get_papers(ids)
    if added := await zotero.add_papers(key, [known[id] for id in ids if id in known]):
        done = tr_count("{count} paper added to Zotero.", "{count} papers added to Zotero.", added)
    else:
        done = tr("All of these papers are in Zotero already.")
    return Answer(message=note(done))
