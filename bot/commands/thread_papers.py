"""Remembers which paper a thread is about, so that the next question in it needs no id.

In memory: after a restart, a question without an id is answered by "Which paper?".
"""

from __future__ import annotations

from collections import OrderedDict

from bot.chat.event import Place
from bot.papers.model import PaperId

MAX_REMEMBERED_THREADS = 5_000


class ThreadPapers:
    """The paper last shown or asked about in each thread."""

    def __init__(self) -> None:
        self._papers = OrderedDict[Place, PaperId]()

    def note_paper(self, place: Place, paper: PaperId) -> None:
        if place.thread:
            self._papers[place] = paper
            self._papers.move_to_end(place)
            if len(self._papers) > MAX_REMEMBERED_THREADS:
                self._papers.popitem(last=False)

    def paper_in(self, place: Place) -> PaperId:
        """Empty when none is remembered."""
        return self._papers.get(place, "")
