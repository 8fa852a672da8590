"""From schedules to posts: when, which papers and why (pure); then sent once, through the outbox."""
