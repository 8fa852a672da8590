"""Turns papers and answers into messages. Pure: no store, no platform, no clock."""
