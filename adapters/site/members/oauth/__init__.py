"""Signing in with Slack or Discord."""
