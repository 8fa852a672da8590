"""From schedules to posts: when, what and why (pure), then out, once, through the outbox."""
