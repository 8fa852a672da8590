"""arXiv's categories by name."""

from importlib.resources import files

import msgspec

CATEGORIES = msgspec.json.decode(files("bot.papers").joinpath("categories.json").read_bytes(), type=dict[str, str])
"""arXiv's names of the most read categories."""
