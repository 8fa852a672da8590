"""Chat platforms, one package each; the core finds them by the entry-point group `paperboy.adapters`."""
