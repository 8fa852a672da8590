"""What people can ask for: one file a command, the same on every platform."""
