"""Feeds of papers, in Atom and JSON Feed."""
