"""Paperboy's core: papers, editions, plans, votes. It knows no chat platform."""

__version__ = "1.0.0"
