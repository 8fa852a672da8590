"""Finding papers: keyword search, semantic search, and both together."""

import os

from bot.search.embedder import Embedder, OnnxEmbedder, open_embedder
from bot.search.match_reasons import words_in
from bot.search.models import open_models
from bot.search.results import Hit, Mode, Results
from bot.search.search import Search

# ONNX Runtime reports to Microsoft unless told otherwise before it starts; it is imported when a model is first opened.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
