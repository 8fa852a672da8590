"""The parsers of the sandbox in this process: for tests that are about what is parsed, not where."""

from __future__ import annotations

from bot.sources.sandbox import Answer, Job, Sandbox
from bot.sources.sandbox_worker import answer, feed_parsers


class DirectSandbox(Sandbox):
    def __init__(self) -> None:
        super().__init__("feeds")
        self._parsers = feed_parsers()

    async def _run(self, job: Job) -> Answer:
        return answer(self._parsers[job.kind], job)
