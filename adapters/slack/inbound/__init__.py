"""From Slack to the core: requests are checked, acknowledged, read as events, and handled."""
