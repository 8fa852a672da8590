"""Reads a stranger's file in a process of its own, with bounded time and memory and nothing of ours to lose.

Half of what can go wrong with a hostile PDF is that it never ends or fills the memory. That process can be ended.
"""

from __future__ import annotations

import asyncio
import sys

import msgspec

from bot.errors import Malformed
from bot.papers.full_text import Passage

MAX_SECONDS = {"html": 8.0, "pdf": 20.0}  # a long paper takes one and five
WORKER = "bot.sources.sandbox_worker"


async def read_in_sandbox(form: str, body: bytes) -> tuple[Passage, ...]:
    """The passages of a file; raises `Malformed` when it can't be read within the bounds."""
    pipe = asyncio.subprocess.PIPE
    command = (sys.executable, "-I", "-m", WORKER, form)
    try:
        process = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe, stderr=pipe, env={})
    except OSError as error:
        raise Malformed(
            f"This {form} can't be read: no process starts ({error.strerror}).", "It is skipped."
        ) from error
    try:
        async with asyncio.timeout(MAX_SECONDS[form]):
            out, said = await process.communicate(body)
    except TimeoutError:
        raise Malformed(f"This {form} takes too long to read.", "It is skipped.") from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        why = said.decode("utf-8", "replace").strip().rpartition("\n")[2][:200]
        raise Malformed(f"This {form} can't be read ({why or f'signal {-process.returncode}'}).", "It is skipped.")
    return msgspec.json.decode(out, type=tuple[Passage, ...])
