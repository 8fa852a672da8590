"""Papers: their records, ids, authors and readable text. Pure; imports no other package of `bot`."""
