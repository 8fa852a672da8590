"""From sources into the store: new papers, and the outcome of each fetch."""
