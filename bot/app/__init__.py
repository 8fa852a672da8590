"""Everything put together, and kept running."""
