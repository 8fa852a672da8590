"""From papers and answers to messages. Pure: no store, no platform, no clock."""
