"""Which embedding model answers: the one in the settings, or the one before until the new vectors are made."""

import hashlib
import logging
import platform
from pathlib import Path

from bot.chat.adapter import KeyValue
from bot.errors import ModelError
from bot.search.embedder import LEAN_NAME, OnnxEmbedder, is_lean_exact, open_embedder
from bot.store.sql.vectors import Vectors

log = logging.getLogger(__name__)


async def open_models(
    folder: str, threads: int, vectors: Vectors, places: KeyValue
) -> tuple[OnnxEmbedder | None, OnnxEmbedder | None]:
    """The model of a folder, or the one installed; and the one before, while the store has more of its vectors.

    `places` stores the folder of each model, so that the one before is found. Raises `ModelError` for a wrong folder.
    """
    wanted = open_embedder(folder, threads, lean=bool(folder) or await _fits_lean(places))
    if wanted is None:
        return None, None
    place = str(Path(folder).resolve()).encode() if folder else b""
    if await places.get(wanted.name) != place:
        await places.put(wanted.name, place)
    made = await vectors.count_by_model()
    most = max(made, key=lambda name: made[name], default=wanted.name)
    if made.get(wanted.name, 0) >= made.get(most, 0):
        return wanted, None
    return wanted, _open(most, (await places.get(most) or b"").decode(), threads)


async def _fits_lean(places: KeyValue) -> bool:
    """Whether this kind of processor computes the lean graph as it should; tried once for each kind."""
    try:
        known = Path("/proc/cpuinfo").read_text()
    except OSError:
        known = platform.processor()
    kind = next((line for line in known.splitlines() if line.startswith(("flags", "Features"))), known)
    key = f"lean-{hashlib.sha256(kind.encode()).hexdigest()[:16]}"
    verdict = await places.get(key)
    if verdict is None:
        verdict = b"1" if await is_lean_exact() else b"0"
        await places.put(key, verdict)
    return verdict == b"1"


def _open(name: str, folder: str, threads: int) -> OnnxEmbedder | None:
    try:
        found = open_embedder(folder, threads, lean=name == LEAN_NAME)
    except ModelError:
        found = None
    if found is None or found.name != name:
        log.warning(
            "embedding model %s can't be opened: semantic search is partial until all papers are embedded again",
            name,
        )
        return None
    log.info("embedding model %s, used before, answers until the new one has embedded as many papers", name)
    return found
