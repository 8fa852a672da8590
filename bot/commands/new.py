"""`/papers new CATEGORY`."""

import re

from babel.lists import format_list

from bot.chat.event import Answer
from bot.commands.context import Effect, Request, as_command
from bot.commands.paper_lists import CARDS_PER_PAGE, list_results
from bot.errors import AskError
from bot.languages import locale, mark, tr

_CATEGORY = re.compile(r"[a-z-]{2,12}(\.[A-Za-z-]{2,20})?")


@as_command(
    "new CATEGORY",
    mark("Show the newest papers of an arXiv category, for example cs.CL."),
    Effect.READS,
    options=("cs.AI", "cs.CL", "cs.CV", "cs.LG", "cs.RO", "stat.ML"),
)
async def new(request: Request, rest: str) -> Answer:
    """The newest papers of some arXiv categories or archives, cross-lists included; without any, of all."""
    categories = tuple(rest.split())
    for category in categories:
        if not _CATEGORY.fullmatch(category):
            raise AskError(
                tr("“{category}” isn't an arXiv category.", category=category[:40]),
                tr("Categories look like cs.CL, stat.ML or math.OC. For all of an archive, give its name: cs"),
            )
    filters = " ".join(f"cat:{category}" for category in categories)
    found = await request.context.search.newest_papers(filters, limit=CARDS_PER_PAGE, offset=request.offset)
    name = format_list(categories, style="or", locale=locale()) if categories else ""
    if not name:
        return await list_results(
            request, tr("Newest papers"), found, empty=tr("There are no papers in any category yet.")
        )
    empty = tr("There are no papers in {categories} yet. An admin can add it to the arXiv source.", categories=name)
    return await list_results(request, tr("New in {categories}", categories=name), found, empty=empty)
