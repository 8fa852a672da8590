"""The papers as readers of pages, feeds and the API see them."""
