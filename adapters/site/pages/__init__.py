"""The pages that everyone can read."""
