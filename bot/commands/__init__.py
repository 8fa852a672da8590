"""The commands, one file each, the same on every platform."""
