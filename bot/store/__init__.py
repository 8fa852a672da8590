"""What Paperboy remembers, behind a protocol; SQLite is the first store, PostgreSQL fits the same shape."""
