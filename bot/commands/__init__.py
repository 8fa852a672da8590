"""What people can ask for: one file per command, the same on every platform."""
