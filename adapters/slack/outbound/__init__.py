"""From the core to Slack: messages, modals and answers as Block Kit, and reading posts back."""
