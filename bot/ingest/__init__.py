"""From sources into the store: what is new, and how each look at a source went."""
