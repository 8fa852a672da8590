"""Finding papers: keyword search, semantic search, and both together."""

from bot.search.embedder import Embedder, OnnxEmbedder, open_embedder
from bot.search.models import open_models
from bot.search.results import Hit, Mode, Results
from bot.search.search import Search

__all__ = ["Embedder", "Hit", "Mode", "OnnxEmbedder", "Results", "Search", "open_embedder", "open_models"]
