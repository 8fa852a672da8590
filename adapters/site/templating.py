"""Pages as HTML. The templates escape everything."""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from jinja2 import Environment

from adapters.site import dates, formatting, links
from adapters.site.members.visitor import Visitor
from adapters.site.pages.social_picture import SIZE_PX
from adapters.site.pages.view import View
from bot.chat.message import emphasize
from bot.http_server import StaticFiles, template_environment
from bot.papers.categories import CATEGORIES
from bot.papers.citations import FORMATS
from bot.papers.model import PaperId
from bot.papers.pictures import Picture, licence_page

DESCRIPTION_CHARS = 200  # search engines and link previews show no more
FULL_ROWS = 15  # of a list; the papers after them are shown shorter
OLD_DAYS = 5  # a newest list that is older is said to be: weekends and holidays have none
STATIC = StaticFiles("adapters.site")


def render_page(
    site_name: str,
    site_url: str,
    view: View,
    visitor: Visitor,
    own_votes: Mapping[PaperId, int],
    *,
    pictures: Mapping[PaperId, Picture] = MappingProxyType({}),
) -> str:
    """The whole page. `own_votes` are the visitor's on the papers shown: +1 or −1."""
    return (
        environment()
        .get_template(view.template)
        .render(
            site_name=site_name,
            site_url=site_url,
            view=view,
            visitor=visitor,
            own_votes=own_votes,
            pictures=pictures,
            description=formatting.shorten(view.description, DESCRIPTION_CHARS),
            **view.values,
        )
    )


@cache
def environment() -> Environment:
    """The templates of pages, feeds and the sitemap; loaded once."""
    found = template_environment("adapters.site")
    words = (formatting.byline, formatting.compact, formatting.long_day, formatting.short_day, formatting.timestamp)
    for function in (*words, emphasize, licence_page, links.safe_url):
        found.filters[function.__name__] = function
    for target in (links.paper, links.picture, links.author, links.topic):
        found.filters[f"{target.__name__}_path"] = target
    found.globals |= {
        "asset": STATIC.address,
        "with_query": links.with_query,
        "period_path": dates.path,
        "weeks_of": dates.weeks_of,
        "FULL_ROWS": FULL_ROWS,
        "SOCIAL_SIZE_PX": SIZE_PX,
        "OLD_DAYS": OLD_DAYS,
        "period_of": dates.period,
        "plural": formatting.plural,
        "CITATIONS": [(ending, name) for ending, (name, _) in FORMATS.items()],
        "CATEGORIES": CATEGORIES,
        "PROVENANCE": formatting.PROVENANCE,
    }
    return found
