"""Feeds of papers, as Atom and JSON Feed."""
